import type { ListenerConfig } from './model.ts'
import { allChains } from './referenced-secrets.ts'

/** Wait for endpoints or routes that a resource needs, where it says none (Envoy: initial_fetch_timeout), ms. */
export const DEPENDENCY_TIMEOUT_MS = 15_000

/** What a listener takes its routes from, where they come by name. */
export function routeSourcesOf(config: ListenerConfig) {
  return allChains(config).flatMap(({ network }) =>
    network.kind === 'http' && network.http.routes.kind === 'rds' ? [network.http.routes] : [],
  )
}

/** A secret among all that something can wait for. */
export function waitedFor({ key }: { readonly key: string }): string {
  return `secret ${key}`
}

/** The longest of the waits that there are, ms; 0 = for ever. */
export function longest(...timeouts: readonly (number | undefined)[]): number {
  const given = timeouts.filter((timeout) => timeout !== undefined)
  return given.includes(0) ? 0 : Math.max(0, ...given)
}
