import type { TcpCase } from '../case.ts'
import { disabledFilters } from './disabled-filters.ts'
import { namedHosts } from './named-hosts.ts'
import { proxyProtocol } from './proxy-protocol.ts'
import { noUpstream, relay, targets } from './relay.ts'
import { serverNames } from './server-names.ts'

export const tcpCases: readonly TcpCase[] = [
  ...relay,
  ...noUpstream,
  ...targets,
  ...proxyProtocol,
  ...serverNames,
  ...disabledFilters,
  ...namedHosts,
]
