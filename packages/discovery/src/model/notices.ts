import type { Problem } from '@mizzen/api'
import { type GatewayModel, isPlainHttp } from './gateway.ts'
import type { Origin } from './origin.ts'
import { isHttpOrSniffed } from './protocol.ts'
import type { ServiceModel } from './service.ts'

// What is wrong between objects is validation's to say, and only there: these are about what is not translated.

/** A finding about one object, before it is given its place in a file. */
export type Notice = Omit<Problem, 'place'>

/** Servers that have no listener yet. */
export function serverNotices(gateway: GatewayModel): Notice[] {
  return gateway.servers.flatMap((server, index) => {
    if (isPlainHttp(server)) return []
    const message = `protocol ${server.protocol} at a gateway is not supported yet: nothing listens there`
    return [warning(gateway.origin, 'not-supported-yet', `spec.servers[${index}].port.protocol`, message)]
  })
}

/** Ports that are something else than HTTP for sure have no listener yet, neither at clients nor at servers. */
export function serviceNotices(service: ServiceModel): Notice[] {
  return service.ports.flatMap(({ number, protocol }, index) => {
    if (isHttpOrSniffed(protocol)) return []
    const message = `port ${number} is ${protocol}, which the mesh does not carry yet`
    return [warning(service.origin, 'not-supported-yet', `spec.ports[${index}]`, message)]
  })
}

function warning(origin: Origin, code: string, path: string, message: string): Notice {
  const [kind = ''] = origin.key.split('/')
  const subject = { kind, namespace: origin.namespace, name: origin.name }
  return { severity: 'warning', code, path, message, ...subject }
}
