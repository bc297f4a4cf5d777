import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@mizzen/base'
import { type ControlPlane, formatAddress, startControlPlane } from '@mizzen/control-plane'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { traceTree } from '../src/live/trace-tree.ts'
import { runCommand } from './run-command.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }
const FAILED = '4bf92f3577b34da6a3ce929d0e0e4736'
const GOOD = '0af7651916cd43dd8448eb211c80319c'

let folder: string
let controlPlane: ControlPlane
let api: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mizzen-trace-'))
  const options = { configDir: folder, stateDir: undefined, xds: LOOPBACK, api: LOOPBACK }
  controlPlane = await startControlPlane(options, { logger: silentLogger })
  api = `http://${formatAddress(controlPlane.api)}`
  const timestamp = Date.now() * 1_000
  const span = (traceId: string, id: string, more: object) => ({ traceId, id, timestamp, duration: 5_000, ...more })
  const front = { localEndpoint: { serviceName: 'front' }, name: 'get /' }
  const back = { localEndpoint: { serviceName: 'back' }, name: 'query', parentId: '1', timestamp: timestamp + 1_000 }
  const posted = [
    span(FAILED, '2', { ...back, duration: 3_000, tags: { error: 'timeout' } }),
    span(FAILED, '1', { ...front, kind: 'SERVER' }),
    span(GOOD, '1', front),
  ]
  const response = await fetch(`${api}/api/v2/spans`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(posted) },
  })
  expect(response.status).toBe(202)
})

afterAll(async () => {
  await controlPlane.close()
  await rm(folder, { recursive: true })
})

const mizzen = (args: string) =>
  runCommand(args.split(' '), { cwd: folder, env: { MIZZEN_API: api, MIZZEN_HOME: folder } })

describe('mizzen trace', () => {
  it('lists what is kept, and only what is asked for', async () => {
    expect((await mizzen('trace')).out).toMatch(new RegExp(`front +get / +5.0ms +1 +no +${GOOD}`))
    const { out } = await mizzen('trace --failures --service BACK --slower-than 2')
    expect(out).toContain(FAILED)
    expect(out).not.toContain(GOOD)
    expect(await mizzen('trace --slower-than 9')).toMatchObject({ status: 0, out: '', err: 'No traces.\n' })
  })

  it('shows the spans of one, below their parents', async () => {
    const { out } = await mizzen(`trace ${FAILED}`)
    expect(out.split('\n').map((line) => line.replace(/ {2,}(?=\S)/g, '|'))).toEqual([
      expect.stringMatching(/^front\|get \/\|server\|/),
      expect.stringMatching(/^\|back\|query\|.*error=timeout$/),
      '',
    ])
    expect(JSON.parse((await mizzen(`trace ${FAILED} -o json`)).out)).toHaveLength(2)
  })

  it('says what is not kept, and what is no id', async () => {
    expect(await mizzen('trace 77')).toMatchObject({ status: 1, err: 'Trace 77 is not kept.\n' })
    expect(await mizzen('trace nothing')).toMatchObject({ status: 2 })
  })
})

describe('the tree of a trace', () => {
  const span = (id: string, parentId: string | undefined, more = {}) => ({
    ...{ traceId: FAILED, id, parentId, name: id, tags: {}, localEndpoint: { serviceName: 's' }, ...more },
  })
  const shape = (spans: Parameters<typeof traceTree>[0]) =>
    traceTree(spans).map((line) => line.replace(/^( *)s {2}(\S+).*$/, '$1$2'))

  it('has the server’s part of a shared span below the client’s, and what it called below that', () => {
    const shared = span('b', 'a', { name: 'server', shared: true })
    expect(shape([shared, span('c', 'b'), span('b', 'a', { name: 'client' }), span('a', undefined)])).toEqual([
      ...['a', '  client', '    server', '      c'],
    ])
  })

  it('shows every span once, whatever their parents say', () => {
    expect(shape([span('a', 'b'), span('b', 'a'), span('c', 'missing'), span('d', 'd')])).toEqual([
      'c',
      'd',
      'a',
      '  b',
    ])
  })
})
