import { map, message, type Of, text } from '../../schema/fields.ts'

export const PolicyWorkloadSelector = message({}, { matchLabels: map(text) })
export type PolicyWorkloadSelector = Of<typeof PolicyWorkloadSelector>

export const WorkloadSelector = message({}, { labels: map(text) })
export type WorkloadSelector = Of<typeof WorkloadSelector>
