import { about, anything, integer, list, message, name, type Of, text } from '../../schema/fields.ts'
import { defineKind, type Typed } from '../kind.ts'

const Target = message({ kind: name, name }, { apiVersion: text }, { also: [] })

/** Of `autoscaling/v2`, and of `v1`, which knows one metric alone. */
const HorizontalPodAutoscalerSpec = message(
  { scaleTargetRef: about('What is scaled.', Target), maxReplicas: integer(1, 2 ** 31 - 1) },
  {
    minReplicas: about('0 needs a metric that is not of the Pods.', integer(0, 2 ** 31 - 1), 1),
    metrics: about('80 % of the requested CPU by default.', list(anything)),
    behavior: anything,
    targetCPUUtilizationPercentage: integer(1, 2 ** 31 - 1),
  },
  { also: [] },
)
type HorizontalPodAutoscalerSpec = Of<typeof HorizontalPodAutoscalerSpec>
export type HorizontalPodAutoscaler = Typed<HorizontalPodAutoscalerSpec, unknown>

export const horizontalPodAutoscalerKind = defineKind({
  kind: 'HorizontalPodAutoscaler',
  group: 'autoscaling',
  versions: ['v2', 'v1'],
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  namespaced: true,
  required: { spec: HorizontalPodAutoscalerSpec },
  optional: { status: anything },
})
