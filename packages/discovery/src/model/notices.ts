import type { Destination, Problem } from '@mizzen/api'
import type { MergedRule } from './destination-rule.ts'
import type { GatewayModel } from './gateway.ts'
import { isPlainHttp } from './gateway.ts'
import { hostsForNamespace, intersectHosts } from './host-name.ts'
import type { Origin } from './origin.ts'
import { isHttpOrSniffed } from './protocol.ts'
import type { ServiceModel } from './service.ts'
import { MESH_GATEWAY, type VirtualServiceModel } from './virtual-service.ts'

/** What the notices about an object need to know of the others. */
export interface NoticeInput {
  /** By `namespace/name`. */
  gatewayOf(name: string): GatewayModel | undefined
  serviceOf(hostname: string): ServiceModel | undefined
  /** The rule that a client in this namespace heeds. */
  ruleOf(service: ServiceModel, clientNamespace: string): MergedRule | undefined
  /** VirtualServices bound to the mesh that name this host, oldest first. */
  meshRulesOf(host: string): readonly VirtualServiceModel[]
}

/** A finding about one object, before it is given its place in a file. */
export type Notice = Omit<Problem, 'place'>

/** What a VirtualService names and nobody has, and what of it has no effect. */
export function virtualServiceNotices(service: VirtualServiceModel, input: NoticeInput): Notice[] {
  return [...gatewayNotices(service, input), ...hostNotices(service, input), ...destinationNotices(service, input)]
}

function gatewayNotices(service: VirtualServiceModel, input: NoticeInput): Notice[] {
  return service.gateways.flatMap((name, index) => {
    if (name === MESH_GATEWAY || input.gatewayOf(name) !== undefined) return []
    const message = `there is no Gateway ${name}`
    const hint = 'a name without a namespace means a Gateway in the namespace of the VirtualService'
    return [warning(service.origin, 'unknown-gateway', `spec.gateways[${index}]`, message, hint)]
  })
}

function hostNotices(service: VirtualServiceModel, input: NoticeInput): Notice[] {
  const { origin, gateways } = service
  const known = gateways.map((name) => input.gatewayOf(name)).filter((gateway) => gateway !== undefined)
  const served = known.flatMap(({ servers }) =>
    servers.flatMap(({ hosts }) => hostsForNamespace(hosts, origin.namespace)),
  )
  return service.hosts.flatMap((host, index) => {
    const path = `spec.hosts[${index}]`
    if (known.length === gateways.length && intersectHosts(served, [host]).length === 0) {
      const message = `no server of ${gateways.map((name) => `Gateway ${name}`).join(' or ')} takes host ${host}`
      return [warning(origin, 'host-not-in-gateway', path, message, 'add the host to a server of the Gateway')]
    }
    const [winner] = gateways.includes(MESH_GATEWAY) ? input.meshRulesOf(host) : []
    if (winner === undefined || winner.origin.key === origin.key) return []
    const message = `VirtualService ${winner.origin.namespace}/${winner.origin.name} is older and has host ${host} in the mesh`
    return [
      warning(origin, 'duplicate-host', path, message, 'for sidecars only the oldest counts: put the routes in one'),
    ]
  })
}

function destinationNotices(service: VirtualServiceModel, input: NoticeInput): Notice[] {
  return service.http.flatMap((route, index) => {
    const at = `spec.http[${index}]`
    const named: (readonly [string, Destination])[] = [
      ...(route.route ?? []).map(({ destination }, i) => [`${at}.route[${i}].destination`, destination] as const),
      ...(route.mirror ? [[`${at}.mirror`, route.mirror] as const] : []),
      ...(route.mirrors ?? []).map(({ destination }, i) => [`${at}.mirrors[${i}].destination`, destination] as const),
    ]
    return named.flatMap(([path, destination]) => destinationNotice(service.origin, path, destination, input))
  })
}

function destinationNotice(origin: Origin, path: string, destination: Destination, input: NoticeInput): Notice[] {
  const { host, subset, port } = destination
  const service = input.serviceOf(host)
  if (service === undefined) {
    const hint = 'requests to it are answered 503; a name without a dot means a Service of the same namespace'
    return [warning(origin, 'unknown-destination', `${path}.host`, `there is no service ${host}`, hint)]
  }
  if (port?.number !== undefined && service.ports.every(({ number }) => number !== port.number)) {
    const numbers = service.ports.map(({ number }) => number).join(', ')
    const message = `service ${host} has no port ${port.number}`
    return [warning(origin, 'unknown-port', `${path}.port.number`, message, `it has ${numbers || 'none'}`)]
  }
  if (!subset) return []
  const subsets = input.ruleOf(service, origin.namespace)?.subsets ?? []
  if (subsets.some(({ name }) => name === subset)) return []
  const message = `no DestinationRule gives ${host} a subset ${subset}`
  const known = subsets.map(({ name }) => name).join(', ')
  // A state that named only what exists stays in force until this one does too.
  const hint = `until one does, the last good state of the VirtualService counts, or requests to it are answered 503; ${known === '' ? 'it has no subsets' : `it has ${known}`}`
  return [warning(origin, 'unknown-subset', `${path}.subset`, message, hint)]
}

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

function warning(origin: Origin, code: string, path: string, message: string, hint?: string): Notice {
  const [kind = ''] = origin.key.split('/')
  const subject = { kind, namespace: origin.namespace, name: origin.name }
  return { severity: 'warning', code, path, message, ...(hint !== undefined && { hint }), ...subject }
}
