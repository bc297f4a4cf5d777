import type { ObjectMeta } from '../resource.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'

const ANNOTATION = 'istio.io/dry-run'
/** As Go reads truth. */
const BOOLEANS = ['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False']

/** A policy that is only tried out: possible where its decision is allow or deny. */
export function checkDryRun({ annotations }: ObjectMeta, possible: boolean, report: Report): void {
  const value = annotations?.[ANNOTATION]
  if (value === undefined) return
  const path = fieldPath('metadata.annotations', ANNOTATION)
  if (!possible)
    refuse(
      report,
      'not-possible',
      path,
      'only an AuthorizationPolicy of ALLOW or DENY can be tried out',
      'remove the annotation',
    )
  else if (!BOOLEANS.includes(value)) {
    refuse(report, 'wrong-type', path, `"${value}" is neither true nor false`, 'write "true" or "false"')
  }
}
