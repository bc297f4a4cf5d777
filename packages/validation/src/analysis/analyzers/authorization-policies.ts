import { type Analyzer, eachOf, type Report } from '../analyzer.ts'
import { meshSettings } from '../facts/mesh-settings.ts'
import { selectorText } from '../facts/selector.ts'
import { hasWorkload, type Workload, workloadsIn } from '../facts/workloads.ts'
import { fields, isFields, items, labelsIn, texts } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'

export const authorizationPolicies: Analyzer = {
  name: 'authz.AuthorizationPoliciesAnalyzer',
  aliases: ['auth.AuthorizationPoliciesAnalyzer'],
  summary: 'AuthorizationPolicies that select no Pod of the mesh, or name namespaces that do not exist',
  analyze: eachOf(['AuthorizationPolicy'], (policy, report, mesh) => {
    reportNoWorkloads(policy, mesh, report)
    reportUnknownNamespaces(policy, mesh, report)
  }),
}

/** A policy can have an effect on these. */
function isGoverned({ inMesh, ambient }: Workload): boolean {
  return inMesh || ambient
}

function reportNoWorkloads(policy: Subject, mesh: MeshIndex, report: Report): void {
  const { namespace, spec } = policy
  const meshWide = namespace === mesh.derived(meshSettings).rootNamespace
  if (!isFields(spec.selector)) {
    if (!meshWide && !workloadsIn(namespace, mesh).some(isGoverned)) {
      report(policy, 'IST0127', '', `namespace ${namespace} has no Pods in the mesh`)
    }
    return
  }
  const wanted = labelsIn(spec.selector.matchLabels)
  if (hasWorkload(wanted, meshWide ? undefined : namespace, mesh, isGoverned)) return
  const where = meshWide ? 'in any namespace' : `in namespace ${namespace}`
  report(policy, 'IST0127', '', `no Pod of the mesh ${where} has the labels ${selectorText(wanted)}`)
}

function reportUnknownNamespaces(policy: Subject, mesh: MeshIndex, report: Report): void {
  const names = mesh.all('Namespace').map(({ name }) => name)
  items(policy.spec.rules).forEach((rule, i) => {
    items(rule.from).forEach(({ source }, j) => {
      for (const field of ['namespaces', 'notNamespaces'] as const) {
        texts(fields(source)[field]).forEach((pattern, k) => {
          if (names.some((name) => matchesNamespace(name, pattern))) return
          const path = `spec.rules[${i}].from[${j}].source.${field}[${k}]`
          report(policy, 'IST0101', path, `there is no namespace ${pattern}`)
        })
      }
    })
  })
}

/** `*` at either end stands for any text. */
function matchesNamespace(name: string, pattern: string): boolean {
  if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1))
  if (pattern.endsWith('*')) return name.startsWith(pattern.slice(0, -1))
  return name.toLowerCase() === pattern.toLowerCase()
}
