import type { Gateway, Server } from '@mizzen/api'
import type { Labels } from './labels.ts'
import { type Origin, originOf } from './origin.ts'
import { isHttp, parseProtocol } from './protocol.ts'

export interface GatewayModel {
  readonly origin: Origin
  readonly selector: Labels
  /** Hostnames of the Services that this Gateway is bound to instead of by labels. */
  readonly services: readonly string[] | undefined
  readonly servers: readonly ServerModel[]
}

export interface ServerModel {
  /** As the user numbers it: the port of the gateway's Service. */
  readonly port: number
  readonly protocol: string
  /** '' for all addresses. */
  readonly bind: string
  /** Each with the namespace that may use it, or without for all: `ns/host`, `host`. */
  readonly hosts: readonly string[]
  readonly httpsRedirect: boolean
  /** TLS is terminated or passed through; a redirect to HTTPS alone is not. */
  readonly tls: boolean
}

const GATEWAY_SERVICE = 'internal.istio.io/gateway-service'

export function gatewayModel(object: Gateway): GatewayModel {
  const origin = originOf(object)
  return {
    origin,
    selector: object.spec.selector ?? {},
    services: object.metadata.annotations?.[GATEWAY_SERVICE]?.split(',').map((host) => host.trim()),
    servers: object.spec.servers.map((server) => serverModel(server, origin.namespace)),
  }
}

function serverModel({ port, bind = '', hosts, tls }: Server, namespace: string): ServerModel {
  const protocol = parseProtocol(port.protocol)
  return {
    port: port.number,
    protocol,
    bind,
    hosts: hosts.map((host) => (host.startsWith('./') ? `${namespace}/${host.slice(2)}` : host)),
    httpsRedirect: tls?.httpsRedirect === true,
    tls: protocol === 'HTTPS' || protocol === 'TLS',
  }
}

export function isPlainHttp(server: ServerModel): boolean {
  return !server.tls && isHttp(parseProtocol(server.protocol))
}
