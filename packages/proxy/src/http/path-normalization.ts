/** Paths without any of these stay as they are: the usual case, found by one scan. */
const SUSPECT = /\/\.|\/\/|\\|%2e|%5c/i

/**
 * Normalizes a path in origin form (RFC 3986 6.2.2; Envoy's `normalize_path`): `%2e` is a dot, backslashes are slashes,
 * dot segments are resolved. The query stays as it is.
 * @param mergeSlashes makes runs of slashes one (Envoy's `merge_slashes`)
 */
export function normalizePath(path: string, mergeSlashes: boolean): string {
  if (!SUSPECT.test(path)) return path
  const queryAt = path.indexOf('?')
  const bare = queryAt === -1 ? path : path.slice(0, queryAt)
  const query = queryAt === -1 ? '' : path.slice(queryAt)
  const resolved = resolveDots(bare.replace(/%2e/gi, '.').replaceAll('\\', '/'))
  return (mergeSlashes ? resolved.replace(/\/{2,}/g, '/') : resolved) + query
}

/** RFC 3986 5.2.4; `..` above the root stays at the root. */
function resolveDots(path: string): string {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1
    if (segment !== '.' && segment !== '..') {
      kept.push(segment)
      return
    }
    if (segment === '..') kept.pop()
    // A final dot segment names a directory.
    if (last) kept.push('')
  })
  return `/${kept.join('/')}`
}
