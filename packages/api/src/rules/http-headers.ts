import type { HeaderOperations, Headers } from '../kinds/networking/routing/http-headers.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath, itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { isAuthority, isHeaderValue } from './http-names.ts'

export function checkHeaders(headers: Headers | undefined, path: string, report: Report): void {
  checkOperations(headers?.request, `${path}.request`, true, report)
  checkOperations(headers?.response, `${path}.response`, false, report)
}

/** @param mayRewrite whether setting the authority is possible: it means rewriting the host */
function checkOperations(
  operations: HeaderOperations | undefined,
  path: string,
  mayRewrite: boolean,
  report: Report,
): void {
  for (const word of ['set', 'add'] as const) {
    for (const [name, value] of Object.entries(operations?.[word] ?? {})) {
      const at = fieldPath(`${path}.${word}`, name)
      if (!(mayRewrite && isAuthority(name))) checkName(name, at, report)
      if (!isHeaderValue(value)) {
        refuse(report, 'bad-header', at, `"${value}" is not a header value`, 'write %% for a percent sign')
      }
    }
  }
  operations?.remove?.forEach((name, index) => {
    checkName(name, itemPath(`${path}.remove`, index), report)
  })
}

function checkName(name: string, path: string, report: Report): void {
  if (name === '') refuse(report, 'bad-header', path, 'a header needs a name')
  else if (name.startsWith(':') || isAuthority(name))
    refuse(report, 'bad-header', path, `${name} can't be changed here`)
}
