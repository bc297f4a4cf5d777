import { matchesRegex, matchesString } from './string-matching.ts'
import type { HeaderMatchJson, QueryMatchJson, RouteConfigJson, RouteMatchJson, VirtualHostJson } from './xds-json.ts'

/**
 * The virtual host for a Host header, in Envoy's order: the exact domain, the longest `*suffix`, the longest `prefix*`,
 * then `*`.
 */
export function findVirtualHost(config: RouteConfigJson, authority: string): VirtualHostJson | undefined {
  const host = (config.ignorePortInHostMatching === true ? withoutPort(authority) : authority).toLowerCase()
  let best: { readonly rank: number; readonly length: number; readonly host: VirtualHostJson } | undefined
  for (const candidate of config.virtualHosts ?? []) {
    for (const domain of candidate.domains) {
      const rank = domainRank(domain.toLowerCase(), host)
      if (rank === 0) continue
      const better = best === undefined || rank > best.rank || (rank === best.rank && domain.length > best.length)
      if (better) best = { rank, length: domain.length, host: candidate }
    }
  }
  return best?.host
}

/** 4 exact, 3 suffix, 2 prefix, 1 any, 0 no match. A wildcard stands for at least one character. */
function domainRank(domain: string, host: string): number {
  if (domain === '*') return 1
  if (domain === host) return 4
  if (domain.startsWith('*')) return host.endsWith(domain.slice(1)) && host.length >= domain.length ? 3 : 0
  if (domain.endsWith('*')) return host.startsWith(domain.slice(0, -1)) && host.length >= domain.length ? 2 : 0
  return 0
}

function withoutPort(authority: string): string {
  return authority.replace(/:\d+$/, '')
}

export interface RequestFacts {
  /** With its query. */
  readonly path: string
  readonly headers: ReadonlyMap<string, string>
}

export function matchesRoute(match: RouteMatchJson, request: RequestFacts): boolean {
  return (
    matchesPath(match, request.path) &&
    (match.headers ?? []).every((header) => matchesHeader(header, request.headers)) &&
    (match.queryParameters ?? []).every((query) => matchesQuery(query, request.path))
  )
}

function matchesPath(match: RouteMatchJson, path: string): boolean {
  const [bare = ''] = path.split(/[?#]/)
  const fold = (text: string) => (match.caseSensitive === false ? text.toLowerCase() : text)
  if (match.path !== undefined) return fold(bare) === fold(match.path)
  if (match.safeRegex !== undefined) return matchesRegex(match.safeRegex.regex, bare)
  return fold(path).startsWith(fold(match.prefix ?? '/'))
}

function matchesHeader(match: HeaderMatchJson, headers: ReadonlyMap<string, string>): boolean {
  const value = headers.get(match.name.toLowerCase()) ?? (match.treatMissingHeaderAsEmpty === true ? '' : undefined)
  // A header that is missing fails every test but one for absence, inverted or not.
  if (value === undefined && match.stringMatch !== undefined) return false
  const holds = match.stringMatch ? matchesString(match.stringMatch, value ?? '') : value !== undefined
  return holds !== (match.invertMatch === true)
}

function matchesQuery(match: QueryMatchJson, path: string): boolean {
  const at = path.indexOf('?')
  const values = new URLSearchParams(at === -1 ? '' : path.slice(at + 1)).get(match.name)
  if (values === null) return false
  return match.stringMatch === undefined || matchesString(match.stringMatch, values)
}
