import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDocuments } from '@mizzen/api'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ADS, XDS_CLUSTER } from '../../../test/absent-control-plane.ts'
import { specOf, type TranslatedJson, translateFor } from '../src/index.ts'

/** A stock Envoy must take whatever discovery makes for it. */
const ROOT = join(import.meta.dirname, '../../..')
const ENVOY = process.env.MIZZEN_ENVOY ?? join(ROOT, '.tools/bin/envoy')
const HAVE_ENVOY = existsSync(ENVOY)
if (!HAVE_ENVOY) console.warn(`skipped: no Envoy at MIZZEN_ENVOY or .tools/bin/envoy (npm run tools)`)

const GOLDEN = join(import.meta.dirname, 'golden')
const WORK = mkdtempSync(join(tmpdir(), 'discovery-envoy-'))
afterAll(() => rmSync(WORK, { recursive: true, force: true }))

type Json = Record<string, unknown>

/** The same configuration without a control plane: routes within their listeners, endpoints within their clusters. */
function staticBootstrap({ listeners, routes, clusters, endpoints }: TranslatedJson): Json {
  const routesBy = new Map(routes.map((one) => [one.name, one]))
  const endpointsBy = new Map(endpoints.map((one) => [one.clusterName, one]))
  const inline = (listener: Json) => {
    const copy = structuredClone(listener) as { filterChains: { filters: { typedConfig: Json }[] }[] }
    for (const { typedConfig } of copy.filterChains.flatMap((chain) => chain.filters)) {
      const rds = typedConfig.rds as { routeConfigName: string } | undefined
      if (rds === undefined) continue
      delete typedConfig.rds
      typedConfig.routeConfig = routesBy.get(rds.routeConfigName)
    }
    return copy
  }
  const settled = (cluster: Json) => {
    if (cluster.type !== 'EDS') return cluster
    const { edsClusterConfig: _, ...rest } = cluster
    return { ...rest, type: 'STATIC', loadAssignment: endpointsBy.get(cluster.name as string) }
  }
  return {
    node: { id: 'validated', cluster: 'validated' },
    dynamicResources: { adsConfig: ADS },
    staticResources: { listeners: listeners.map(inline), clusters: [XDS_CLUSTER, ...clusters.map(settled)] },
  }
}

describe.skipIf(!HAVE_ENVOY)('a stock Envoy accepts', () => {
  for (const file of readdirSync(GOLDEN)) {
    const [input = ''] = readFileSync(join(GOLDEN, file), 'utf8').split(/^-{60}$/m)
    const objects = parseDocuments(input, file).flatMap(({ resource }) => resource ?? [])
    const facts = parse(/^# proxy: (.*)$/m.exec(input)?.[1] ?? '{}')
    for (const type of ['router', 'sidecar'] as const) {
      it(`${file} for a ${type}`, () => {
        const translated = translateFor(objects, specOf({ ...facts, type, agent: 'envoy' }))
        expect(translated.clusters.length).toBeGreaterThan(0)
        const path = join(WORK, `${file}.${type}.json`)
        writeFileSync(path, JSON.stringify(staticBootstrap(translated)))
        // Not a pipe: Node's are sockets, and Envoy opens /dev/stdout for its access log.
        const log = openSync(`${path}.log`, 'w')
        const run = spawnSync(ENVOY, ['--mode', 'validate', '-c', path, '--log-level', 'error'], {
          stdio: ['ignore', log, log],
        })
        closeSync(log)
        expect(readFileSync(`${path}.log`, 'utf8')).toMatch(/OK\s*$/)
        expect(run.status).toBe(0)
      })
    }
  }
})
