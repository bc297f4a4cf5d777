import type { Collection, Graph, Reader } from '@mizzen/collections'
import type { XdsResource } from '@mizzen/xds'
import type { JudgedRule } from '../model/judged-rule.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import { byAge } from '../model/origin.ts'
import type { InboundHostsPlan, InboundRoutePlan } from '../model/proxy-plan.ts'
import { serverHosts } from '../model/server-hosts.ts'
import { serviceDomain } from '../model/service.ts'
import type { VirtualServiceModel } from '../model/virtual-service.ts'
import { digest } from '../translate/digest.ts'
import { inboundRoutes, type ToldHosts, toldHost } from '../translate/inbound-routes.ts'
import { sameResource } from '../translate/resource.ts'
import type { RuleCollections } from './rules.ts'
import type { ServiceCollections } from './services.ts'

interface InboundRouteInput {
  readonly services: ServiceCollections
  readonly rules: RuleCollections
  readonly mesh: MeshSettings
}

/** The route configurations of workloads' ports, by the key of their plan. */
export function inboundRouteResources(
  graph: Graph,
  plans: Collection<InboundRoutePlan>,
  input: InboundRouteInput,
): Collection<XdsResource> {
  const hostsOf = graph.deriveMany('inbound hosts/plans', plans, ({ hosts }) => [[keyOf(hosts), hosts] as const])
  const told = graph.derive('inbound hosts', hostsOf, (plan, reader) => toldHosts(plan, reader, input), SAME_HOSTS)
  return graph.derive(
    'inbound routes',
    plans,
    (plan, reader) => {
      const hosts = reader.get(told, keyOf(plan.hosts))
      return hosts && inboundRoutes(plan, hosts)
    },
    { equals: sameResource },
  )
}

const SAME_HOSTS = {
  equals: (left: ToldHosts, right: ToldHosts) =>
    left.untold.join() === right.untold.join() &&
    left.told.length === right.told.length &&
    left.told.every(({ version, origins }, index) => {
      const other = right.told[index]
      return version === other?.version && origins.join() === other.origins.join()
    }),
}

function toldHosts(plan: InboundHostsPlan, reader: Reader, input: InboundRouteInput): ToldHosts {
  const { services, rules, mesh } = input
  const judged = plan.called.flatMap(({ hostname }) => reader.lookup(rules.judgedAt, hostname))
  const leading = leadingRules(plan, judged, reader, rules)
  const leadsHere = (rule: VirtualServiceModel, route: VirtualServiceModel['http'][number]) =>
    leadsTo(plan, judged, rule, route)
  const { told, untold } = serverHosts({
    called: plan.called.flatMap(({ hostname }) => reader.get(services.services, hostname) ?? []),
    leading,
    isJudged: ({ origin }) => judged.some(({ rule }) => rule === origin.key),
    leadsHere,
    serviceOf: (hostname) => reader.get(services.services, hostname),
    meshRulesOf: (host) => reader.lookup(rules.meshRulesOf, host),
    domain: serviceDomain(mesh),
  })
  const hosts = leading.flatMap((rule) => {
    const domains = told.get(rule.origin.key)
    return domains === undefined ? [] : [toldHost(plan, rule, domains, (route) => leadsHere(rule, route))]
  })
  return { told: hosts, domains: [...told.values()].flat(), untold }
}

/** Rules with a route to one of the services now, or that a rollout may give one at any time; oldest first. */
function leadingRules(
  { called }: InboundHostsPlan,
  judged: readonly JudgedRule[],
  reader: Reader,
  { leadingTo, virtualServices }: RuleCollections,
): VirtualServiceModel[] {
  const leading = called.flatMap(({ hostname }) => reader.lookup(leadingTo, hostname))
  const others = judged.flatMap(({ rule }) => reader.get(virtualServices, rule) ?? [])
  return [...new Set([...leading, ...others])].sort((left, right) => byAge(left.origin, right.origin))
}

function leadsTo(
  { called }: InboundHostsPlan,
  judged: readonly JudgedRule[],
  { origin }: VirtualServiceModel,
  { route = [] }: VirtualServiceModel['http'][number],
): boolean {
  const versions = judged.filter(({ rule }) => rule === origin.key).map((one) => one.versions)
  return route.some(({ destination: { host, port } }) =>
    called.some((one) => {
      const isHost = one.hostname === host || versions.some((all) => all.includes(host) && all.includes(one.hostname))
      return isHost && (port?.number === undefined || port.number === one.port)
    }),
  )
}

function keyOf(plan: InboundHostsPlan): string {
  return `${plan.name} ${digest(JSON.stringify(plan))}`
}
