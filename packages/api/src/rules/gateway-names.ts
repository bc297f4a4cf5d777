import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse, warn } from './findings.ts'
import { checkHost, fqdnFault } from './hosts.ts'
import { isDnsLabel, isNamespaceName } from './names.ts'

/** References to Gateways: `name`, `namespace/name`, or the old `name.namespace.svc.domain`. */
export function checkGatewayNames(names: readonly string[] | undefined, path: string, report: Report): void {
  names?.forEach((name, index) => {
    checkGatewayName(name, itemPath(path, index), report)
  })
}

function checkGatewayName(name: string, path: string, report: Report): void {
  const [namespace = '', ...rest] = name.split('/')
  if (rest.length === 0) {
    const [first, second] = name.split('.')
    if (second !== undefined) {
      warn(report, 'old-form', path, `"${name}" is the old way to name a Gateway`, `write ${second}/${first}`)
    }
    checkHost(name, fqdnFault(name), path, report)
    return
  }
  if (!isNamespaceName(namespace)) refuse(report, 'bad-name', path, `"${namespace}" is not a namespace`)
  if (!isDnsLabel(rest.join('/'))) refuse(report, 'bad-name', path, `"${rest.join('/')}" is not the name of a Gateway`)
}
