import type { Analyzer } from '../analyzer.ts'
import { callGraph, GATEWAY, isAtGateway } from '../facts/call-graph.ts'
import { fullHost } from '../facts/hosts.ts'
import { type HostRule, hostsOfRule, httpRules, meshRules } from '../facts/mesh-rules.ts'
import type { Derived, MeshIndex } from '../mesh-index.ts'

/** One request of a user that becomes this many at a service that fails keeps it from recovering. */
const STORM = 8
/** Hops that a path is followed. */
const MAX_HOPS = 8
/** Steps of the search over all paths: enough for any real mesh, and an end for a hostile one. */
const MAX_STEPS = 100_000

export const retryStorms: Analyzer = {
  name: 'mizzen.RetryStormAnalyzer',
  summary: 'retries that multiply along a call path',
  analyze(mesh, report) {
    const worst = worstPaths(mesh)
    for (const { hops, requests } of worst.values()) {
      const rules = hops.flatMap(({ rule }) => rule ?? [])
      const last = rules.at(-1)
      if (requests < STORM || rules.length < 2 || last === undefined) continue
      const way = hops.map(({ to, tries }) => `${to} (×${tries})`).join(' → ')
      const message = `one request can become ${requests} at ${hops.at(-1)?.to}: ${way}`
      report(last.service, 'MZN0102', `${last.path}.retries`, message)
    }
  },
}

interface Hop {
  readonly to: string
  readonly tries: number
  /** The rule that asks for the retries. */
  readonly rule: HostRule | undefined
}

interface Path {
  readonly hops: readonly Hop[]
  readonly requests: number
}

/** The path that multiplies most, by its last service. */
function worstPaths(mesh: MeshIndex): ReadonlyMap<string, Path> {
  const graph = mesh.derived(callGraph)
  const called = new Set([...graph.values()].flat())
  const worst = new Map<string, Path>()
  let steps = 0
  const follow = (from: string, path: Path) => {
    for (const to of graph.get(from) ?? []) {
      steps += 1
      if (steps > MAX_STEPS || path.hops.length >= MAX_HOPS || path.hops.some((hop) => hop.to === to)) continue
      const hop = hopTo(from, to, mesh)
      const longer = { hops: [...path.hops, hop], requests: path.requests * hop.tries }
      if (hop.rule !== undefined && longer.requests > (worst.get(to)?.requests ?? 0)) worst.set(to, longer)
      follow(to, longer)
    }
  }
  for (const start of graph.keys()) if (!called.has(start)) follow(start, { hops: [], requests: 1 })
  return worst
}

/** Only retries that somebody asked for count: the default ones are for connections that never came about. */
function hopTo(from: string, to: string, mesh: MeshIndex): Hop {
  const rules = (from === GATEWAY ? mesh.derived(gatewayRules) : mesh.derived(meshRules)).get(to) ?? []
  const rule = rules
    .filter(({ patience }) => (patience.attempts ?? 0) > 0)
    .reduce<HostRule | undefined>((best, one) => (triesOf(one) > triesOf(best) ? one : best), undefined)
  return { to, tries: triesOf(rule), rule }
}

function triesOf(rule: HostRule | undefined): number {
  return 1 + (rule?.patience.attempts ?? 0)
}

/** Rules of gateways, by the full names of the hosts that they send requests to. */
const gatewayRules: Derived<ReadonlyMap<string, readonly HostRule[]>> = {
  build(mesh) {
    const rules = new Map<string, HostRule[]>()
    for (const service of mesh.all('VirtualService').filter(isAtGateway)) {
      for (const rule of httpRules(service)) {
        for (const host of hostsOfRule(service, rule.path)) {
          const name = fullHost(host, service.namespace, mesh)
          rules.set(name, [...(rules.get(name) ?? []), rule])
        }
      }
    }
    return rules
  },
}
