import { about, map, message, type Of, text } from '../../../schema/fields.ts'

export const PolicyWorkloadSelector = message(
  {},
  { matchLabels: about('Labels that workloads must have, all of them.', map(text)) },
)
export type PolicyWorkloadSelector = Of<typeof PolicyWorkloadSelector>

export const WorkloadSelector = message(
  {},
  { labels: about('Labels that workloads must have, all of them.', map(text)) },
)
export type WorkloadSelector = Of<typeof WorkloadSelector>
