import type { Problem } from '@mizzen/api'
import type { Place } from '@mizzen/base'
import type { Finding } from '@mizzen/validation'

/**
 * A finding as a problem of the mesh. It is a warning however bad it is: the object is valid and in force. What is only
 * worth knowing is left to `mizzen analyze`.
 */
export function findingProblem(finding: Finding, place: Place | undefined): Problem | undefined {
  const { code, severity, path, message, subject } = finding
  if (severity === 'info') return undefined
  const { kind, namespace, name } = subject
  return { severity: 'warning', code, path, message, kind, namespace, name, ...(place && { place }) }
}
