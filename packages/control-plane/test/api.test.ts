import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@mizzen/base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControlPlane, formatAddress, startControlPlane } from '../src/index.ts'

const loopback = { host: '127.0.0.1', port: 0 }
const PATH = '/apis/networking.istio.io/v1/namespaces/default/destinationrules'
const FILE = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: from-file, labels: {tier: front}}
spec: {host: myapp}
`

const rule = (name: string, host = 'myapp', more = {}) =>
  JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name, namespace: 'default' },
    spec: { host, ...more },
  })

describe('the API', () => {
  let folder: string
  let controlPlane: ControlPlane
  let url: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mizzen-control-plane-'))
    await writeFile(join(folder, 'rule.yaml'), FILE)
    const options = { configDir: folder, stateDir: join(folder, '.state'), xds: loopback, api: loopback }
    controlPlane = await startControlPlane(options, { logger: silentLogger })
    url = `http://${formatAddress(controlPlane.api)}`
  })

  afterAll(async () => {
    await controlPlane.close()
    await rm(folder, { recursive: true })
  })

  async function call(method: string, path: string, body?: string) {
    const response = await fetch(url + path, { method, ...(body !== undefined && { body }) })
    const value =
      response.headers.get('content-type') === 'application/json' ? await response.json() : await response.text()
    return { status: response.status, outcome: response.headers.get('mizzen-outcome'), body: value as never }
  }

  it('serves what the directory holds', async () => {
    expect(await call('GET', `${PATH}/from-file`)).toMatchObject({
      status: 200,
      body: { kind: 'DestinationRule', metadata: { name: 'from-file', namespace: 'default' }, spec: { host: 'myapp' } },
    })
    const list = await call('GET', '/apis/networking.istio.io/v1beta1/destinationrules?labelSelector=tier%3Dfront')
    expect(list.body).toMatchObject({
      kind: 'DestinationRuleList',
      items: [{ apiVersion: 'networking.istio.io/v1beta1', metadata: { name: 'from-file' } }],
    })
  })

  it('answers queries as Prometheus does, by GET and by form', async () => {
    const form = await fetch(`${url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: '1+1', time: '7' }),
    })
    expect(await form.text()).toBe('{"status":"success","data":{"resultType":"scalar","result":[7,"2"]}}')
    expect(await call('GET', '/api/v1/query?query=sum(')).toMatchObject({
      status: 400,
      body: { errorType: 'bad_data' },
    })
    expect(await call('GET', '/api/v1/labels')).toMatchObject({ status: 200, body: { status: 'success' } })
    expect(await call('GET', '/api/v1/pods')).toMatchObject({ status: 200, body: { kind: 'PodList' } })
    expect(await call('DELETE', '/api/v1/query')).toMatchObject({ status: 405 })
    expect((await call('GET', '/metrics')).body).toContain('mizzen_telemetry_history_series')
  })

  it('creates, changes and removes objects', async () => {
    expect(await call('PATCH', `${PATH}/a`, rule('a'))).toMatchObject({ status: 201, outcome: 'created' })
    expect(await call('PATCH', `${PATH}/a`, rule('a'))).toMatchObject({ status: 200, outcome: 'unchanged' })
    const changed = await call('PATCH', `${PATH}/a`, rule('a', 'other'))
    expect(changed).toMatchObject({ status: 200, outcome: 'configured', body: { metadata: { generation: 2 } } })
    expect(await call('DELETE', `${PATH}/a`)).toMatchObject({ status: 200, body: { status: 'Success' } })
    expect(await call('GET', `${PATH}/a`)).toMatchObject({ status: 404, body: { reason: 'NotFound' } })
    expect(await call('DELETE', `${PATH}/a`)).toMatchObject({ status: 404 })
  })

  it('takes YAML', async () => {
    const yaml = 'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: y}\nspec: {host: h}\n'
    expect(await call('PATCH', `${PATH}/y`, yaml)).toMatchObject({ status: 201 })
  })

  it('says everything that is wrong with an object, and keeps the last good one', async () => {
    await call('PATCH', `${PATH}/bad`, rule('bad', 'good'))
    const refused = await call('PATCH', `${PATH}/bad`, rule('bad', 'x', { hostz: 1, subsets: [{}] }))
    expect(refused).toMatchObject({ status: 422, body: { kind: 'Status', reason: 'Invalid' } })
    const { details } = refused.body as { details: { causes: { field: string; place: object }[] } }
    expect(details.causes).toContainEqual(
      expect.objectContaining({ field: 'spec.hostz', place: expect.objectContaining({ line: 1 }) }),
    )
    expect(details.causes.map(({ field }) => field)).toContain('spec.subsets[0].name')
    expect(await call('GET', `${PATH}/bad`)).toMatchObject({ body: { spec: { host: 'good' } } })
    expect((await call('GET', '/metrics')).body).toContain('galley_validation_failed{resource="destinationrules"} 1')
  })

  it.each([
    ['another object than the path names', 'PATCH', `${PATH}/a`, rule('b'), 400],
    ['two objects', 'PATCH', `${PATH}/a`, `${rule('a')}\n---\n${rule('a')}`, 400],
    ['nothing', 'PATCH', `${PATH}/a`, '', 400],
    ['no YAML', 'PATCH', `${PATH}/a`, '{', 422],
    ['a body without end', 'PATCH', `${PATH}/a`, ' '.repeat(4 * 1_024 * 1_024), 413],
    ['another method', 'PUT', `${PATH}/a`, rule('a'), 405],
    ['an unknown path', 'GET', '/apis/networking.istio.io/v1/nothing', undefined, 404],
    ['a bad selector', 'GET', `${PATH}?labelSelector=a%20in%20(b)`, undefined, 400],
    ['a bad path', 'GET', '/%zz', undefined, 400],
    ['an unknown proxy', 'GET', '/debug/proxies/nobody/stats', undefined, 404],
    ['a bad window', 'GET', '/debug/stats?windowMs=1', undefined, 400],
  ])('refuses %s', async (_, method, path, body, status) => {
    expect(await call(method, path, body)).toMatchObject({
      status,
      body: { kind: 'Status', status: 'Failure', code: status },
    })
  })

  it('watches a collection', async () => {
    const ended = new AbortController()
    const response = await fetch(`${url}${PATH}?watch=true&fieldSelector=metadata.name%3Dw`, { signal: ended.signal })
    const events = lines(response.body!)
    await call('PATCH', `${PATH}/other`, rule('other'))
    await call('PATCH', `${PATH}/w`, rule('w'))
    expect(await nextEvent(events)).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'w' } } })
    expect(await nextEvent(events)).toMatchObject({
      type: 'MODIFIED',
      object: { status: { conditions: [{ status: 'True' }] } },
    })
    await call('DELETE', `${PATH}/w`)
    // Analysis says on it now and then what it finds.
    let last = await nextEvent(events)
    while (last.type === 'MODIFIED') last = await nextEvent(events)
    expect(last).toMatchObject({ type: 'DELETED' })
    ended.abort()
  })

  it('tells of itself', async () => {
    expect(await call('GET', '/ready')).toMatchObject({ status: 200, body: 'ready\n' })
    expect((await call('GET', '/debug/mesh')).body).toMatchObject({ config: folder, api: url, pid: process.pid })
    expect((await call('GET', '/debug/syncz')).body).toEqual([])
    expect((await call('GET', '/apis/networking.istio.io/v1')).body).toMatchObject({ kind: 'APIResourceList' })
    for (const page of ['problems', 'stats', 'collections']) {
      expect(await call('GET', `/debug/${page}`)).toMatchObject({ status: 200 })
    }
  })

  it('answers no page of another site', async () => {
    expect(await statusFor({ host: 'rebound.example.com' })).toBe(403)
    expect(await statusFor({ host: new URL(url).host, origin: 'http://evil.example.com' })).toBe(403)
    expect(await statusFor({ host: new URL(url).host, origin: 'http://localhost:3000' })).toBe(200)
  })

  function statusFor(headers: Record<string, string>): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      request(`${url}/ready`, { headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
  }
})

it('takes objects without a state directory, too, and forgets them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mizzen-control-plane-'))
  await writeFile(join(folder, 'rule.yaml'), FILE)
  const options = { configDir: folder, stateDir: undefined, xds: loopback, api: loopback }
  for (const _ of ['first', 'second']) {
    const controlPlane = await startControlPlane(options, { logger: silentLogger })
    const path = `http://${formatAddress(controlPlane.api)}${PATH}/a`
    expect((await fetch(path, { method: 'PATCH', body: rule('a') })).status).toBe(201)
    await controlPlane.close()
  }
  await rm(folder, { recursive: true })
})

it('says which port is in use, and leaves nothing behind', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const options = { configDir: undefined, stateDir: undefined, xds: loopback, api: { host: '127.0.0.1', port } }
  const starting = startControlPlane(options, { logger: silentLogger })
  await expect(starting).rejects.toMatchObject({
    code: 'port-in-use',
    message: expect.stringContaining(`port ${port}`),
  })
  other.close()
})

it('says which directory it cannot read', async () => {
  const options = { configDir: '/nonexistent/mesh', stateDir: undefined, xds: loopback, api: loopback }
  await expect(startControlPlane(options, { logger: silentLogger })).rejects.toMatchObject({
    code: 'unreadable-directory',
  })
})

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
}

async function nextEvent(events: AsyncGenerator<string>): Promise<{ readonly type: string }> {
  return JSON.parse((await events.next()).value as string)
}
