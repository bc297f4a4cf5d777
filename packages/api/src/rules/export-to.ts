import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { isNamespaceName } from './names.ts'

export interface ExportRules {
  /** The object's own namespace, which `.` stands for. */
  readonly namespace: string
  /** `~` hides a ServiceEntry from all but its own workloads. */
  readonly mayHide?: boolean
  /** A rule for selected workloads holds in its own namespace alone. */
  readonly ownOnly?: boolean
}

export function checkExportTo(
  exportTo: readonly string[] | undefined,
  path: string,
  { namespace, mayHide = false, ownOnly = false }: ExportRules,
  report: Report,
): void {
  const seen = new Set<string>()
  exportTo?.forEach((entry, index) => {
    const target = entry === '.' ? namespace : entry
    const at = itemPath(path, index)
    if (seen.has(target)) refuse(report, 'duplicate', at, `"${entry}" is there already`)
    else if (target !== '*' && !(target === '~' && mayHide) && !isNamespaceName(target)) {
      refuse(report, 'bad-name', at, `"${entry}" is not a namespace`, 'write a name, . or *')
    }
    seen.add(target)
  })
  for (const alone of ['*', '~']) {
    if (seen.has(alone) && seen.size > 1) refuse(report, 'conflict', path, `"${alone}" stands alone, or not at all`)
  }
  if (ownOnly && seen.size > 0 && (seen.size > 1 || !seen.has(namespace))) {
    const hint = 'write ["."], or leave it out'
    refuse(report, 'conflict', path, 'with a workloadSelector the rule holds in its own namespace only', hint)
  }
}
