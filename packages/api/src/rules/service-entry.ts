import type { ServiceEntry, ServiceEntryPort, ServiceEntrySpec } from '../kinds/networking/service-entry.ts'
import type { ObjectMeta } from '../resource.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { checkExportTo } from './export-to.ts'
import { refuse, warn } from './findings.ts'
import { checkHost, fqdnFault, isPartialWildcard, wildcardFault } from './hosts.ts'
import { isSubnet } from './ip-address.ts'
import { checkSelector } from './labels.ts'
import { isDnsLabel } from './names.ts'
import { isHttp, isProtocol, isTcp, isTls, PROTOCOL_HINT } from './protocol.ts'
import { checkPort } from './values.ts'
import { checkEntry } from './workload-entry.ts'

export function checkServiceEntry({ metadata, spec }: ServiceEntry, report: Report): void {
  const { workloadSelector, endpoints, hosts } = spec
  const selects = workloadSelector && checkSelector(workloadSelector.labels, 'spec.workloadSelector.labels', report)
  if (selects && (spec.resolution ?? 'NONE') === 'NONE') {
    warn(report, 'no-effect', 'spec.workloadSelector', 'should not be set with resolution NONE', 'set resolution')
  }
  if (workloadSelector && endpoints) {
    refuse(report, 'conflict', 'spec.endpoints', 'only one of workloadSelector and endpoints may be set')
  }
  if (hosts.length === 0) refuse(report, 'missing-field', 'spec.hosts', 'a ServiceEntry needs a host')
  checkHosts(hosts, report)
  checkAddresses(spec, report)
  checkPorts(spec, metadata, report)
  RESOLUTIONS[spec.resolution ?? 'NONE'](spec, metadata, report)
  checkManyHosts(spec, report)
  const rules = { namespace: metadata.namespace ?? 'default', mayHide: true }
  checkExportTo(spec.exportTo, 'spec.exportTo', rules, report)
}

function checkHosts(hosts: readonly string[], report: Report): void {
  hosts.forEach((host, index) => {
    const path = itemPath('spec.hosts', index)
    const fault = host === '*' ? '"*" would take every host' : wildcardFault(host)
    checkHost(host, fault, path, report)
    if (isPartialWildcard(host)) warn(report, 'bad-host', path, `"${host}": a * should stand for whole labels`)
  })
}

function checkAddresses({ addresses = [], resolution = 'NONE' }: ServiceEntrySpec, report: Report): void {
  addresses.forEach((address, index) => {
    const path = itemPath('spec.addresses', index)
    if (!isSubnet(address)) refuse(report, 'bad-address', path, `"${address}" is not an IP address or block`)
    if (address.includes('/') && resolution !== 'NONE' && resolution !== 'STATIC') {
      refuse(report, 'conflict', path, `blocks of addresses are not possible with resolution ${resolution}`)
    }
  })
}

function checkPorts(spec: ServiceEntrySpec, metadata: ObjectMeta, report: Report): void {
  const names = new Set<string>()
  const numbers = new Set<number>()
  const needsAddress = (spec.addresses?.length ?? 0) === 0 && !getsAddress(spec, metadata)
  spec.ports?.forEach((port, index) => {
    const path = itemPath('spec.ports', index)
    const { name, number } = port
    if (names.has(name)) refuse(report, 'duplicate', `${path}.name`, `there is a port "${name}" already`)
    if (numbers.has(number)) refuse(report, 'duplicate', `${path}.number`, `there is a port ${number} already`)
    names.add(name)
    numbers.add(number)
    checkServicePort(port, path, spec.resolution, report)
    if (needsAddress && ['', 'TCP'].includes(port.protocol ?? '')) {
      const hint = 'set addresses, or the protocol of the port'
      warn(report, 'no-address', path, 'TCP to several hosts on one port can only be told apart by address', hint)
    }
  })
}

function checkServicePort(
  port: ServiceEntryPort,
  path: string,
  resolution: ServiceEntrySpec['resolution'],
  report: Report,
): void {
  const { name, number, protocol = '', targetPort } = port
  if (!isDnsLabel(name)) refuse(report, 'bad-name', `${path}.name`, `"${name}" is not a port name`)
  if (protocol !== '' && !isProtocol(protocol)) {
    refuse(report, 'unknown-word', `${path}.protocol`, `"${protocol}" is not a protocol`, PROTOCOL_HINT)
  }
  checkPort(number, `${path}.number`, report)
  if (targetPort === undefined) return
  checkPort(targetPort, `${path}.targetPort`, report)
  if ((resolution ?? 'NONE') === 'NONE') {
    warn(report, 'no-effect', `${path}.targetPort`, 'has no effect with resolution NONE')
  }
}

