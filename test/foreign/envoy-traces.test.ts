/** The real Envoy exports its spans, by each protocol that it has, to our control plane; and what that passes on is read as well. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { silentLogger } from '@mizzen/base'
import { type ControlPlane, formatAddress, startControlPlane } from '@mizzen/control-plane'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../free-ports.ts'
import { accepts } from '../readiness.ts'
import { requireTool } from '../requirements.ts'
import { ServerProcess } from '../server-process.ts'
import { envoyProgram } from '../twin/data-plane.ts'
import { TRACERS, type Tracer, tracedProxy } from './traced-proxy.ts'

const envoy = requireTool('envoy')
const LOOPBACK = { host: '127.0.0.1', port: 0 }
const WAIT_MS = 60_000

interface Posted {
  readonly path: string
  readonly contentType: string
  readonly body: Buffer
}

describe.skipIf(envoy === undefined)('spans of the real Envoy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mizzen-envoy-traces-'))
  const posted: Posted[] = []
  let collector: Server
  let app: Server
  let controlPlane: ControlPlane
  let proxy: ServerProcess
  let ports: readonly number[]
  let api: string

  beforeAll(async () => {
    collector = await serve(async (request) => {
      posted.push({
        path: request.url ?? '',
        contentType: request.headers['content-type'] ?? '',
        body: await buffer(request),
      })
      return 200
    })
    app = await serve(async (request) => (request.url === '/fail' ? 503 : 200))
    const traceCollector = new URL(`http://127.0.0.1:${portOf(collector)}`)
    const addresses = { xds: LOOPBACK, api: LOOPBACK }
    controlPlane = await startControlPlane(
      { configDir: folder, stateDir: undefined, ...addresses, traceCollector },
      { logger: silentLogger },
    )
    api = `http://${formatAddress(controlPlane.api)}`
    ports = await freePorts(TRACERS.length)
    const listeners = TRACERS.map((tracer, at) => ({ port: ports[at] as number, tracer, to: controlPlane }))
    const bootstrap = tracedProxy({ app: portOf(app), listeners })
    const file = join(folder, 'envoy.json')
    writeFileSync(file, JSON.stringify(bootstrap))
    const program = envoyProgram(envoy as string)
    const command = { name: 'envoy', command: program.command, args: program.args(file) }
    proxy = await ServerProcess.start(command, () => accepts(ports[0] as number))
  })

  afterAll(async () => {
    await proxy?.stop()
    await controlPlane?.close()
    collector?.close()
    app?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = async (tracer: Tracer, path: string, traceId: string) => {
    const headers = {
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      ...{ 'x-b3-traceid': traceId, 'x-b3-spanid': '00f067aa0ba902b7', 'x-b3-sampled': '1' },
    }
    const response = await fetch(`http://127.0.0.1:${ports[TRACERS.indexOf(tracer)]}${path}`, { headers })
    await response.text()
  }

  const traceOf = async (traceId: string, spans: number) => {
    let found: Record<string, unknown>[] = []
    await expect
      .poll(
        async () => {
          const response = await fetch(`${api}/api/v2/trace/${traceId}`)
          found = response.status === 200 ? ((await response.json()) as typeof found) : []
          return found.length
        },
        { timeout: WAIT_MS },
      )
      .toBe(spans)
    return found
  }

  it.each(TRACERS)('come by %s, failed ones marked', async (tracer) => {
    const traceId = `4bf92f3577b34da6a3ce929d0e0e473${TRACERS.indexOf(tracer)}`
    await ask(tracer, '/fail', traceId)
    const [span] = await traceOf(traceId, 1)
    expect(span).toMatchObject({
      traceId,
      kind: 'SERVER',
      localEndpoint: { serviceName: 'shop' },
      tags: { 'http.status_code': '503', 'http.method': 'GET', upstream_cluster: 'app' },
    })
    expect(span?.parentId ?? span?.id).toBe('00f067aa0ba902b7')
    expect(Number(span?.duration)).toBeGreaterThan(0)
    expect(span?.tags).toHaveProperty('error')
    const search = `${api}/api/v2/traces?serviceName=shop&annotationQuery=error%20and%20http.status_code%3D503`
    const found = (await (await fetch(search)).json()) as { traceId: string }[][]
    expect(found.flat().map((one) => one.traceId)).toContain(traceId)
  })

  it('of one trace are one trace, by whichever protocol they came', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    for (const tracer of TRACERS) await ask(tracer, '/', traceId)
    const spans = await traceOf(traceId, TRACERS.length)
    expect(spans.every(({ tags }) => (tags as object) && !('error' in (tags as object)))).toBe(true)
  })

  it('are passed on: those of OTLP as they came', async () => {
    const traceId = '5b8efff798038103d269b633813fc60c'
    for (const tracer of TRACERS) await ask(tracer, '/', traceId)
    const ofTrace = () => posted.filter(({ body }) => body.includes(traceId) || body.includes(traceId, 0, 'hex'))
    await expect.poll(() => ofTrace().length, { timeout: WAIT_MS }).toBe(TRACERS.length)
    expect(ofTrace().map(({ path }) => path)).toEqual(['/v1/traces', '/v1/traces', '/v1/traces'])
    const types = ofTrace().map(({ contentType }) => contentType)
    expect(types.sort()).toEqual(['application/json', 'application/x-protobuf', 'application/x-protobuf'])
  })
})

function serve(answer: (request: IncomingMessage) => Promise<number>): Promise<Server> {
  const server = createServer(async (request, response) => {
    response.statusCode = await answer(request)
    response.end()
  })
  server.keepAliveTimeout = 0
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
