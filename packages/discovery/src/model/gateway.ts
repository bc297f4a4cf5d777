import type { Gateway, Server } from '@mizzen/api'
import type { Labels } from './labels.ts'
import { type Origin, originOf } from './origin.ts'
import { isHttp, type Protocol, parseProtocol } from './protocol.ts'
import { isPassthrough, type ServerTls, serverTls } from './server-tls.ts'

export interface GatewayModel {
  readonly origin: Origin
  readonly selector: Labels
  /** Hostnames of the Services that this Gateway is bound to instead of by labels. */
  readonly services: readonly string[] | undefined
  readonly servers: readonly ServerModel[]
}

export interface ServerModel {
  /** Where it is written: `spec.servers[0]`. */
  readonly path: string
  /** As the user numbers it: the port of the gateway's Service. */
  readonly port: number
  readonly portName: string
  readonly protocol: Protocol
  /** '' for all addresses. */
  readonly bind: string
  /** Each with the namespace that may use it, or without for all: `ns/host`, `host`. */
  readonly hosts: readonly string[]
  readonly httpsRedirect: boolean
  /** Undefined where there is none, or only a redirect to it. */
  readonly tls: ServerTls | undefined
}

const GATEWAY_SERVICE = 'internal.istio.io/gateway-service'

export function gatewayModel(object: Gateway): GatewayModel {
  const origin = originOf(object)
  return {
    origin,
    selector: object.spec.selector ?? {},
    services: object.metadata.annotations?.[GATEWAY_SERVICE]?.split(',').map((host) => host.trim()),
    servers: object.spec.servers.map((server, index) => serverModel(server, index, origin.namespace)),
  }
}

function serverModel({ port, bind = '', hosts, tls }: Server, index: number, namespace: string): ServerModel {
  const protocol = parseProtocol(port.protocol)
  return {
    path: `spec.servers[${index}]`,
    port: port.number,
    portName: port.name,
    protocol,
    bind,
    hosts: hosts.map((host) => (host.startsWith('./') ? `${namespace}/${host.slice(2)}` : host)),
    httpsRedirect: tls?.httpsRedirect === true,
    tls: tls === undefined || isHttp(protocol) ? undefined : serverTls(tls),
  }
}

export function isPlainHttp({ protocol }: ServerModel): boolean {
  return isHttp(protocol)
}

/** TLS is ended here, and what is in it is HTTP. */
export function isHttps({ protocol, tls }: ServerModel): boolean {
  return protocol === 'HTTPS' && tls !== undefined && !isPassthrough(tls)
}

/** The names that a connection to this server may ask for (SNI), each once; `*` for any. */
export function serverNames({ hosts }: ServerModel): string[] {
  const names = hosts.map((host) => host.slice(host.indexOf('/') + 1).toLowerCase())
  return names.includes('*') ? ['*'] : [...new Set(names)].sort()
}
