import { isServerName } from './gateway-l4.ts'
import type { L4Chain, L4Lookup } from './l4-route.ts'
import { byAge, type Origin } from './origin.ts'
import { isHttp } from './protocol.ts'
import type { ServiceModel, ServicePortModel } from './service.ts'
import { type L4Client, tcpChains, tlsChains } from './sidecar-l4.ts'
import { maskedSubnet } from './subnet.ts'
import type { VirtualServiceModel } from './virtual-service.ts'

/** What a port of a service brings to the listener that connections to it come to. */
export interface OutboundPort {
  readonly bind: string
  readonly port: number
  readonly hostname: string
  readonly origin: Origin
  /** Of what is HTTP; '' where nothing may be. */
  readonly routeName: string
  /** For everything else; none where all is HTTP. */
  readonly chains: readonly L4Chain[]
}

/** A listener for connections that are intercepted on their way out. */
export interface OutboundListener {
  readonly name: string
  readonly bind: string
  readonly port: number
  /** '' where there is no HTTP. */
  readonly routeName: string
  /** It has HTTP and nothing else of its own, on an address of its own: nobody has to look what it is. */
  readonly httpOnly: boolean
  readonly chains: readonly L4Chain[]
  readonly origins: readonly string[]
}

const ANY_ADDRESS = '0.0.0.0'

/**
 * As in Istio: HTTP for sure is told apart by hosts, and comes to all addresses; everything else to the service's own
 * addresses, or to all with subnets and server names to tell services apart.
 * @param rules VirtualServices of the mesh for the service's host, in order
 */
export function outboundPorts(
  service: ServiceModel,
  port: ServicePortModel,
  rules: readonly VirtualServiceModel[],
  client: L4Client,
  lookup: L4Lookup,
): OutboundPort[] {
  const { hostname, origin } = service
  const common = { port: port.number, hostname, origin }
  if (port.protocol === 'UDP') return []
  if (isHttp(port.protocol)) return [{ ...common, bind: ANY_ADDRESS, routeName: String(port.number), chains: [] }]
  // Single Pods are called by their own addresses: they are reached as what the mesh does not know.
  if (service.headless) return []
  const called = (subnets: readonly string[], shared: boolean) => ({ service, port, subnets, shared })
  const isTls = port.protocol === 'HTTPS' || port.protocol === 'TLS'
  const chainsOf = isTls ? tlsChains : tcpChains
  const sniffed = port.protocol === 'Unsupported'
  const own = service.addresses.map((bind) => ({
    ...{ ...common, bind, routeName: sniffed ? `${hostname}:${port.number}` : '' },
    chains: chainsOf(called([], false), rules, client, lookup),
  }))
  const shared = service.addresses.length === 0 || service.subnets.length > 0
  if (!shared) return own
  const routeName = sniffed ? String(port.number) : ''
  const chains = chainsOf(called(service.subnets, true), rules, client, lookup)
  return [...own, { ...common, bind: ANY_ADDRESS, routeName, chains }]
}

/** Ports that meet on an address; what the older service asks for counts. */
export function mergeOutbound(ports: readonly OutboundPort[]): OutboundListener[] {
  const sorted = ports.toSorted(
    (left, right) => byAge(left.origin, right.origin) || (left.hostname < right.hostname ? -1 : 1),
  )
  const byAddress = Map.groupBy(sorted, ({ bind, port }) => `${bind}_${port}`)
  return [...byAddress].map(([name, some]) => listenerOf(name, some))
}

function listenerOf(name: string, ports: readonly OutboundPort[]): OutboundListener {
  const [{ bind, port }] = ports as [OutboundPort]
  const taken = new Set<string>()
  const chains = ports.flatMap((one) => one.chains).flatMap((chain) => whatIsFree(chain, taken))
  const routeName = ports.find((one) => one.routeName !== '')?.routeName ?? ''
  return {
    ...{ name, bind, port, routeName, chains },
    httpOnly: routeName !== '' && chains.length === 0 && bind !== ANY_ADDRESS,
    origins: [...new Set(ports.map(({ origin }) => origin.key))],
  }
}

/**
 * A chain for those of its server names that none before it has for the same addresses, and each range once: data planes
 * refuse what is said twice.
 */
function whatIsFree(chain: L4Chain, taken: Set<string>): L4Chain[] {
  const distinct = new Map(chain.subnets.map((subnet) => [maskedSubnet(subnet), subnet]))
  const ranges = distinct.size === 0 ? [''] : [...distinct.keys()]
  const isFree = (name: string) => ranges.every((range) => !taken.has(`${name} ${range}`))
  const any = chain.serverNames.length === 0
  const free = (any ? [''] : chain.serverNames.filter(isServerName)).filter(isFree)
  for (const name of free) for (const range of ranges) taken.add(`${name} ${range}`)
  return free.length === 0 ? [] : [{ ...chain, serverNames: any ? [] : free, subnets: [...distinct.values()] }]
}
