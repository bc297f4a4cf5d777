import type { Analyzer, Report } from '../analyzer.ts'
import { INJECT, NAMESPACE_INJECTION, REVISION } from '../facts/injection.ts'
import { matchesExpressions } from '../facts/selector.ts'
import { at, type Fields, fields, isFields, items, type Labels, text, texts } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'

export const webhooks: Analyzer = {
  name: 'webhook.Analyzer',
  summary: 'injection webhooks that overlap, or call a service that does not exist',
  analyze(mesh, report) {
    const hooks = mesh.all('MutatingWebhookConfiguration').filter(isInjector).flatMap(hooksOf)
    const revisions = [...new Set(hooks.flatMap(({ config }) => revisionsOf(config)))].sort()
    reportOverlaps(hooks, revisions, report)
    const told = new Set<string>()
    for (const hook of hooks) reportMissingService(hook, told, mesh, report)
  },
}

interface Hook {
  readonly config: Subject
  readonly spec: Fields
  readonly path: string
  readonly name: string
}

function hooksOf(config: Subject): readonly Hook[] {
  return items(config.body.webhooks).map((spec, index) => ({
    config,
    spec,
    path: `webhooks[${index}]`,
    name: `${config.name}/${text(spec.name)}`,
  }))
}

function isInjector(config: Subject): boolean {
  const named = items(config.body.webhooks).some(({ name }) => text(name).endsWith('istio.io'))
  return named || revisionsOf(config).length > 0
}

function revisionsOf({ labels, body }: Subject): readonly string[] {
  const selectors = items(body.webhooks).flatMap(({ namespaceSelector, objectSelector }) => [
    fields(namespaceSelector),
    fields(objectSelector),
  ])
  const selected = selectors.flatMap(({ matchLabels, matchExpressions }) => [
    text(fields(matchLabels)[REVISION]),
    ...items(matchExpressions).flatMap(({ key, values }) => (key === REVISION ? texts(values) : [])),
  ])
  return [labels[REVISION] ?? '', ...selected].filter((revision) => revision !== '')
}

/** All labels that matter for injection, of namespaces or of Pods. */
function combinations(name: string, values: readonly string[], revisions: readonly string[]): readonly Labels[] {
  const base: readonly Labels[] = [{}, ...values.map((value) => ({ [name]: value }))]
  return [...base, ...revisions.flatMap((revision) => base.map((labels) => ({ ...labels, [REVISION]: revision })))]
}

function reportOverlaps(hooks: readonly Hook[], revisions: readonly string[], report: Report): void {
  const namespaces = combinations(NAMESPACE_INJECTION, ['enabled', 'disabled'], revisions)
  const pods = combinations(INJECT, ['true', 'false'], revisions)
  for (const namespace of namespaces) {
    const inNamespace = hooks.filter(({ spec }) => matchesExpressions(spec.namespaceSelector, namespace))
    for (const pod of pods) {
      const matching = inNamespace.filter(({ spec }) => matchesExpressions(spec.objectSelector, pod))
      for (const hook of matching) {
        const others = new Set(matching.map(({ name }) => name).filter((name) => name !== hook.name))
        if (others.size === 0) continue
        const message = `overlaps with ${[...others].sort().join(', ')}: Pods could be injected twice`
        report(hook.config, 'IST0139', '', message)
      }
    }
  }
}

/** @param told services that a configuration was told of already: once is enough */
function reportMissingService({ spec, config, path }: Hook, told: Set<string>, mesh: MeshIndex, report: Report): void {
  const service = at(spec, 'clientConfig', 'service')
  if (!isFields(service)) return
  const [namespace, name] = [text(service.namespace), text(service.name)]
  const key = `${config.key} ${namespace}/${name}`
  if (mesh.get('Service', namespace, name) !== undefined || told.has(key)) return
  told.add(key)
  report(config, 'IST0139', `${path}.clientConfig.service`, `there is no Service ${namespace}/${name}`)
}
