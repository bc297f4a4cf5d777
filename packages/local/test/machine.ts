import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Deployment, Resource } from '@mizzen/api'
import { silentLogger, systemClock } from '@mizzen/base'
import { createMemoryStore, type Store } from '@mizzen/store'
import { freePort } from '../../../test/free-ports.ts'
import { createLocal, type Local, type LocalSettings } from '../src/index.ts'

const fixtures = join(import.meta.dirname, 'fixtures')

/** A whole `local` over a memory store, with a stand-in for the proxy; everything is gone after `close`. */
export interface Machine {
  readonly store: Store
  readonly local: Local
  readonly stateDir: string
  readonly gatewayPort: number
  /** What applications and proxies said: `drain POST`, `app ends`, `proxy ends`. */
  events(): Promise<readonly { readonly pod: string; readonly what: string }[]>
  close(): Promise<void>
}

export async function createMachine(
  objects: readonly Resource[],
  settings: Partial<LocalSettings> = {},
): Promise<Machine> {
  const stateDir = await mkdtemp(join(tmpdir(), 'mizzen-local-'))
  const store = createMemoryStore(objects)
  const gatewayPort = await freePort()
  const eventsPath = join(stateDir, 'events')
  const local = createLocal({
    store,
    settings: {
      directory: fixtures,
      stateDir,
      proxyCommand: [process.execPath, join(fixtures, 'proxy.js')],
      proxyEnvironment: { EVENTS: eventsPath, GATEWAY_PORT: String(gatewayPort) },
      nodeBinDir: dirname(process.execPath),
      environment: process.env,
      xds: { host: '127.0.0.1', port: 15010 },
      gatewayPort,
      ...settings,
    },
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
  })
  return {
    store,
    local,
    stateDir,
    gatewayPort,
    async events() {
      const text = await readFile(eventsPath, 'utf8').catch(() => '')
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
    },
    async close() {
      await local.close()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}

/** A Deployment of the small application. `EVENTS` is found beside the logs of the machine. */
export function deployment(name: string, version: string, stateDir: () => string, replicas = 1): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'hello', version } },
      template: {
        metadata: { labels: { app: 'hello', version } },
        spec: {
          containers: [
            {
              name: 'hello',
              command: ['node', 'app.js'],
              env: [
                { name: 'VERSION', value: version },
                { name: 'GREETING', value: '$(VERSION) of $(POD)' },
                { name: 'EVENTS', value: join(stateDir(), 'events') },
              ],
              ports: [{ name: 'web', containerPort: 8080 }],
              // Slow is not down: what is busy is the machine.
              readinessProbe: { httpGet: { path: '/', port: 'web' }, periodSeconds: 1, timeoutSeconds: 10 },
            },
          ],
        },
      },
    },
  }
}

export function get(host: string, port: number, path = '/'): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ host, port, path, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.once('end', () => resolve(text))
    })
    call.once('error', reject)
    call.end()
  })
}

/** Looks until it holds; the test's own time limit ends a vain wait. */
export async function until<Value>(
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
): Promise<Value> {
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
