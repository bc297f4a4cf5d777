import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '@bufbuild/protobuf'
import { silentLogger, systemClock } from '@mizzen/base'
import { LISTENER_TYPE, SECRET_TYPE } from '@mizzen/xds/types'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TestAuthority, type TestCertificate } from '../../../test/certificates.ts'
import { createSwitchedLogger } from '../src/admin/switched-logger.ts'
import { readBootstrap } from '../src/config/bootstrap.ts'
import { SecretFile } from '../src/config/secret-file.ts'
import type { SecretConfig } from '../src/config/tls-model.ts'
import { ProxyProgram } from '../src/proxy-program.ts'
import { TestControlPlane } from './test-control-plane.ts'
import { TlsClient } from './tls-fixture.ts'
import { until } from './until.ts'
import { Cleanup } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

let first: TestCertificate
let second: TestCertificate

beforeAll(async () => {
  const mesh = await TestAuthority.create('mesh')
  ;[first, second] = await Promise.all([mesh.issue({ commonName: 'first' }), mesh.issue({ commonName: 'second' })])
})

const EXTENSIONS = 'type.googleapis.com/envoy.extensions'
const address = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })
const secret = ({ chain, key }: TestCertificate): JsonValue => ({
  name: 'server',
  tls_certificate: { certificate_chain: { inline_string: chain }, private_key: { inline_string: key } },
})

