import { about, boundedText, map, message, type Of } from '../../../schema/fields.ts'

/** A value of a label (Kubernetes' bound). */
const LabelValue = boundedText(0, 63)

export const PolicyWorkloadSelector = message(
  {},
  { matchLabels: about('Labels that workloads must have, all of them.', map(LabelValue, 4096)) },
)
export type PolicyWorkloadSelector = Of<typeof PolicyWorkloadSelector>

export const WorkloadSelector = message(
  {},
  { labels: about('Labels that workloads must have, all of them.', map(LabelValue, 256)) },
)
export type WorkloadSelector = Of<typeof WorkloadSelector>
