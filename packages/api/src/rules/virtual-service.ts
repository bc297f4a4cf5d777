import type { VirtualService, VirtualServiceSpec } from '../kinds/networking/virtual-service.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { warnOfCoveredPrefixes } from './covered-prefixes.ts'
import { checkExportTo } from './export-to.ts'
import { refuse } from './findings.ts'
import { checkGatewayNames } from './gateway-names.ts'
import { hostCover } from './host-cover.ts'
import { checkHost, gatewayHostFault, wildcardFault } from './hosts.ts'
import { checkNoClaims } from './http-match.ts'
import { checkHttpRoute } from './http-route.ts'
import { isIpAddress } from './ip-address.ts'
import { checkTcpRoute, checkTlsRoute } from './l4-route.ts'
import { overlappingHosts } from './overlapping-hosts.ts'
import { warnOfUnreachable } from './unreachable-rules.ts'

export function checkVirtualService({ metadata, spec }: VirtualService, report: Report): void {
  const { hosts = [], http = [], tls = [], tcp = [] } = spec
  if (hosts.length === 0) checkDelegate(spec, report)
  checkGatewayNames(spec.gateways, 'spec.gateways', report)
  checkHosts(spec, report)
  if (http.length + tls.length + tcp.length === 0) {
    refuse(report, 'missing-field', 'spec', 'a VirtualService needs http, tls or tcp rules')
  }
  http.forEach((route, index) => {
    const path = itemPath('spec.http', index)
    checkHttpRoute(route, path, hosts.length === 0, report)
    if (isAtGateways(spec)) return
    route.match?.forEach((match, position) => {
      checkNoClaims(match, itemPath(`${path}.match`, position), report)
    })
  })
  const tlsRules = { hosts, covers: hostCover(hosts), atGateways: isAtGateways(spec) }
  tls.forEach((route, index) => {
    checkTlsRoute(route, itemPath('spec.tls', index), tlsRules, report)
  })
  tcp.forEach((route, index) => {
    checkTcpRoute(route, itemPath('spec.tcp', index), report)
  })
  checkExportTo(spec.exportTo, 'spec.exportTo', { namespace: metadata.namespace ?? 'default' }, report)
  warnOfUnreachable(http, 'spec.http', report)
  warnOfCoveredPrefixes(http, 'spec.http', report)
  warnOfUnreachable(tcp, 'spec.tcp', report)
  warnOfUnreachable(tls, 'spec.tls', report)
}

/** Without hosts it takes effect only where another delegates to it, for HTTP. */
function checkDelegate(spec: VirtualServiceSpec, report: Report): void {
  for (const name of ['gateways', 'tls', 'tcp'] as const) {
    if ((spec[name]?.length ?? 0) === 0) continue
    refuse(report, 'conflict', `spec.${name}`, `without hosts, a VirtualService is delegated to and has no ${name}`)
  }
}

/** Whether it holds at gateways alone; the default is the mesh. */
function isAtGateways({ gateways = [] }: VirtualServiceSpec): boolean {
  return gateways.length > 0 && !gateways.includes('mesh')
}

function checkHosts(spec: VirtualServiceSpec, report: Report): void {
  const { hosts = [], tls } = spec
  const atGateways = isAtGateways(spec)
  const isSni = tls?.some((route) => route.match.some((match) => match.sniHosts.length > 0)) ?? false
  let good = true
  hosts.forEach((host, index) => {
    const fault = atGateways ? gatewayHostFault(host, isSni) : wildcardFault(host)
    const inMesh = !atGateways && host === '*' ? '"*" is only possible at gateways; in the mesh, name hosts' : undefined
    const wrong = isIpAddress(host) ? undefined : (fault ?? inMesh)
    checkHost(host, wrong, itemPath('spec.hosts', index), report)
    good &&= wrong === undefined
  })
  if (good) checkOverlap(hosts, report)
}

function checkOverlap(hosts: readonly string[], report: Report): void {
  for (const [index, earlier] of overlappingHosts(hosts)) {
    const message = `"${hosts[index]}" overlaps with "${hosts[earlier]}"`
    refuse(report, 'duplicate', itemPath('spec.hosts', index), message, 'keep one of them')
  }
}
