/** Paths without any of these stay as they are: the usual case, found by one scan. */
const SUSPECT = /\/\.|["\\<>^`{|}]|%(?:00|2[de]|3\d|[46][1-9a-f]|5[0-9af]|7[0-9ae])/i
/** Escapes of characters that need none (RFC 3986 2.3): `-`, `.`, digits, letters, `_`, `~`. */
const NEEDLESS_ESCAPE = /%(?:2[de]|3\d|[46][1-9a-f]|5[0-9af]|7[0-9ae])/gi
/** Characters that may not stand in a path unescaped, though they come. */
const UNESCAPED = /["<>^`{|}]/g
/** A dot segment, also with parameters behind it: servers of Java's world take `..;x` for `..`. */
const DOT_SEGMENT = /^\.\.?(?=;|$)/

/**
 * Normalizes a path in origin form (RFC 3986 6.2.2; Envoy's `normalize_path`), so that routes and upstreams read the same
 * in it: needless escapes are undone, missing ones are made, backslashes are slashes, dot segments are resolved. The query
 * stays as it is.
 * @returns undefined for a path with a NUL in it
 */
export function normalizePath(path: string): string | undefined {
  if (!SUSPECT.test(path)) return path
  const { bare, query } = split(path)
  if (bare.includes('%00')) return undefined
  const plain = bare.replace(NEEDLESS_ESCAPE, (triplet) => String.fromCharCode(Number.parseInt(triplet.slice(1), 16)))
  const escaped = plain.replace(UNESCAPED, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  return resolveDots(escaped.replaceAll('\\', '/')) + query
}

/** Makes of escaped slashes and backslashes what they stand for, except in the query. */
export function unescapeSlashes(path: string): string {
  if (!/%2f|%5c/i.test(path)) return path
  const { bare, query } = split(path)
  return bare.replace(/%2f/gi, '/').replace(/%5c/gi, '\\') + query
}

/** Makes runs of slashes one (Envoy's `merge_slashes`), except in the query. */
export function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path
  const { bare, query } = split(path)
  return bare.replace(/\/{2,}/g, '/') + query
}

function split(path: string): { readonly bare: string; readonly query: string } {
  const at = path.indexOf('?')
  return at === -1 ? { bare: path, query: '' } : { bare: path.slice(0, at), query: path.slice(at) }
}

/** RFC 3986 5.2.4; `..` above the root stays at the root. */
function resolveDots(path: string): string {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1
    const dots = DOT_SEGMENT.exec(segment)?.[0]
    if (dots === undefined) {
      kept.push(segment)
      return
    }
    if (dots === '..') kept.pop()
    // A final dot segment names a directory.
    if (last) kept.push('')
  })
  return `/${kept.join('/')}`
}
