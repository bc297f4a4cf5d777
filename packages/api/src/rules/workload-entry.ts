import type { WorkloadEntry, WorkloadEntrySpec } from '../kinds/networking/workload-entry.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath } from '../schema/field-path.ts'
import { refuse, warn } from './findings.ts'
import { fqdnFault } from './hosts.ts'
import { isIpAddress } from './ip-address.ts'
import { checkLabels } from './labels.ts'
import { isDnsLabel } from './names.ts'
import { unixFault, unixPath } from './unix-address.ts'
import { checkPort } from './values.ts'

export interface EntryRules {
  /** Names of the ports of the ServiceEntry around it. */
  readonly ports?: ReadonlySet<string>
  readonly mayBeHost: boolean
  readonly mayBeSocket: boolean
}

export function checkWorkloadEntry({ spec }: WorkloadEntry, report: Report): void {
  checkEntry(spec, 'spec', { mayBeHost: true, mayBeSocket: true }, report)
}

export function checkEntry(entry: WorkloadEntrySpec, path: string, rules: EntryRules, report: Report): void {
  const { address = '', network, ports = {}, labels } = entry
  const at = `${path}.address`
  const socket = rules.mayBeSocket ? unixPath(address) : undefined
  if (address === '') {
    if (network) warn(report, 'missing-field', at, `without an address, only the gateway of ${network} can be reached`)
    else refuse(report, 'missing-field', at, 'an address is required', 'write an IP address or a host')
  } else if (socket !== undefined) {
    checkSocket(socket, entry, path, rules, report)
  } else if (!isIpAddress(address) && !(rules.mayBeHost && fqdnFault(address) === undefined)) {
    refuse(report, 'bad-address', at, `"${address}" is not an IP address${rules.mayBeHost ? ' or a host' : ''}`)
  }
  for (const name of Object.keys(ports)) {
    if (rules.ports === undefined || rules.ports.has(name)) continue
    refuse(report, 'unknown-port', fieldPath(`${path}.ports`, name), `the ServiceEntry has no port "${name}"`)
  }
  checkEntryPorts(ports, `${path}.ports`, report)
  checkLabels(labels, `${path}.labels`, report)
}

export function checkEntryPorts(ports: WorkloadEntrySpec['ports'] = {}, path: string, report: Report): void {
  for (const [name, port] of Object.entries(ports)) {
    const at = fieldPath(path, name)
    if (!isDnsLabel(name)) refuse(report, 'bad-name', at, `"${name}" is not a port name`)
    checkPort(port, at, report)
  }
}

/** A Unix domain socket as address. */
export function checkSocket(
  socket: string,
  entry: WorkloadEntrySpec,
  path: string,
  rules: Pick<EntryRules, 'ports'>,
  report: Report,
): void {
  const fault = unixFault(socket)
  if (fault !== undefined) refuse(report, 'bad-address', `${path}.address`, fault)
  if (entry.ports !== undefined) {
    refuse(report, 'conflict', `${path}.ports`, 'a Unix domain socket has no ports')
  }
  if (rules.ports !== undefined && rules.ports.size !== 1) {
    refuse(report, 'conflict', `${path}.address`, 'a Unix domain socket serves exactly one port of the ServiceEntry')
  }
}
