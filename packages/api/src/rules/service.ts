import type { Service } from '../kinds/kubernetes/service.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { isNamespaceName } from './names.ts'
import { checkPort } from './values.ts'

/** Kubernetes' rules of the fields that Mizzen reads. */
export function checkService({ spec }: Service, report: Report): void {
  const { ports = [], type, externalName } = spec
  if (type === 'ExternalName' && !externalName) {
    refuse(report, 'missing-field', 'spec.externalName', 'a Service of type ExternalName needs one')
  }
  const names = new Set<string>()
  const sockets = new Set<string>()
  ports.forEach(({ name = '', port, targetPort, protocol = 'TCP' }, index) => {
    const path = itemPath('spec.ports', index)
    checkPort(port, `${path}.port`, report)
    if (typeof targetPort === 'number') checkPort(targetPort, `${path}.targetPort`, report)
    if (name === '' && ports.length > 1) {
      refuse(report, 'missing-field', `${path}.name`, 'with several ports, each needs a name')
    } else if (name !== '' && !isNamespaceName(name)) {
      refuse(report, 'bad-name', `${path}.name`, `"${name}" is not a port name`, 'use lower-case letters, digits and -')
    } else if (names.has(name)) refuse(report, 'duplicate', `${path}.name`, `there is a port "${name}" already`)
    const socket = `${protocol} ${port}`
    if (sockets.has(socket)) refuse(report, 'duplicate', `${path}.port`, `there is a port ${socket} already`)
    names.add(name)
    sockets.add(socket)
  })
}
