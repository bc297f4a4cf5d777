/** Characters of a segment (RFC 3986, pchar) that Envoy's URI template matcher takes literally. */
const LITERAL = /^[-a-zA-Z0-9._~%!$&'()+,;:@=]+$/
const OPERATORS = ['{*}', '{**}']

/** Why a path of an AuthorizationPolicy is no path template; undefined for good ones and for plain paths. */
export function pathTemplateFault(path: string): string | undefined {
  const isTemplate = OPERATORS.some((operator) => path.includes(operator))
  let open = true
  for (const segment of path.replace(/^\/+|\/+$/g, '').split('/')) {
    if (OPERATORS.includes(segment)) {
      if (!open) return '{**} must be the last operator'
      open = segment === '{*}'
    } else if (/[{}]/.test(segment)) {
      return `"${segment}": { and } may only stand in {*} and {**}`
    } else if (isTemplate && !LITERAL.test(segment)) {
      return `"${segment}" can't stand in a path with {*} or {**}`
    }
  }
  return undefined
}
