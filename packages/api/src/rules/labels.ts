import type { Report } from '../schema/check-shape.ts'
import { fieldPath } from '../schema/field-path.ts'
import { refuse, warn } from './findings.ts'
import { isLabelName, isLabelValue } from './names.ts'

type Labels = Readonly<Record<string, string>>

export function checkLabels(labels: Labels = {}, path: string, report: Report): void {
  for (const [name, value] of Object.entries(labels)) {
    const at = fieldPath(path, name)
    if (!isLabelName(name)) refuse(report, 'bad-label', at, `"${name}" is not a label name`)
    else if (!isLabelValue(value)) {
      refuse(report, 'bad-label', at, `"${value}" is not a label value`, 'use letters, digits, -, _ and ., at most 63')
    }
  }
}

/** Istio's selectors of workloads: exact labels, and none is taken for a slip. True if it selects. */
export function checkSelector(labels: Labels | undefined, path: string, report: Report): boolean {
  const entries = Object.entries(labels ?? {})
  if (entries.length === 0) {
    warn(
      report,
      'empty-selector',
      path,
      'selects every workload of the namespace',
      'name labels, or remove the selector',
    )
  }
  const wrong = entries.filter(([name, value]) => name === '' || `${name}${value}`.includes('*'))
  for (const [name] of wrong) {
    const message = name === '' ? 'a label needs a name' : 'wildcards are not possible in a selector'
    refuse(report, 'bad-label', fieldPath(path, name), message)
  }
  return wrong.length === 0
}
