import type { Deployment, DestinationRule } from '@mizzen/api'

const RETIRED = 'mizzen.io/retired'

/** The DestinationRule that does not know a subset any more. */
export function withoutSubset(rule: DestinationRule, name: string): DestinationRule {
  const subsets = (rule.spec?.subsets ?? []).filter((subset) => subset.name !== name)
  return { ...rule, spec: { ...rule.spec, subsets } } as DestinationRule
}

export function retired(deployment: Deployment): Deployment {
  const labels = { ...deployment.metadata.labels, [RETIRED]: 'true' }
  return { ...deployment, metadata: { ...deployment.metadata, labels } }
}

/** The Deployment with what another one runs. Its Pods keep their labels, by which they are selected. */
export function withTemplateOf(deployment: Deployment, source: Deployment): Deployment {
  const { spec } = deployment
  if (spec === undefined || source.spec === undefined) return deployment
  const template = { ...spec.template, spec: source.spec.template.spec }
  const replicas = Math.max(spec.replicas ?? 1, source.spec.replicas ?? 1)
  return { ...deployment, spec: { ...spec, replicas, template } }
}
