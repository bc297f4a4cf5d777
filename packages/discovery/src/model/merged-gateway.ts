import { type GatewayModel, isHttps, isPlainHttp, type ServerModel, serverNames } from './gateway.ts'
import { selects } from './labels.ts'
import { byAge } from './origin.ts'
import type { ProxySpec } from './proxy.ts'
import { hindrance, isPassthrough } from './server-tls.ts'
import type { ServiceTarget } from './service-target.ts'

export interface BoundServer {
  /** `namespace/name` of its Gateway. */
  readonly gateway: string
  readonly origin: string
  readonly server: ServerModel
}

/** One port of a gateway workload with all servers that share it: plain HTTP, or TLS of any kind, or one of opaque TCP. */
export interface GatewayPort {
  /** The port that is listened on; the servers' own numbers may be those of the gateway's Service. */
  readonly port: number
  /** '' for the proxy's default. */
  readonly bind: string
  readonly servers: readonly BoundServer[]
}

/**
 * The ports of a gateway workload, from all Gateways that select it, oldest first. As in Istio the first server on a port
 * decides what is spoken there; a later one that does not fit is dropped.
 */
export function mergeGateways(
  gateways: readonly GatewayModel[],
  spec: ProxySpec,
  targets: readonly ServiceTarget[],
): GatewayPort[] {
  const merging: Merging = { ports: new Map(), firstOnPort: new Map(), claims: new Map() }
  for (const gateway of [...gateways].sort((left, right) => byAge(left.origin, right.origin))) {
    const own = boundTargets(gateway, spec, targets)
    if (own === undefined) continue
    for (const server of gateway.servers) {
      for (const port of listenPorts(server.port, own, gateway.services === undefined)) {
        addServer(merging, port, { gateway: nameOf(gateway), origin: gateway.origin.key, server })
      }
    }
  }
  return [...merging.ports.values()]
}

function nameOf({ origin }: GatewayModel): string {
  return `${origin.namespace}/${origin.name}`
}

/** The service ports that this Gateway may use here; undefined if it is not for this workload. */
function boundTargets(
  gateway: GatewayModel,
  spec: ProxySpec,
  targets: readonly ServiceTarget[],
): readonly ServiceTarget[] | undefined {
  const { services, origin, selector } = gateway
  if (services === undefined) return selects(selector, spec.labels) ? targets : undefined
  const named = targets.filter(
    ({ hostname, namespace }) => services.includes(hostname) && namespace === origin.namespace,
  )
  return named.length === 0 ? undefined : named
}

/**
 * A server's number is a port of the gateway's Service where there is one, and the ports that it leads to are listened on.
 * A Gateway bound by labels falls back to the number itself; one that names Services does not.
 */
function listenPorts(number: number, targets: readonly ServiceTarget[], byLabels: boolean): number[] {
  const usable = byLabels ? targets.filter((target) => target.translatesPorts) : targets
  const found = usable.filter((target) => target.servicePort === number).map((target) => target.targetPort)
  if (found.length === 0) return byLabels ? [number] : []
  return [...new Set(found)].sort((left, right) => left - right)
}

/** What is merged so far. */
interface Merging {
  readonly ports: Map<string, GatewayPort & { readonly servers: BoundServer[] }>
  readonly firstOnPort: Map<number, GatewayPort>
  /** By address and port, what no other server may have. */
  readonly claims: Map<string, Set<string>>
}

function addServer({ ports, firstOnPort, claims }: Merging, port: number, bound: BoundServer): void {
  const { bind, tls } = bound.server
  if (tls !== undefined && hindrance(tls) !== undefined) return
  const first = firstOnPort.get(port)
  if (first !== undefined && first.bind === bind && !fits(first, bound.server)) return
  const key = `${bind}:${port}`
  const current = ports.get(key)
  if (current !== undefined && !fits(current, bound.server)) return
  if (!claim(claims, key, bound)) return
  if (current !== undefined) {
    current.servers.push(bound)
    return
  }
  const opened = { port, bind, servers: [bound] }
  ports.set(key, opened)
  if (first === undefined) firstOnPort.set(port, opened)
}

/** Plain HTTP joins plain HTTP, TLS joins TLS; an opaque TCP port takes nothing else. */
function fits(port: GatewayPort, server: ServerModel): boolean {
  const first = port.servers[0]?.server
  if (first === undefined) return true
  if (first.tls !== undefined || server.tls !== undefined) return first.tls !== undefined && server.tls !== undefined
  return isPlainHttp(first) && isPlainHttp(server)
}

/**
 * Whether nobody has what this server needs for itself; it then has it. The hosts of servers with TLS become conditions of
 * filter chains, and a data plane refuses a listener that says one of these twice.
 */
function claim(claims: Map<string, Set<string>>, key: string, bound: BoundServer): boolean {
  const { server } = bound
  if (server.tls === undefined) return true
  const ended = isPassthrough(server.tls) ? [] : serverNames(server).map((name) => `name ${name}`)
  const routes = isHttps(server) ? [`routes ${httpsRouteName(bound)}`] : []
  const wanted = [...server.hosts.map((host) => `host ${host}`), ...ended, ...routes]
  const taken = claims.get(key) ?? new Set()
  if (wanted.some((one) => taken.has(one))) return false
  for (const one of wanted) taken.add(one)
  claims.set(key, taken)
  return true
}

/** Of all servers of plain HTTP on a port. */
export function httpRouteName({ port, bind }: Pick<GatewayPort, 'port' | 'bind'>): string {
  return bind === '' ? `http.${port}` : `http.${port}.${bind}`
}

/** Each server of HTTPS has routes of its own. */
export function httpsRouteName({ gateway, server }: BoundServer): string {
  const [namespace, name] = gateway.split('/')
  const bind = server.bind === '' ? '' : `.${server.bind}`
  return `https.${server.port}.${server.portName}.${name}.${namespace}${bind}`
}
