import type { MeshNetworks } from '../kinds/mesh/mesh-networks.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath, itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { fqdnFault } from './hosts.ts'
import { isIpAddress, isSubnet } from './ip-address.ts'
import { isDnsLabel } from './names.ts'

export function checkMeshNetworks({ networks = {} }: MeshNetworks, path: string, report: Report): void {
  for (const [name, { endpoints = [], gateways = [] }] of Object.entries(networks)) {
    const at = fieldPath(`${path}networks`, name)
    endpoints.forEach(({ fromCidr, fromRegistry }, index) => {
      const own = itemPath(`${at}.endpoints`, index)
      if (fromCidr !== undefined && !isSubnet(fromCidr)) {
        refuse(report, 'bad-address', `${own}.fromCidr`, `"${fromCidr}" is not a CIDR block`)
      }
      if (fromRegistry !== undefined && !isDnsLabel(fromRegistry)) {
        refuse(report, 'bad-name', `${own}.fromRegistry`, `"${fromRegistry}" is not the name of a cluster`)
      }
    })
    gateways.forEach((gateway, index) => {
      checkNetworkGateway(gateway, itemPath(`${at}.gateways`, index), report)
    })
  }
}

type NetworkGateway = NonNullable<NonNullable<MeshNetworks['networks']>[string]['gateways']>[number]

function checkNetworkGateway(gateway: NetworkGateway, path: string, report: Report): void {
  const { registryServiceName, address, port = 0 } = gateway
  const serviceFault = registryServiceName === undefined ? undefined : fqdnFault(registryServiceName)
  if (serviceFault !== undefined) refuse(report, 'bad-host', `${path}.registryServiceName`, serviceFault)
  if (address !== undefined && !isIpAddress(address) && fqdnFault(address) !== undefined) {
    refuse(report, 'bad-address', `${path}.address`, `"${address}" is neither an IP address nor a host`)
  }
  if (port < 1 || port > 65_535) refuse(report, 'bad-port', `${path}.port`, `port ${port} is not between 1 and 65535`)
}
