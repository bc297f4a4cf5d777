import { ConfigNode } from '../src/config/config-node.ts'
import type { RouteConfig } from '../src/config/model.ts'
import { readRoutes } from '../src/config/read-routes.ts'

/** A route configuration out of its protobuf JSON form. */
export function makeRoutes(value: unknown): RouteConfig {
  return ConfigNode.read(value, '', readRoutes)
}

/** One virtual host for every domain, with these routes. */
export function makeRoutesOf(routes: readonly unknown[], host: object = {}, config: object = {}): RouteConfig {
  return makeRoutes({ name: 'r', virtual_hosts: [{ name: 'all', domains: ['*'], routes, ...host }], ...config })
}
