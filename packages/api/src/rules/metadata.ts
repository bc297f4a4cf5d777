import type { ObjectMeta } from '../resource.ts'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'
import { checkLabels } from './labels.ts'
import { isNamespaceName, isObjectName } from './names.ts'

/** Names, namespaces, labels: Kubernetes' rules (apimachinery, validation). */
export function checkMetadata({ name, namespace, labels }: ObjectMeta, report: Report): void {
  if (!isObjectName(name)) {
    const hint = 'use lower-case letters, digits, - and ., at most 253'
    refuse(report, 'bad-name', 'metadata.name', `"${name}" is not a name`, hint)
  }
  if (namespace !== undefined && namespace !== '' && !isNamespaceName(namespace)) {
    const hint = 'use lower-case letters, digits and -, at most 63'
    refuse(report, 'bad-name', 'metadata.namespace', `"${namespace}" is not a namespace`, hint)
  }
  checkLabels(labels, 'metadata.labels', report)
}
