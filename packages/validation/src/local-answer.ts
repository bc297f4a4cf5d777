import type { RedirectJson, RouteJson } from './xds-json.ts'

/** What a route lets the proxy answer itself, as a part of a sentence; undefined for one with destinations. */
export function localAnswer({ redirect, directResponse }: RouteJson): string | undefined {
  if (redirect !== undefined) return `redirects to ${target(redirect)}: ${CODES[redirect.responseCode ?? ''] ?? 301}`
  return directResponse && `answers ${directResponse.status} itself`
}

const CODES: Readonly<Record<string, number>> = {
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
}

/** What stays as the request has it is left out. */
function target(redirect: RedirectJson): string {
  const { httpsRedirect, schemeRedirect, hostRedirect = '', portRedirect, pathRedirect, prefixRewrite } = redirect
  const scheme = httpsRedirect ? 'https' : schemeRedirect
  const port = portRedirect ? `:${portRedirect}` : ''
  const path = prefixRewrite === undefined ? (pathRedirect ?? '') : `${prefixRewrite}…`
  return `${scheme ? `${scheme}://` : ''}${hostRedirect}${port}${path}` || 'itself'
}
