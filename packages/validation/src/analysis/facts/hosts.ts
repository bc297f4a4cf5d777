import { resolveShortName } from '@mizzen/discovery'
import { fields, items, type Labels, labelsIn, text, texts, whole } from '../loose.ts'
import type { Derived, MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'
import { EVERYWHERE, exportScopes } from './exports.ts'
import { meshSettings } from './mesh-settings.ts'

/** What stands behind a host name: a Service or a ServiceEntry. */
export interface HostFacts {
  readonly subject: Subject
  readonly ports: readonly number[]
  /** Of the ServiceEntry's `workloadSelector`; nothing for Services, as Istio compares their subsets with all Pods. */
  readonly workloadSelector: Labels
}

/** The full name of a host in an object of `namespace`: a name without a dot is one of that namespace. */
export function fullHost(host: string, namespace: string, mesh: MeshIndex): string {
  return resolveShortName(host, namespace, mesh.derived(meshSettings).domain)
}

/** As a Pod's resolver reads a name, which takes `name.namespace` and `name.namespace.svc` too. */
export function resolvedHost(host: string, namespace: string, mesh: MeshIndex): string {
  const [, name, owner] = /^([^.]+)\.([^.]+)(?:\.svc)?$/.exec(host) ?? []
  return name === undefined || owner === undefined ? fullHost(host, namespace, mesh) : fullHost(name, owner, mesh)
}

/**
 * What an object of `namespace`, exported to `exportTo`, means by `host`: what everybody may use, then what these
 * namespaces may, then wildcards.
 */
export function findHost(
  host: string,
  namespace: string,
  mesh: MeshIndex,
  exportTo: readonly string[] = [],
): HostFacts | undefined {
  const name = fullHost(host, namespace, mesh)
  const entries = mesh.derived(entryHosts)
  const service = serviceNamed(name, mesh)
  const scopes = exportTo.length === 0 ? [namespace] : exportTo.map((scope) => (scope === '.' ? namespace : scope))
  for (const scope of [EVERYWHERE, ...scopes]) {
    if (service !== undefined && serviceScopes(service).includes(scope)) return serviceFacts(service)
    const entry = entries.byName.get(scopeKey(scope, name))
    if (entry !== undefined) return entry
  }
  return wildcardOf(host.replace(/^\*/, ''), namespace, entries.wildcards)?.facts
}

/** The first that was declared of those that cover the host. */
function wildcardOf(host: string, namespace: string, wildcards: EntryHosts['wildcards']): WildcardEntry | undefined {
  let first: WildcardEntry | undefined
  for (let start = 0; wildcards.size > 0 && start <= host.length; start += 1) {
    for (const scope of [EVERYWHERE, namespace]) {
      const found = wildcards.get(scopeKey(scope, host.slice(start)))
      if (found !== undefined && found.order < (first?.order ?? Number.POSITIVE_INFINITY)) first = found
    }
  }
  return first
}

/** Looked up by its key, so that a change of one Service concerns only who names it. */
function serviceNamed(host: string, mesh: MeshIndex): Subject | undefined {
  const { domain } = mesh.derived(meshSettings)
  const suffix = domain === '' ? '' : `.svc.${domain}`
  const [name = '', namespace, ...more] = host.endsWith(suffix)
    ? host.slice(0, host.length - suffix.length).split('.')
    : []
  return namespace === undefined || more.length > 0 ? undefined : mesh.get('Service', namespace, name)
}

function serviceScopes({ annotations, namespace }: Subject): readonly string[] {
  const exported = text(annotations['networking.istio.io/exportTo'])
  return exported === '' ? [EVERYWHERE] : exported.split(',').map((scope) => (scope === '.' ? namespace : scope))
}

const known = new WeakMap<Subject, HostFacts>()

function serviceFacts(subject: Subject): HostFacts {
  const ports = items(subject.spec.ports).map(({ port }) => whole(port) ?? 0)
  const facts = known.get(subject) ?? { subject, ports, workloadSelector: {} }
  known.set(subject, facts)
  return facts
}

interface EntryHosts {
  /** By scope, newline, full name. */
  readonly byName: ReadonlyMap<string, HostFacts>
  /** By scope, newline, what follows the `*`; the first that was declared. */
  readonly wildcards: ReadonlyMap<string, WildcardEntry>
}

interface WildcardEntry {
  readonly facts: HostFacts
  readonly order: number
}

const entryHosts: Derived<EntryHosts> = {
  build(mesh) {
    const claims = mesh.all('ServiceEntry').flatMap((subject) => {
      const facts = entryFacts(subject)
      const names = texts(subject.spec.hosts).map((host) => fullHost(host, subject.namespace, mesh))
      return exportScopes(subject).flatMap((scope) => names.map((name) => ({ scope, name, facts })))
    })
    const wildcards = new Map<string, WildcardEntry>()
    claims.forEach(({ scope, name, facts }, order) => {
      const key = scopeKey(scope, name.slice(1))
      if (name.startsWith('*') && !wildcards.has(key)) wildcards.set(key, { facts, order })
    })
    return { byName: new Map(claims.map(({ scope, name, facts }) => [scopeKey(scope, name), facts])), wildcards }
  },
}

function entryFacts(subject: Subject): HostFacts {
  const ports = items(subject.spec.ports).map(({ number }) => whole(number) ?? 0)
  return { subject, ports, workloadSelector: labelsIn(fields(subject.spec.workloadSelector).labels) }
}

function scopeKey(scope: string, host: string): string {
  return `${scope}\n${host}`
}