const listener: JsonValue = {
  name: 'l',
  address: address(0),
  filter_chains: [
    {
      transport_socket: {
        name: 'tls',
        typed_config: {
          '@type': `${EXTENSIONS}.transport_sockets.tls.v3.DownstreamTlsContext`,
          common_tls_context: {
            tls_certificate_sds_secret_configs: [
              { name: 'server', sds_config: { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' } },
            ],
          },
        },
      },
      filters: [
        {
          name: 'http',
          typed_config: {
            '@type': `${EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
            stat_prefix: 'in',
            route_config: {
              virtual_hosts: [
                {
                  name: 'any',
                  domains: ['*'],
                  routes: [
                    { match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: 'yes' } } },
                  ],
                },
              ],
            },
            http_filters: [
              { name: 'router', typed_config: { '@type': `${EXTENSIONS}.filters.http.router.v3.Router` } },
            ],
          },
        },
      ],
    },
  ],
}

async function startProxy(apiType: string, xdsPort: number, cacheDir?: string): Promise<ProxyProgram> {
  const xds = {
    name: 'xds',
    http2_protocol_options: {},
    load_assignment: {
      cluster_name: 'xds',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(xdsPort) } }] }],
    },
  }
  const proxy = new ProxyProgram({
    cacheDir,
    bootstrap: readBootstrap({
      admin: { address: address(0) },
      static_resources: { clusters: [xds] },
      dynamic_resources: {
        ads_config: { api_type: apiType, grpc_services: [{ envoy_grpc: { cluster_name: 'xds' } }] },
        cds_config: { ads: {}, initial_fetch_timeout: '0s' },
        lds_config: { ads: {}, initial_fetch_timeout: '0s' },
      },
    }),
    drainMs: 0,
    clock: systemClock,
    random: Math.random,
    logger: createSwitchedLogger('proxy', 'error'),
    memory: () => process.memoryUsage(),
    onQuit: () => {},
  })
  cleanup.add(() => proxy.close())
  await proxy.start()
  return proxy
}

describe.each(['DELTA_GRPC', 'GRPC'])('secrets by %s', (apiType) => {
  it('are waited for, replaced, and refused', async () => {
    const control = new TestControlPlane()
    cleanup.add(() => control.stop())
    const proxy = await startProxy(apiType, await control.start())
    control.put(LISTENER_TYPE, listener)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await proxy.listenerPorts()).size).toBe(0)

    control.put(SECRET_TYPE, secret(first))
    await until('the listener', async () => (await proxy.listenerPorts()).size === 1)
    const port = (await proxy.listenerPorts()).get('l') as number
    const before = new TlsClient(cleanup, port)
    expect(await before.ask('/', 'yes')).toContain('yes')

    control.put(SECRET_TYPE, secret(second))
    const shown = async () => {
      const asking = new TlsClient(cleanup, port)
      await asking.ask('/', 'yes')
      return asking.server
    }
    await until('the second certificate', async () => (await shown()) === 'second')
    expect(await before.ask('/again', 'yes')).toContain('yes')
    expect(before.server).toBe('first')

    control.put(SECRET_TYPE, secret({ ...first, key: second.key }))
    await until('the refusal', () => control.rejections().length > 0)
    expect(control.rejections().join()).toMatch(/tls_certificate\.private_key: .*not the key of the certificate/)
    expect(await shown()).toBe('second')
  })
})

describe('a proxy that starts without its control plane', () => {
  it('is not ready where its listeners need secrets, until that is back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mizzen-secrets-'))
    cleanup.add(() => rmSync(folder, { recursive: true, force: true }))
    const control = new TestControlPlane()
    cleanup.add(() => control.stop())
    const soon = JSON.parse(
      JSON.stringify(listener).replace('"initial_fetch_timeout":"0s"', '"initial_fetch_timeout":"0.05s"'),
    )
    control.put(LISTENER_TYPE, soon)
    control.put(SECRET_TYPE, secret(first))
    const port = await control.start()
    const isReady = async (proxy: ProxyProgram) =>
      (await fetch(`http://127.0.0.1:${proxy.adminPort}/ready`)).status === 200
    const before = await startProxy('DELTA_GRPC', port, folder)
    await until('it to be ready', () => isReady(before))
    await until('the cache', () => readdirSync(folder).some((name) => name.endsWith('.xds.json')))
    await control.stop()
    await before.close()
    const [file = ''] = readdirSync(folder)
    expect(readFileSync(join(folder, file), 'utf8')).not.toContain('Secret')

    const proxy = await startProxy('DELTA_GRPC', port, folder)
    await until('the listener to be there without its secret', async () => (await proxy.listenerPorts()).size === 1)
    expect(await isReady(proxy)).toBe(false)
    await control.start()
    await until('it to be ready again', () => isReady(proxy))
    const asking = new TlsClient(cleanup, (await proxy.listenerPorts()).get('l') as number)
    expect(await asking.ask('/', 'yes')).toContain('yes')
  })
})

describe('a secret in a file', () => {
  /** A folder of files in memory. */
  class Files {
    readonly contents = new Map<string, string>()
    readonly watched = new Map<string, () => void>()
    readonly read = async (path: string) => {
      const text = this.contents.get(path)
      if (text === undefined) throw new Error(`no such file: ${path}`)
      return text
    }
    readonly watch = (folder: string, onChange: () => void) => {
      this.watched.set(folder, onChange)
      return () => this.watched.delete(folder)
    }
  }

  const response = JSON.stringify({
    resources: [
      {
        '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
        name: 's',
        tls_certificate: { certificate_chain: { filename: '/certs/chain' }, private_key: { filename: '/certs/key' } },
      },
    ],
  })

  it('is read again when it, or a file that it names, has changed, and only then', async () => {
    const files = new Files()
    const seen: SecretConfig[] = []
    const onSecret = (config: SecretConfig) => seen.push(config)
    const file = new SecretFile({
      path: '/sds/s.yaml',
      name: 's',
      clock: systemClock,
      logger: silentLogger,
      io: files,
      onSecret,
    })
    cleanup.add(() => file.close())
    await file.loaded
    expect(seen).toEqual([])

    files.contents.set('/sds/s.yaml', response)
    files.contents.set('/certs/chain', 'one')
    files.contents.set('/certs/key', 'one')
    files.watched.get('/sds')?.()
    await until('the secret', () => seen.length === 1)
    expect(seen[0]).toMatchObject({ key: 'file:/sds/s.yaml:s', value: { kind: 'certificate' } })

    files.watched.get('/sds')?.()
    files.contents.set('/certs/chain', 'two')
    files.watched.get('/certs')?.()
    await until('the changed secret', () => seen.length === 2)
    files.contents.set('/sds/s.yaml', '{ "resources": [')
    files.watched.get('/sds')?.()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(seen.length).toBe(2)
  })

  it('watches nothing any more once closed', async () => {
    const files = new Files()
    const file = new SecretFile({
      path: '/sds/s.yaml',
      name: 's',
      clock: systemClock,
      logger: silentLogger,
      io: files,
      onSecret: () => {},
    })
    await file.loaded
    file.close()
    expect(files.watched.size).toBe(0)
  })
})
