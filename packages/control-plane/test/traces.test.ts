import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { silentLogger } from '@mizzen/base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControlPlane, startControlPlane } from '../src/index.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPANS = JSON.stringify([{ traceId: TRACE_ID, id: '1', name: 'get /', localEndpoint: { serviceName: 'shop' } }])

describe('traces at the API', () => {
  let folder: string
  let controlPlane: ControlPlane

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mizzen-control-plane-traces-'))
    const options = { configDir: folder, stateDir: undefined, xds: LOOPBACK, api: LOOPBACK }
    controlPlane = await startControlPlane(options, { logger: silentLogger })
  })

  afterAll(async () => {
    await controlPlane.close()
    await rm(folder, { recursive: true })
  })

  function call(method: string, path: string, headers: Record<string, string> = {}, body: string | Buffer = '') {
    return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sent = request({ ...controlPlane.api, method, path, headers }, async (response) => {
        resolve({ status: response.statusCode, body: await text(response) })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  const JSON_TYPE = { 'content-type': 'application/json' }

  it('are taken from tracers, whatever they call us, and not from pages of other sites', async () => {
    const post = (headers: object) => call('POST', '/api/v2/spans', { ...JSON_TYPE, ...headers }, SPANS)
    expect(await post({ host: 'zipkin' })).toEqual({ status: 202, body: '' })
    expect(await post({ origin: 'http://evil.example' })).toMatchObject({ status: 403 })
    expect(await call('GET', '/api/v2/services', { host: 'evil.example' })).toMatchObject({ status: 403 })
    expect(await call('GET', '/api/v2/services')).toEqual({ status: 200, body: '["shop"]' })
    expect((await call('GET', '/metrics')).body).toContain('mizzen_telemetry_spans_total 1\n')
  })

  it('are refused in the words of who sends them', async () => {
    const otlp = (body: string | Buffer, headers = {}) => call('POST', '/v1/traces', { ...JSON_TYPE, ...headers }, body)
    expect(await otlp(gzipSync('{}'), { 'content-encoding': 'gzip' })).toEqual({ status: 200, body: '{}' })
    expect(JSON.parse((await otlp('[]')).body)).toEqual({ code: 3, message: 'the request must be an object' })
    expect(await otlp(Buffer.alloc(5 * 2 ** 20))).toMatchObject({ status: 413 })
    expect(await call('GET', '/v1/traces')).toMatchObject({ status: 405 })
    expect(await call('DELETE', `/api/v2/trace/${TRACE_ID}`)).toMatchObject({ status: 405 })
    expect(await call('GET', '/api/v2/nothing')).toMatchObject({ status: 404 })
  })
})
