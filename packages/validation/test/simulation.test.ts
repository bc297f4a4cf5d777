import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocuments } from '@mizzen/api'
import { specOf } from '@mizzen/discovery'
import { describe, expect, it } from 'vitest'
import { type Call, type Explanation, explainer } from '../src/index.ts'

/** Istio's own routing cases. In them the mesh has no domain: host `a` in namespace default is `a.default`. */
const FILE = join(import.meta.dirname, '../../../../shared/istio-data/simulation/cases.json')

interface SimulationCase {
  readonly id: string
  readonly name: string | null
  readonly istioConfig: string | null
  readonly kubeConfig: string | null
  readonly proxy: {
    readonly type?: 'router'
    readonly labels?: Readonly<Record<string, string>>
    readonly metadata?: Readonly<Record<string, unknown>>
  }
  readonly calls: readonly { readonly name: string | null; readonly call: Call; readonly expect: Expectation }[]
}

type Expectation = Readonly<Record<string, string | boolean | null>>

/** Families of cases that need what is not built yet, or are not meant to come out alike. */
const LATER: Readonly<Record<string, string>> = {
  'TestGatewayConflicts/002':
    'by design: Istio sends two filter chains that match the same, which Envoy refuses; here the older Gateway wins',
  'TestGatewayServices/006': 'has no calls',
  TestIngress: 'Kubernetes Ingress',
  TestTLSRouteTermination: 'its TLSRoutes (Gateway API) are not in the data',
  TestPeerAuthentication: 'PeerAuthentication',
  'TestInbound/001': 'PeerAuthentication',
}

/** Fields of an expectation by the field of an explanation that they speak of. */
const FIELDS: Readonly<Record<string, keyof Explanation>> = {
  listenerMatched: 'listener',
  filterChainMatched: 'filterChain',
  routeConfigMatched: 'routeConfig',
  virtualHostMatched: 'virtualHost',
  routeMatched: 'route',
  clusterMatched: 'cluster',
  error: 'error',
}

const cases: readonly SimulationCase[] = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : []
if (cases.length === 0) console.warn('skipped: there is no ../shared/istio-data/simulation/cases.json')

const reasonFor = (id: string) => Object.entries(LATER).find(([prefix]) => id.startsWith(prefix))?.[1]

const waiting = cases.filter(({ id }) => reasonFor(id) !== undefined)
if (waiting.length > 0) {
  const reasons = waiting.map(({ id }) => `${id}: ${reasonFor(id)}`).join('; ')
  console.info(`simulation: ${cases.length - waiting.length} of ${cases.length} cases run; later: ${reasons}`)
}

function named(explanation: Explanation, expectation: Expectation): Record<string, unknown> {
  const fields = Object.keys(expectation).flatMap((key) => (FIELDS[key] ? [[key, FIELDS[key]] as const] : []))
  return Object.fromEntries(fields.map(([key, field]) => [key, explanation[field]]))
}

describe.skipIf(cases.length === 0)('routing as Istio simulates it', () => {
  for (const { id, name, istioConfig, kubeConfig, proxy, calls } of cases) {
    const reason = reasonFor(id)
    it.skipIf(reason !== undefined)(`${id} ${name ?? ''}${reason === undefined ? '' : ` (later: ${reason})`}`, () => {
      const texts = [istioConfig, kubeConfig].filter((text) => text !== null)
      const objects = texts.flatMap((text) => parseDocuments(text, id)).flatMap(({ resource }) => resource ?? [])
      const { type = 'sidecar', labels } = proxy
      // Istio's default, which its simulation relies on.
      const metadata = { INTERCEPTION_MODE: 'REDIRECT', ...proxy.metadata }
      const explain = explainer(objects, specOf({ type, labels, metadata }), { mesh: { domain: '' } })
      expect(calls.length).toBeGreaterThan(0)
      for (const { name: title, call, expect: expectation } of calls) {
        const wanted = Object.fromEntries(Object.entries(expectation).filter(([key]) => FIELDS[key] !== undefined))
        expect([title, named(explain(call), expectation)]).toEqual([title, wanted])
      }
    })
  }
})
