import { isHttpOrSniffed, type Protocol, parseProtocol } from './protocol.ts'
import type { ProxySpec } from './proxy.ts'
import { hindrance, isPassthrough, type ServerTls } from './server-tls.ts'
import type { ServiceTarget } from './service-target.ts'
import type { IngressModel, SidecarModel } from './sidecar.ts'

/** A port of its workload that a sidecar listens on, and where that leads. */
export interface InboundPort {
  /** Listened on. */
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
  /** Ended here; undefined where there is none. */
  readonly tls: ServerTls | undefined
  /** What it is called in traces where it is no service's. */
  readonly hostname: string
  /** Of the application; a path is a Unix socket, with port 0. */
  readonly target: { readonly address: string; readonly port: number }
  /** What of services it answers for. */
  readonly services: readonly ServiceTarget[]
  /** Its requests are told apart by the routes that callers have taken. */
  readonly judged: boolean
  readonly origins: readonly string[]
}

const LOOPBACK = '127.0.0.1'

/**
 * The ports that a Sidecar's `ingress` names; without one, those of the services that the workload is part of.
 * @param isJudged whether requests to a service are told apart, by its hostname
 */
export function inboundPorts(
  spec: ProxySpec,
  targets: readonly ServiceTarget[],
  sidecar: SidecarModel | undefined,
  isJudged: (hostname: string) => boolean,
): InboundPort[] {
  return portsOf(spec, targets, sidecar).map((port) => ({ ...port, judged: isTold(port, isJudged) }))
}

/** To a port that ends TLS itself clients come past their proxies' routes. */
function isTold({ protocol, tls, services }: Port, isJudged: (hostname: string) => boolean): boolean {
  return tls === undefined && isHttpOrSniffed(protocol) && services.some(({ hostname }) => isJudged(hostname))
}

type Port = Omit<InboundPort, 'judged'>

function portsOf(spec: ProxySpec, targets: readonly ServiceTarget[], sidecar: SidecarModel | undefined): Port[] {
  const { ingress = [], origin } = sidecar ?? {}
  if (origin === undefined || ingress.length === 0) return portsOfServices(spec, targets)
  return ingress.flatMap((listener) => {
    const { port, bind, tls } = listener
    // What cannot be served as it is asked for is not served without, either.
    if (tls !== undefined && (isPassthrough(tls) || hindrance(tls) !== undefined)) return []
    const target = targetOf(spec, listener)
    const services = targets.filter(({ targetPort }) => targetPort === port)
    const origins = [...services.map((one) => one.origin), origin.key]
    const address = bind === '' ? spec.ip : bind
    const hostname = `${origin.name}.${origin.namespace}`
    const protocol = afterTls(parseProtocol(listener.protocol), tls)
    return { address, port, protocol, tls, hostname, target, services, origins }
  })
}

function portsOfServices(spec: ProxySpec, targets: readonly ServiceTarget[]): Port[] {
  const byPort = [...Map.groupBy(targets, (target) => target.targetPort)].sort(([left], [right]) => left - right)
  return byPort.map(([port, services]) => ({
    ...{ address: spec.ip, port, services, target: { address: LOOPBACK, port: privatePort(spec, port) } },
    protocol: services[0]?.protocol ?? 'HTTP',
    tls: undefined,
    hostname: '',
    origins: services.map((one) => one.origin),
  }))
}

/**
 * Where an ingress listener leads: `127.0.0.1:PORT`, `0.0.0.0:PORT` (the workload's own address), `unix:PATH`, and the same
 * port of the application where it does not say.
 */
function targetOf(spec: ProxySpec, { port, endpoint }: IngressModel): InboundPort['target'] {
  if (endpoint.startsWith('unix:')) return { address: endpoint.slice('unix:'.length).replace(/^\/{3}/, '/'), port: 0 }
  const [, host = '', number = ''] = /^(.*):(\d+)$/.exec(endpoint) ?? []
  const own = number === '' ? port : Number(number)
  const isOpen = host === '0.0.0.0' || host === '[::]'
  // Where the application has been given a private port, it has that on the loopback alone.
  const address = isOpen && spec.appPorts[String(own)] === undefined ? spec.ip : host === '[::1]' ? '::1' : LOOPBACK
  return { address, port: privatePort(spec, own) }
}

/** What is spoken within TLS that ends here. */
function afterTls(protocol: Protocol, tls: ServerTls | undefined): Protocol {
  if (tls === undefined) return protocol
  return protocol === 'HTTPS' ? 'HTTP' : protocol === 'TLS' ? 'TCP' : protocol
}

function privatePort(spec: ProxySpec, port: number): number {
  return spec.appPorts[String(port)] ?? port
}
