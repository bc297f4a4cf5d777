/**
 * What servers tell of a rollout's routes, against what callers' proxies do: a request that comes to a server has one name
 * on both sides, or none on the server's.
 */
import { specOf } from '@mizzen/discovery'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Call, explainer } from '../src/index.ts'
import { type Http, type JudgedMesh, judgedMesh, OTHER_PORT, type Request, requests } from './arbitrary-judged-mesh.ts'

const POD = '127.10.0.1'
const SERVER = specOf({ type: 'sidecar', ip: POD, labels: { app: 'shop', version: 'v1' } })
const CLIENT = { ip: '127.10.0.7', labels: { app: 'client' } }
const CALLERS = [
  { spec: specOf({ type: 'router', labels: { istio: 'ingressgateway' } }), ports: [80, 8080] },
  { spec: specOf({ type: 'sidecar', namespace: 'default', ...CLIENT }), ports: [80, 81] },
  { spec: specOf({ type: 'sidecar', namespace: 'other', ...CLIENT }), ports: [80] },
]
type Explain = ReturnType<typeof explainer>

describe('routes as servers see them', () => {
  it('are those that callers have taken, or nobody’s', { timeout: 90_000 }, () => {
    const property = fc.property(judgedMesh, requests, (mesh, some) => {
      const server = explainer(mesh.objects, SERVER)
      for (const { spec, ports } of CALLERS) {
        const caller = explainer(mesh.objects, spec)
        for (const port of ports) for (const one of some) compare(caller, server, called(one, port, spec.type), mesh)
      }
    })
    fc.assert(property, { numRuns: 25 })
  })
})

/** As HTTP clients of sidecars name a port: unless it is the scheme's own. */
function called(one: Request, port: number, caller: 'router' | 'sidecar') {
  const isNamed = caller === 'router' || port === 80 || one.hostHeader.includes(':')
  return { ...one, port, hostHeader: isNamed ? one.hostHeader : `${one.hostHeader}:${port}` }
}

/** Requests that do not come to the server say nothing. */
function compare(
  caller: Explain,
  server: Explain,
  { port, ...from }: Request & { readonly port: number },
  mesh: JudgedMesh,
) {
  const taken = caller({ ...from, port })
  const [, servicePort, , host = ''] = (taken.cluster ?? '').split('|')
  if (!host.startsWith('shop')) return
  const arriving: Call = {
    ...sent(from, taken.route ?? '', mesh),
    ...{ port: Number(servicePort) === OTHER_PORT ? OTHER_PORT : 8080, address: POD, mode: 'inbound' },
  }
  const { cluster, route } = server(arriving)
  const where = JSON.stringify({ from, port, taken: taken.route, arriving })
  expect(cluster, where).toBe(`inbound|${arriving.port}||`)
  if (route !== 'default') expect(route, where).toBe(taken.route)
}

interface Matched {
  readonly uri?: { readonly prefix?: string; readonly exact?: string; readonly regex?: string }
}

/** What a caller's proxy makes of a request on the way out (Envoy's route: prefix_rewrite, host rewrite, headers). */
function sent(from: Request, route: string, { rules }: JudgedMesh): Request {
  const [, rule, at, nth] = /^rule-(\d) (\d)(?:\.m(\d))?$/.exec(route) ?? []
  const chosen: Http | undefined = rule === undefined ? undefined : rules[Number(rule)]?.http[Number(at)]
  if (chosen === undefined) return from
  const { rewrite = {}, headers: { set = {}, remove = [] } = {}, match = [] } = chosen
  const matched = (nth === undefined ? undefined : match[Number(nth)]) as Matched | undefined
  const { exact, regex, prefix = '/' } = matched?.uri ?? {}
  const start = exact ?? (regex === undefined ? prefix : from.path.split('?')[0]) ?? ''
  const path = rewrite.uri === undefined ? from.path : rewrite.uri + from.path.slice(start.length)
  const { host, ...others } = set
  const kept = Object.entries({ ...from.headers, ...others }).filter(([name]) => !remove.includes(name))
  const hostHeader = rewrite.authority ?? host ?? from.hostHeader
  return { ...from, path, hostHeader, headers: Object.fromEntries(kept) }
}
