import { type GatewayModel, isPlainHttp, type ServerModel } from './gateway.ts'
import { selects } from './labels.ts'
import { byAge } from './origin.ts'
import { isHttp, parseProtocol } from './protocol.ts'
import type { ProxySpec } from './proxy.ts'
import type { ServiceTarget } from './service-target.ts'

export interface BoundServer {
  /** `namespace/name` of its Gateway. */
  readonly gateway: string
  readonly origin: string
  readonly server: ServerModel
}

/** One port of a gateway workload with all servers that share it. */
export interface GatewayPort {
  /** The port that is listened on; the servers' own numbers may be those of the gateway's Service. */
  readonly port: number
  /** '' for the proxy's default. */
  readonly bind: string
  /** Plain HTTP; other protocols are merged, so that conflicts come out right, but have no listener yet. */
  readonly http: boolean
  readonly routeName: string
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
  const ports = new Map<string, GatewayPort>()
  const firstOnPort = new Map<number, GatewayPort>()
  for (const gateway of [...gateways].sort((left, right) => byAge(left.origin, right.origin))) {
    const own = boundTargets(gateway, spec, targets)
    if (own === undefined) continue
    for (const server of gateway.servers) {
      for (const port of listenPorts(server.port, own, gateway.services === undefined)) {
        addServer(ports, firstOnPort, port, { gateway: nameOf(gateway), origin: gateway.origin.key, server })
      }
    }
  }
  return [...ports.values()]
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

function addServer(
  ports: Map<string, GatewayPort>,
  firstOnPort: Map<number, GatewayPort>,
  port: number,
  bound: BoundServer,
): void {
  const { bind, protocol } = bound.server
  const first = firstOnPort.get(port)
  if (first !== undefined && first.bind === bind && !fits(first, bound.server)) return
  const key = `${bind}:${port}`
  const current = ports.get(key)
  if (current !== undefined && !fits(current, bound.server)) return
  const http = isPlainHttp(bound.server)
  const merged: GatewayPort = current
    ? { ...current, servers: [...current.servers, bound] }
    : { port, bind, http, routeName: http ? httpRouteName(port, bind) : `${protocol}.${port}`, servers: [bound] }
  ports.set(key, merged)
  if (first === undefined) firstOnPort.set(port, merged)
}

/** Plain HTTP joins plain HTTP, TLS joins TLS; an opaque TCP port takes nothing else. */
function fits(port: GatewayPort, server: ServerModel): boolean {
  const first = port.servers[0]?.server
  if (first === undefined) return true
  if (first.tls || server.tls) return first.tls && server.tls
  return isHttp(parseProtocol(first.protocol)) && isHttp(parseProtocol(server.protocol))
}

function httpRouteName(port: number, bind: string): string {
  return bind === '' ? `http.${port}` : `http.${port}.${bind}`
}
