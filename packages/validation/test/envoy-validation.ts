import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TranslatedJson } from '@mizzen/discovery'
import { ADS, XDS_CLUSTER } from '../../../test/absent-control-plane.ts'

type Json = Readonly<Record<string, unknown>>

interface StaticResources {
  readonly listeners: readonly Json[]
  readonly clusters: readonly Json[]
}

/**
 * Why this Envoy refuses these configurations, each of one proxy; '' if it takes them. One start for all: names of
 * clusters and addresses of listeners are made different.
 */
export function envoyRefusal(envoy: string, configurations: readonly TranslatedJson[]): string {
  const parts = configurations.map((one, index) => apart(one, index))
  const bootstrap = {
    node: { id: 'validated', cluster: 'validated' },
    dynamicResources: { adsConfig: ADS },
    staticResources: {
      listeners: parts.flatMap(({ listeners }) => listeners),
      clusters: [XDS_CLUSTER, ...parts.flatMap(({ clusters }) => clusters)],
    },
  }
  const directory = mkdtempSync(join(tmpdir(), 'validation-envoy-'))
  try {
    const path = join(directory, 'bootstrap.json')
    writeFileSync(path, JSON.stringify(bootstrap))
    return refusalOf(envoy, path, join(directory, 'log'))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function refusalOf(envoy: string, path: string, log: string): string {
  // Not a pipe: Node's are sockets, and Envoy opens /dev/stdout for its access log.
  const output = openSync(log, 'w')
  const run = spawnSync(envoy, ['--mode', 'validate', '-c', path, '--log-level', 'error'], {
    stdio: ['ignore', output, output],
    timeout: 60_000,
  })
  closeSync(output)
  return run.status === 0 ? '' : `${readFileSync(log, 'utf8')}\n(exit ${run.status ?? run.signal})`
}

/** One configuration without a control plane, and without anything that another one may have too. */
function apart(translated: TranslatedJson, index: number): StaticResources {
  const names = new Map(translated.clusters.map(({ name }) => [name as string, `${index}|${name}`]))
  const { listeners, clusters } = renamed(inlined(translated), names) as StaticResources
  const network = `127.${1 + (index >> 8)}.${index & 255}`
  return {
    listeners: listeners.map((listener, at) => ({
      ...listener,
      ...elsewhere(listener, `${network}.${1 + at}`, index),
    })),
    clusters,
  }
}

function elsewhere(listener: Json, address: string, index: number): Json {
  const { socketAddress } = listener.address as { readonly socketAddress?: Json }
  const name = `${index}|${listener.name}`
  return socketAddress === undefined ? { name } : { name, address: { socketAddress: { ...socketAddress, address } } }
}

/** Routes within their listeners, endpoints within their clusters. */
function inlined({ listeners, routes, clusters, endpoints }: TranslatedJson): StaticResources {
  const routesBy = new Map(routes.map((one) => [one.name as unknown, one]))
  const endpointsBy = new Map(endpoints.map((one) => [one.clusterName as unknown, one]))
  const withRoutes = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(withRoutes)
    if (typeof value !== 'object' || value === null) return value
    const { rds, ...rest } = value as { readonly rds?: { readonly routeConfigName?: unknown } }
    const fields = Object.fromEntries(Object.entries(rest).map(([name, item]) => [name, withRoutes(item)]))
    return rds === undefined ? fields : { ...fields, routeConfig: routesBy.get(rds.routeConfigName) }
  }
  const withEndpoints = ({ edsClusterConfig, ...rest }: Json): Json =>
    edsClusterConfig === undefined
      ? rest
      : { ...rest, type: 'STATIC', loadAssignment: endpointsBy.get(rest.name) ?? { clusterName: rest.name } }
  return { listeners: listeners.map((one) => withRoutes(one) as Json), clusters: clusters.map(withEndpoints) }
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return names.get(value) ?? value
  if (Array.isArray(value)) return value.map((item) => renamed(item, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, renamed(item, names)]))
}
