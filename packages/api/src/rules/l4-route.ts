import type { L4MatchAttributes, TCPRoute, TLSMatchAttributes, TLSRoute } from '../kinds/networking/routing/l4-route.ts'
import type { VirtualServiceSpec } from '../kinds/networking/virtual-service.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { checkDestinations } from './destination.ts'
import { refuse, warn } from './findings.ts'
import { checkGatewayNames } from './gateway-names.ts'
import { checkHost, gatewayHostFault, isWithin, wildcardFault } from './hosts.ts'
import { isIpAddress, isSubnet } from './ip-address.ts'
import { checkLabels } from './labels.ts'
import { checkPort } from './values.ts'

export function checkTlsRoute(route: TLSRoute, path: string, service: VirtualServiceSpec, report: Report): void {
  if (route.match.length === 0) refuse(report, 'missing-field', `${path}.match`, 'a TLS rule needs a match')
  route.match.forEach((match, index) => {
    const at = itemPath(`${path}.match`, index)
    if (match.sniHosts.length === 0) refuse(report, 'missing-field', `${at}.sniHosts`, 'a TLS match needs a host')
    match.sniHosts.forEach((host, position) => {
      checkSniHost(host, itemPath(`${at}.sniHosts`, position), service, report)
    })
    checkL4Match(match, at, report)
  })
  checkRoute(route, path, report)
}

export function checkTcpRoute(route: TCPRoute, path: string, report: Report): void {
  route.match?.forEach((match, index) => {
    checkL4Match(match, itemPath(`${path}.match`, index), report)
  })
  checkRoute(route, path, report)
}

function checkRoute({ route }: TLSRoute | TCPRoute, path: string, report: Report): void {
  if (!route || route.length === 0) refuse(report, 'missing-field', `${path}.route`, 'a rule needs a route')
  checkDestinations(route, `${path}.route`, report)
}

function checkL4Match(match: L4MatchAttributes | TLSMatchAttributes, path: string, report: Report): void {
  match.destinationSubnets?.forEach((subnet, index) => {
    const at = itemPath(`${path}.destinationSubnets`, index)
    if (!isSubnet(subnet)) refuse(report, 'bad-address', at, `"${subnet}" is not an IP address or block`)
  })
  if (match.port !== undefined && match.port !== 0) checkPort(match.port, `${path}.port`, report)
  checkLabels(match.sourceLabels, `${path}.sourceLabels`, report)
  checkGatewayNames(match.gateways, `${path}.gateways`, report)
}

function checkSniHost(host: string, path: string, { hosts = [], gateways }: VirtualServiceSpec, report: Report): void {
  const atGateway = gateways !== undefined && gateways.length > 0 && !gateways.includes('mesh')
  const fault = atGateway ? gatewayHostFault(host, true) : wildcardFault(host)
  if (fault !== undefined && isIpAddress(host)) {
    warn(report, 'ip-as-sni', path, `${host} is an IP address, which clients don't send as SNI (RFC 6066, section 3)`)
  } else if (fault !== undefined) checkHost(host, fault, path, report)
  else if (!hosts.some((outer) => isWithin(host, outer))) {
    refuse(report, 'bad-host', path, `"${host}" is not among the hosts of the VirtualService: ${hosts.join(', ')}`)
  }
}
