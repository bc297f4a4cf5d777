import type { L4MatchAttributes, TCPRoute, TLSMatchAttributes, TLSRoute } from '../kinds/networking/routing/l4-route.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { checkDestinations } from './destination.ts'
import { refuse, warn } from './findings.ts'
import { checkGatewayNames } from './gateway-names.ts'
import type { HostCover } from './host-cover.ts'
import { checkHost, gatewayHostFault, wildcardFault } from './hosts.ts'
import { isIpAddress, isSubnet } from './ip-address.ts'
import { checkLabels } from './labels.ts'
import { checkPort } from './values.ts'

/** What a TLS rule has to fit. */
export interface TlsRouteRules {
  /** Of the VirtualService. */
  readonly hosts: readonly string[]
  readonly covers: HostCover
  /** Whether it holds at gateways alone. */
  readonly atGateways: boolean
}

export function checkTlsRoute(route: TLSRoute, path: string, rules: TlsRouteRules, report: Report): void {
  if (route.match.length === 0) refuse(report, 'missing-field', `${path}.match`, 'a TLS rule needs a match')
  route.match.forEach((match, index) => {
    const at = itemPath(`${path}.match`, index)
    if (match.sniHosts.length === 0) refuse(report, 'missing-field', `${at}.sniHosts`, 'a TLS match needs a host')
    match.sniHosts.forEach((host, position) => {
      checkSniHost(host, itemPath(`${at}.sniHosts`, position), rules, report)
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

function checkSniHost(host: string, path: string, { hosts, covers, atGateways }: TlsRouteRules, report: Report): void {
  const fault = atGateways ? gatewayHostFault(host, true) : wildcardFault(host)
  if (fault !== undefined && isIpAddress(host)) {
    warn(report, 'ip-as-sni', path, `${host} is an IP address, which clients don't send as SNI (RFC 6066, section 3)`)
  } else if (fault !== undefined) checkHost(host, fault, path, report)
  else if (!covers(host)) {
    const more = hosts.length > MAX_NAMED ? ` and ${hosts.length - MAX_NAMED} more` : ''
    const known = `${hosts.slice(0, MAX_NAMED).join(', ')}${more}`
    refuse(report, 'bad-host', path, `"${host}" is not among the hosts of the VirtualService: ${known}`)
  }
}

/** Hosts that a message names: it is read by people. */
const MAX_NAMED = 5
