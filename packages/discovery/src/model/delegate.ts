import type { HTTPMatchRequest, HTTPRoute, StringMatch } from '@mizzen/api'
import type { RouteModel, VirtualServiceModel } from './virtual-service.ts'
import { isVisible } from './visibility.ts'

/**
 * A VirtualService with the routes of those that it delegates to in the place of the delegation. One level: what a delegate
 * delegates goes nowhere. A delegate has no hosts of its own, and is exported to the namespace that uses it; without one
 * the route is dropped, as in Istio.
 * @param delegateOf by key
 */
export function withDelegates(
  root: VirtualServiceModel,
  delegateOf: (key: string) => VirtualServiceModel | undefined,
): VirtualServiceModel {
  if (root.http.every(({ delegate }) => delegate === undefined)) return root
  const http = root.http.flatMap((route): readonly RouteModel[] => {
    if (route.delegate === undefined) return [route]
    const { name = '', namespace = root.origin.namespace } = route.delegate
    const delegate = delegateOf(`VirtualService/${namespace || root.origin.namespace}/${name}`)
    if (delegate === undefined || delegate.hosts.length > 0) return []
    if (!isVisible(delegate.visibility, root.origin.namespace)) return []
    return mergeRoutes(route, delegate)
  })
  return { ...root, http }
}

function mergeRoutes(root: HTTPRoute, { http, origin }: VirtualServiceModel): RouteModel[] {
  return http.flatMap((route, index) => {
    const merged = mergeRoute(root, route)
    return merged === undefined ? [] : [{ ...merged, from: { origin: origin.key, path: `spec.http[${index}]` } }]
  })
}

/** What a delegate does not say of a route is the root's; undefined if no request meets the conditions of both. */
export function mergeRoute(root: HTTPRoute, leaf: HTTPRoute): HTTPRoute | undefined {
  const match = mergeMatches(root.match ?? [], leaf.match ?? [])
  if (match === undefined) return undefined
  const { delegate: _, match: __, name: rootName, route: ___, redirect: ____, ...inherited } = root
  const { match: _____, ...own } = leaf
  const name = joinedName(rootName, leaf.name)
  return { ...inherited, ...own, ...(name !== undefined && { name }), ...(match.length > 0 && { match }) }
}

/** Each condition of the leaf has to fit one of the root's; undefined if one does not. */
export function mergeMatches(
  root: readonly HTTPMatchRequest[],
  leaf: readonly HTTPMatchRequest[],
): HTTPMatchRequest[] | undefined {
  if (root.length === 0) return [...leaf]
  if (leaf.length === 0) return [...root]
  const merged: HTTPMatchRequest[] = []
  for (const own of leaf) {
    const fitting = root.filter((one) => !conflicts(one, own))
    if (fitting.length === 0) return undefined
    merged.push(...fitting.map((one) => mergeMatch(one, own)))
  }
  return merged
}

function mergeMatch(root: HTTPMatchRequest, leaf: HTTPMatchRequest): HTTPMatchRequest {
  const maps = ['headers', 'withoutHeaders', 'queryParams', 'sourceLabels'] as const
  const both = maps.flatMap((field) =>
    root[field] === undefined && leaf[field] === undefined ? [] : [[field, { ...root[field], ...leaf[field] }]],
  )
  const gateways = leaf.gateways !== undefined && leaf.gateways.length > 0 ? leaf.gateways : root.gateways
  const port = leaf.port || root.port
  const name = joinedName(root.name, leaf.name)
  return {
    ...root,
    ...leaf,
    ...Object.fromEntries(both),
    ...(gateways !== undefined && { gateways }),
    ...(port !== undefined && { port }),
    ...(name !== undefined && { name }),
  }
}

function joinedName(root: string | undefined, leaf: string | undefined): string | undefined {
  return root && leaf ? `${root}-${leaf}` : root || leaf
}

/** Whether the leaf asks for something that is not within what the root lets through. */
export function conflicts(root: HTTPMatchRequest, leaf: HTTPMatchRequest): boolean {
  const single = ['uri', 'scheme', 'method', 'authority'] as const
  if (single.some((field) => textsConflict(root[field], leaf[field]))) return true
  const named = ['headers', 'withoutHeaders', 'queryParams'] as const
  if (named.some((field) => mapsConflict(root[field], leaf[field]))) return true
  if ((root.ignoreUriCase ?? false) !== (leaf.ignoreUriCase ?? false)) return true
  if (root.port && leaf.port && root.port !== leaf.port) return true
  if (root.sourceNamespace && leaf.sourceNamespace && root.sourceNamespace !== leaf.sourceNamespace) return true
  const labels = Object.entries(leaf.sourceLabels ?? {})
  if (labels.some(([name, value]) => (root.sourceLabels?.[name] ?? value) !== value)) return true
  const { gateways = [] } = root
  return gateways.length > 0 && (leaf.gateways ?? []).some((gateway) => !gateways.includes(gateway))
}

type Conditions = Readonly<Record<string, StringMatch>> | undefined

function mapsConflict(root: Conditions, leaf: Conditions): boolean {
  return Object.entries(leaf ?? {}).some(([name, match]) => textsConflict(root?.[name], match))
}

/** Regular expressions are not compared: beside one there can be no other condition. */
function textsConflict(root: StringMatch | undefined, leaf: StringMatch | undefined): boolean {
  if (root === undefined || leaf === undefined) return false
  if (root.regex || leaf.regex) return hasText(root) && hasText(leaf)
  if (root.exact) return leaf.exact !== root.exact
  if (root.prefix) return !(leaf.exact || leaf.prefix || '').startsWith(root.prefix)
  return true
}

function hasText({ exact, prefix, regex }: StringMatch): boolean {
  return Boolean(exact || prefix || regex)
}
