import type { ParsedDocument, Problem } from '@mizzen/api'
import { CODES, type FindingJson, urlOf } from '@mizzen/validation'

/** Documents that can't be read are invalid, and whose they are nobody knows. */
export function unreadFindings({ problems }: ParsedDocument): readonly FindingJson[] {
  return problems.filter(({ severity }) => severity === 'error').map(unreadFinding)
}

function unreadFinding({ kind, namespace, name, path, place, message, hint }: Problem): FindingJson {
  const { severity, remedy, ...code } = CODES.IST0106
  return {
    code: 'IST0106',
    name: code.name,
    severity,
    kind: kind ?? null,
    namespace: namespace ?? null,
    resource: name ?? null,
    path,
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    message: hint === undefined ? message : `${message}: ${hint}`,
    remedy,
    url: urlOf('IST0106'),
  }
}
