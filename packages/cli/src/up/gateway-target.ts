import type { Gateway, VirtualService } from '@mizzen/api'
import type { Store } from '@mizzen/store'

/** A request that the ingress gateway of this directory can be expected to route. */
export interface GatewayTarget {
  readonly url: string
  /** Value of the Host header. */
  readonly host: string
}

/** What the built-in ingress gateway's Service maps to the port that it listens on. */
const HTTP_PORT = 80

/** Undefined if no Gateway has an HTTP server on port 80. */
export function gatewayTarget(store: Store, gatewayUrl: string): GatewayTarget | undefined {
  const listens = (store.list('Gateway') as readonly Gateway[]).some(({ spec }) =>
    spec.servers?.some(({ port }) => port?.number === HTTP_PORT && port.protocol?.toUpperCase() === 'HTTP'),
  )
  if (!listens) return undefined
  const services = store.list('VirtualService') as readonly VirtualService[]
  const hosts = services.filter(({ spec }) => spec.gateways?.some(isGateway)).flatMap(({ spec }) => spec.hosts ?? [])
  const { host } = new URL(gatewayUrl)
  return { url: `${gatewayUrl}/`, host: hosts.includes('*') ? host : (hosts.find(isConcrete) ?? host) }
}

function isGateway(name: string): boolean {
  return name !== 'mesh'
}

function isConcrete(host: string): boolean {
  return !host.includes('*')
}
