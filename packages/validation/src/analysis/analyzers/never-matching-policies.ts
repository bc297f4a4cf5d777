import type { AnalyzedKind } from '../analyzed-kind.ts'
import { type Analyzer, eachOf, type Report } from '../analyzer.ts'
import { meshSettings } from '../facts/mesh-settings.ts'
import { selectorText } from '../facts/selector.ts'
import { selectWorkloads, type Workload } from '../facts/workloads.ts'
import { at, type Fields, fields, items, type Labels, labelsIn, text, texts, whole } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'

export const neverMatchingPolicies: Analyzer = {
  name: 'mizzen.PolicyAnalyzer',
  summary: 'policies, and rules of policies, that can never match',
  analyze(mesh, report) {
    for (const check of [rules, tokens, selectors, ports]) check(mesh, report)
  },
}

const rules = eachOf(['AuthorizationPolicy'], (policy, report) => {
  const { spec } = policy
  items(spec.rules).forEach((rule, index) => {
    reportRule(policy, rule, `spec.rules[${index}]`, report)
  })
  if (spec.action === 'DENY' && items(spec.rules).length === 0) {
    report(policy, 'MZN0105', 'spec.rules', 'DENY without rules denies nothing')
  }
})

/** Who makes a request is known from its token only where a RequestAuthentication has it checked. */
const tokens = eachOf(['AuthorizationPolicy'], (policy, report, mesh) => {
  const { rootNamespace } = mesh.derived(meshSettings)
  const isChecked =
    policy.namespace === rootNamespace
      ? mesh.all('RequestAuthentication').length > 0
      : [policy.namespace, rootNamespace].some((one) => mesh.inNamespace('RequestAuthentication', one).length > 0)
  if (isChecked) return
  items(policy.spec.rules).forEach((rule, index) => {
    const path = `spec.rules[${index}]`
    const sources = items(rule.from).map(({ source }) => texts(fields(source).requestPrincipals))
    const message = 'the rule never matches: no RequestAuthentication has tokens checked here'
    if (sources.length > 0 && sources.every((names) => names.length > 0)) {
      report(policy, 'MZN0105', `${path}.from`, message)
    }
    items(rule.when).forEach(({ key, values }, position) => {
      if (!text(key).startsWith('request.auth.') || texts(values).length === 0) return
      report(policy, 'MZN0105', `${path}.when[${position}]`, message)
    })
  })
})

/** Kinds whose selectors Istio does not look at, and where their labels are. */
const SELECTORS: Partial<Readonly<Record<AnalyzedKind, readonly string[]>>> = {
  PeerAuthentication: ['selector', 'matchLabels'],
  RequestAuthentication: ['selector', 'matchLabels'],
  WasmPlugin: ['selector', 'matchLabels'],
  ProxyConfig: ['selector', 'matchLabels'],
  EnvoyFilter: ['workloadSelector', 'labels'],
}

const selectors = eachOf(Object.keys(SELECTORS) as AnalyzedKind[], (policy, report, mesh) => {
  const path = SELECTORS[policy.kind] ?? []
  const wanted = labelsIn(at(policy.spec, ...path))
  if (Object.keys(wanted).length === 0 || selected(policy, wanted, mesh).length > 0) return
  report(policy, 'MZN0105', `spec.${path.join('.')}`, `no Pod has the labels ${selectorText(wanted)}`)
})

/** Objects of the root namespace reach all namespaces. */
function selected({ namespace }: Subject, wanted: Labels, mesh: MeshIndex): readonly Workload[] {
  const everywhere = namespace === mesh.derived(meshSettings).rootNamespace
  return selectWorkloads(wanted, everywhere ? undefined : namespace, mesh)
}

const ports = eachOf(['PeerAuthentication'], (policy, report, mesh) => {
  const wanted = labelsIn(at(policy.spec, 'selector', 'matchLabels'))
  if (Object.keys(wanted).length === 0) return
  const open = new Set(selected(policy, wanted, mesh).flatMap(({ pod }) => pod.containers.flatMap(containerPorts)))
  // Pods need not say their ports; those that say none say nothing.
  if (open.size === 0) return
  for (const port of Object.keys(fields(policy.spec.portLevelMtls))) {
    if (open.has(Number(port))) continue
    const message = `its Pods listen on ${[...open].join(', ')}, not on ${port}: these are ports of Pods, not of Services`
    report(policy, 'MZN0105', `spec.portLevelMtls[${JSON.stringify(port)}]`, message)
  }
})

function containerPorts({ ports }: Fields): readonly number[] {
  return items(ports).flatMap(({ containerPort }) => whole(containerPort) ?? [])
}

/** Fields that have an opposite, as `methods` and `notMethods`. */
const SOURCE = ['principals', 'requestPrincipals', 'namespaces', 'serviceAccounts', 'ipBlocks', 'remoteIpBlocks']
const OPERATION = ['hosts', 'ports', 'methods', 'paths']

/** A rule matches if one `from`, one `to` and all of `when` do. */
function reportRule(policy: Subject, rule: Fields, path: string, report: Report): void {
  const alternatives = [
    ['from', items(rule.from).map(({ source }) => contradiction(fields(source), SOURCE))],
    ['to', items(rule.to).map(({ operation }) => contradiction(fields(operation), OPERATION))],
  ] as const
  for (const [part, found] of alternatives) {
    if (found.length === 0 || found.some((one) => one === undefined)) continue
    report(policy, 'MZN0105', `${path}.${part}`, `the rule never matches: ${found[0]}`)
  }
  items(rule.when).forEach(({ key, values, notValues }, index) => {
    if (!isExcluded(texts(values), texts(notValues))) return
    report(
      policy,
      'MZN0105',
      `${path}.when[${index}]`,
      `the rule never matches: notValues exclude all values of ${key}`,
    )
  })
}

function contradiction(part: Fields, names: readonly string[]): string | undefined {
  const name = names.find((one) => isExcluded(texts(part[one]), texts(part[opposite(one)])))
  return name === undefined ? undefined : `${opposite(name)} excludes all of ${name}`
}

function opposite(name: string): string {
  return `not${name[0]!.toUpperCase()}${name.slice(1)}`
}

function isExcluded(values: readonly string[], excluded: readonly string[]): boolean {
  return values.length > 0 && values.every((value) => excluded.some((pattern) => covers(pattern, value)))
}

/** A `*` at one end stands for any text there. */
function covers(pattern: string, value: string): boolean {
  if (pattern === '*' || pattern === value) return true
  if (pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1))
  return pattern.startsWith('*') && value.endsWith(pattern.slice(1)) && !value.endsWith('*')
}
