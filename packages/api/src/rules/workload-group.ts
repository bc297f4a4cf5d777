import type { ReadinessProbe, WorkloadGroup } from '../kinds/networking/workload-group.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkProbeHeaderName } from './http-names.ts'
import { checkLabels } from './labels.ts'
import { unixPath } from './unix-address.ts'
import { checkAtLeast } from './values.ts'
import { checkEntryPorts, checkSocket } from './workload-entry.ts'

/** The template lacks what each workload brings: its address, and labels beside those of the group's metadata. */
export function checkWorkloadGroup({ spec }: WorkloadGroup, report: Report): void {
  checkLabels(spec.metadata?.labels, 'spec.metadata.labels', report)
  const socket = unixPath(spec.template.address ?? '')
  if (socket !== undefined) checkSocket(socket, spec.template, 'spec.template', {}, report)
  checkEntryPorts(spec.template.ports, 'spec.template.ports', report)
  checkReadinessProbe(spec.probe, 'spec.probe', report)
}

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const

export function checkReadinessProbe(probe: ReadinessProbe | undefined, path: string, report: Report): void {
  if (probe === undefined) return
  for (const name of COUNTS) checkAtLeast(0, probe[name], `${path}.${name}`, report)
  const { httpGet, tcpSocket, exec, grpc } = probe
  if (!httpGet && !tcpSocket && !exec && !grpc) {
    refuse(report, 'missing-field', path, 'a probe needs httpGet, tcpSocket, exec or grpc')
  }
  const { scheme = '', httpHeaders = [] } = httpGet ?? {}
  if (!['', 'HTTP', 'HTTPS'].includes(scheme)) {
    refuse(report, 'unknown-word', `${path}.httpGet.scheme`, `"${scheme}" is neither HTTP nor HTTPS`)
  }
  httpHeaders.forEach(({ name = '' }, index) => {
    checkProbeHeaderName(name, `${itemPath(`${path}.httpGet.httpHeaders`, index)}.name`, report)
  })
  if (exec && (exec.command?.length ?? 0) === 0) {
    refuse(report, 'missing-field', `${path}.exec.command`, 'required, but not set')
  }
}
