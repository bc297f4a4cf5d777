import type { CanarySpec, VirtualService } from '@mizzen/api'
import { parseDuration } from '@mizzen/api'
import { edit, type HttpRoute, routesOf, VARIANT, withHttp } from './route-weights.ts'
import { at, isVersion } from './version-split.ts'

type Matches = NonNullable<HttpRoute['match']>

const HEADER_VARIANT = `${VARIANT}-header`
const AFFINITY_VARIANT = `${VARIANT}-affinity`
const DEFAULT_COOKIE = 'mizzen-canary'
/** Of the cookie; a day, as Flagger has it. */
const DEFAULT_MAX_AGE_MS = 86_400_000
const SET_COOKIE = 'Set-Cookie'

/** The VirtualService with a route in front that sends what matches to the canary; null takes it away. */
export function withHeaderRoute(
  virtualService: VirtualService,
  spec: CanarySpec,
  match: HttpRoute['match'] | null,
): VirtualService {
  const http = without(virtualService, HEADER_VARIANT)
  const [first] = routesOf(virtualService, spec)
  const variant = first === undefined ? null : toCanary(first, spec)
  if (variant === null || match === null || match === undefined) return withHttp(virtualService, http)
  return withHttp(virtualService, [{ ...variant, name: HEADER_VARIANT, match }, ...http])
}

/**
 * The VirtualService whose canary gives each client a cookie of that value, and gets those back that have it; null ends
 * both, and what clients still have of it leads nowhere.
 */
export function withAffinity(virtualService: VirtualService, spec: CanarySpec, value: string | null): VirtualService {
  const { cookieName = DEFAULT_COOKIE, maxAge } = spec.sessionAffinity ?? {}
  const seconds = Math.round((maxAge === undefined ? DEFAULT_MAX_AGE_MS : parseDuration(maxAge)) / 1000)
  const cookie = value === null ? null : `${cookieName}=${value}; Path=/; Max-Age=${seconds}; HttpOnly`
  const bare = withHttp(virtualService, without(virtualService, AFFINITY_VARIANT))
  const told = edit(bare, spec, (route) => ({
    ...route,
    route: (route.route ?? []).map((one) => (isVersion(one.destination, spec.canary) ? withCookie(one, cookie) : one)),
  }))
  if (value === null) return told
  const chosen = new Set(routesOf(told, spec))
  const regex = `(.*;\\s*)?${literal(cookieName)}=${literal(value)}(;.*)?`
  const http = (told.spec?.http ?? []).flatMap((route) =>
    chosen.has(route) ? [...sticky(route, spec, regex), route] : [route],
  )
  return withHttp(told, http)
}

type Destination = NonNullable<HttpRoute['route']>[number]

/** What the user adds to responses stays. */
function withCookie(destination: Destination, cookie: string | null): Destination {
  const { [SET_COOKIE]: _old, ...others } = destination.headers?.response?.add ?? {}
  const { add: _add, ...response } = destination.headers?.response ?? {}
  const add = cookie === null ? others : { ...others, [SET_COOKIE]: cookie }
  const { response: _response, ...headers } = destination.headers ?? {}
  const nextResponse = Object.keys(add).length === 0 ? response : { ...response, add }
  const nextHeaders = Object.keys(nextResponse).length === 0 ? headers : { ...headers, response: nextResponse }
  const { headers: _headers, ...rest } = destination
  return Object.keys(nextHeaders).length === 0 ? rest : { ...rest, headers: nextHeaders }
}

/**
 * The route for those who have the cookie. Names of headers are the same whatever their case, but keys of a match are not:
 * one that looks at cookies itself is asked for both.
 */
function sticky(route: HttpRoute, spec: CanarySpec, regex: string): readonly HttpRoute[] {
  const variant = toCanary(route, spec)
  if (variant === null) return []
  const matches: Matches = route.match?.length ? route.match : [{}]
  const match = matches.map((one) => {
    const name = one.headers?.cookie === undefined ? 'cookie' : 'Cookie'
    return { ...one, headers: { ...one.headers, [name]: { regex } } }
  })
  return [{ ...variant, name: [AFFINITY_VARIANT, route.name].filter(Boolean).join('-'), match }]
}

/** The route as it is, with everything for the canary. */
function toCanary(route: HttpRoute, spec: CanarySpec): HttpRoute | null {
  const known = (route.route ?? []).find(({ destination }) => isVersion(destination, spec.stable)) ?? route.route?.[0]
  if (known === undefined) return null
  const { mirrors: _mirrors, ...rest } = route
  return { ...rest, route: [{ destination: at(known.destination, spec.canary) }] }
}

function without(virtualService: VirtualService, variant: string): readonly HttpRoute[] {
  return (virtualService.spec?.http ?? []).filter(({ name }) => !(name ?? '').startsWith(variant))
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/**
 * Which of the user's routes a request took, by the name that its proxy told ('' = all together): of those that a rollout
 * put in front, the one that it is made of. Null where it can't be told, or where one version alone is behind it.
 */
export function ownRoute(name: string): string | null {
  if (!name.startsWith(VARIANT)) return name
  return name.startsWith(`${AFFINITY_VARIANT}-`) ? name.slice(AFFINITY_VARIANT.length + 1) : null
}