/** Istio gives addresses of its own to hosts that it resolves, unless told not to. */
function getsAddress({ resolution = 'NONE' }: ServiceEntrySpec, { labels }: ObjectMeta): boolean {
  const told = labels?.['networking.istio.io/enable-autoallocate-ip']
  return resolution !== 'NONE' && told?.toLowerCase() !== 'false'
}

type ResolutionRules = (spec: ServiceEntrySpec, metadata: ObjectMeta, report: Report) => void

const RESOLUTIONS: Readonly<Record<NonNullable<ServiceEntrySpec['resolution']>, ResolutionRules>> = {
  NONE: checkNone,
  STATIC: checkStatic,
  DNS: checkDns,
  DNS_ROUND_ROBIN: checkDns,
  DYNAMIC_DNS: checkDynamicDns,
}

function portNames({ ports = [] }: ServiceEntrySpec): ReadonlySet<string> {
  return new Set(ports.map((port) => port.name))
}

function checkNone(spec: ServiceEntrySpec, _: ObjectMeta, report: Report): void {
  if (spec.endpoints !== undefined) {
    refuse(report, 'conflict', 'spec.endpoints', 'with resolution NONE there are no endpoints', 'set resolution')
  }
}

function checkStatic(spec: ServiceEntrySpec, _: ObjectMeta, report: Report): void {
  const rules = { ports: portNames(spec), mayBeHost: false, mayBeSocket: true }
  spec.endpoints?.forEach((endpoint, index) => {
    checkEntry(endpoint, itemPath('spec.endpoints', index), rules, report)
  })
}

function checkDns(spec: ServiceEntrySpec, _: ObjectMeta, report: Report): void {
  const { endpoints = [], hosts, resolution, addresses = [], ports = [] } = spec
  hosts.forEach((host, index) => {
    if (endpoints.length > 0 || fqdnFault(host) === undefined) return
    const message = `"${host}" can't be resolved: without endpoints, hosts must be domain names`
    refuse(report, 'bad-host', itemPath('spec.hosts', index), message)
  })
  if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1) {
    refuse(report, 'too-many', 'spec.endpoints', 'DNS_ROUND_ROBIN has one endpoint at most')
  }
  const rules = { ports: portNames(spec), mayBeHost: true, mayBeSocket: false }
  endpoints.forEach((endpoint, index) => {
    checkEntry(endpoint, itemPath('spec.endpoints', index), rules, report)
  })
  if (addresses.length > 0 && hosts.length > 1 && ports.some((port) => isTcp(port.protocol ?? ''))) {
    warn(report, 'conflict', 'spec.hosts', 'one address can be one host only where the port is TCP')
  }
}

/** Those of Istio's clusters of this kind. */
const DYNAMIC_PROTOCOLS: ReadonlySet<string> = new Set(['http', 'http2', 'grpc', 'tls'])

/** The name that a request asks for is resolved when it comes: only where requests carry a name. */
function checkDynamicDns(spec: ServiceEntrySpec, { labels }: ObjectMeta, report: Report): void {
  const { endpoints = [], location = 'MESH_EXTERNAL', ports = [], hosts, addresses = [] } = spec
  const refuseField = (field: string, message: string) => {
    refuse(report, 'conflict', `spec.${field}`, message)
  }
  hosts.forEach((host, index) => {
    if (host.startsWith('*')) return
    const message = `with DYNAMIC_DNS a host must start with *, and "${host}" is one name`
    refuse(report, 'bad-host', itemPath('spec.hosts', index), message, 'use resolution DNS')
  })
  if (addresses.length > 0)
    refuseField('addresses', 'with DYNAMIC_DNS addresses come from the names that are asked for')
  if (endpoints.length > 0) refuseField('endpoints', 'with DYNAMIC_DNS there are no endpoints')
  const waypoint = labels?.['istio.io/use-waypoint'] ?? ''
  if (location === 'MESH_INTERNAL' && waypoint !== '' && waypoint.toLowerCase() !== 'none') {
    refuseField('location', 'behind a waypoint DYNAMIC_DNS is for hosts outside the mesh')
  }
  ports.forEach(({ protocol = '' }, index) => {
    if (DYNAMIC_PROTOCOLS.has(protocol.toLowerCase())) return
    refuseField(itemPath('ports', index), `with DYNAMIC_DNS a port is HTTP, HTTP2, GRPC or TLS, not "${protocol}"`)
  })
}

/** Plain TCP carries no host name. */
function checkManyHosts({ hosts, ports = [], resolution = 'NONE' }: ServiceEntrySpec, report: Report): void {
  if (resolution === 'NONE' || hosts.length < 2) return
  const index = ports.findIndex(({ protocol = '' }) => !isHttp(protocol) && !isTls(protocol))
  if (index === -1) return
  refuse(report, 'conflict', itemPath('spec.ports', index), 'several hosts need ports of HTTP or TLS')
}
