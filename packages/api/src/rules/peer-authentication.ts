import type { PeerAuthentication } from '../kinds/security/peer-authentication.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkSelection } from './policy-selection.ts'

export function checkPeerAuthentication({ spec }: PeerAuthentication, report: Report): void {
  checkSelection(spec, report)
  const { selector, portLevelMtls } = spec
  if (portLevelMtls === undefined) return
  const path = 'spec.portLevelMtls'
  const ports = Object.keys(portLevelMtls)
  if (ports.length === 0) refuse(report, 'empty', path, 'names no port', 'name a port, or remove it')
  else if (Object.keys(selector?.matchLabels ?? {}).length === 0) {
    const message = 'ports are those of workloads, and no workloads are selected'
    refuse(report, 'missing-field', path, message, 'add selector.matchLabels, or remove portLevelMtls')
  }
  for (const port of ports) {
    const valid = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535
    if (!valid) refuse(report, 'bad-port', fieldPath(path, port), `port ${port} is not a number from 1 to 65535`)
  }
}
