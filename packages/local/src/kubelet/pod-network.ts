import type { Pod } from '@mizzen/api'
import { appPorts, PROXY_CONTAINER, proxyPorts, proxyTypeOf } from '@mizzen/injection'
import type { LoopbackAddresses } from '../network/loopback-addresses.ts'
import type { PrivatePorts } from '../network/private-ports.ts'

/** Where a Pod can be reached, and where its applications really listen. */
export interface PodNetwork {
  readonly ip: string
  /** Container port to port on 127.0.0.1; empty without a sidecar. */
  readonly privatePorts: ReadonlyMap<number, number>
  release(): void
}

/** Throws MizzenError `no-free-address`, `no-free-port`; nothing stays reserved then. */
export async function reserveNetwork(pod: Pod, addresses: LoopbackAddresses, ports: PrivatePorts): Promise<PodNetwork> {
  const ip = await addresses.reserve(portsOnAddress(pod))
  const privatePorts = new Map<number, number>()
  const release = () => {
    addresses.release(ip)
    for (const port of privatePorts.values()) ports.release(port)
  }
  try {
    for (const port of portsBehindSidecar(pod)) privatePorts.set(port, await ports.reserve())
  } catch (error) {
    release()
    throw error
  }
  return { ip, privatePorts, release }
}

export function hasProxy(pod: Pod): boolean {
  return pod.spec.containers.some((container) => container.name === PROXY_CONTAINER)
}

export function isGateway(pod: Pod): boolean {
  return hasProxy(pod) && proxyTypeOf(pod) === 'router'
}

/** The port that people call belongs to the ingress gateway; other gateways have ports of their own. */
export function takesGatewayPort(pod: Pod): boolean {
  return isGateway(pod) && pod.metadata.labels?.istio === 'ingressgateway'
}

/** A gateway's listeners are not on its Pod's address, so what it declares is not looked at. */
function portsOnAddress(pod: Pod): readonly number[] {
  if (!hasProxy(pod)) return tcpPorts(pod)
  const own = [proxyPorts.admin, proxyPorts.readiness, proxyPorts.prometheus]
  return isGateway(pod) ? own : [...own, proxyPorts.httpProxy, ...tcpPorts(pod)]
}

function portsBehindSidecar(pod: Pod): readonly number[] {
  return hasProxy(pod) && !isGateway(pod) ? tcpPorts(pod) : []
}

function tcpPorts(pod: Pod): readonly number[] {
  const tcp = appPorts(pod.spec).filter((port) => (port.protocol ?? 'TCP') === 'TCP')
  return [...new Set(tcp.map((port) => port.containerPort))]
}
