import type { HorizontalPodAutoscaler } from '../kinds/kubernetes/horizontal-pod-autoscaler.ts'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'

/** Kubernetes' rules (autoscaling, validation). */
export function checkHorizontalPodAutoscaler({ spec }: HorizontalPodAutoscaler, report: Report): void {
  const { minReplicas = 1, maxReplicas } = spec
  if (maxReplicas >= minReplicas) return
  refuse(report, 'out-of-range', 'spec.maxReplicas', `is less than minReplicas, which is ${minReplicas}`)
}
