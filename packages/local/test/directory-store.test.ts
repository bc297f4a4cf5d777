import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Pod } from '@mizzen/api'
import { silentLogger, systemClock } from '@mizzen/base'
import { createDirectoryStore, type Store } from '@mizzen/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../../../test/free-ports.ts'
import { createLocal, type Local } from '../src/index.ts'
import { deployment, until } from './machine.ts'

const fixtures = join(import.meta.dirname, 'fixtures')

let root: string
let local: Local
/** As the control plane sees it: it reads what `local` writes, and writes what commands apply and delete. */
let other: Store
let own: Store

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mizzen-local-store-'))
  const directory = join(root, 'user')
  await cp(fixtures, directory, { recursive: true })
  await writeFile(join(directory, 'hello.yaml'), JSON.stringify(deployment('hello', 'v1', () => root)))
  const gatewayPort = await freePort()
  const layers = { directories: [directory], overlay: join(root, 'objects'), runtime: join(root, 'runtime') }
  own = await createDirectoryStore({ ...layers, writes: 'runtime' })
  other = await createDirectoryStore({ ...layers, writes: 'overlay' })
  local = createLocal({
    store: own,
    settings: {
      directory,
      stateDir: root,
      proxyCommand: [process.execPath, join(fixtures, 'proxy.js')],
      proxyEnvironment: { EVENTS: join(root, 'events'), GATEWAY_PORT: String(gatewayPort) },
      nodeBinDir: dirname(process.execPath),
      environment: process.env,
      xds: { host: '127.0.0.1', port: 15010 },
      gatewayPort,
      drainMs: 100,
    },
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
  })
})

afterEach(async () => {
  await local.close()
  await Promise.all([own.close(), other.close()])
  await rm(root, { recursive: true })
})

const readyPod = (): Pod | undefined =>
  other
    .list('Pod', 'default')
    .find((pod) => pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'))

describe('over a directory', () => {
  it('shows Pods, addresses and statuses to other processes', async () => {
    await local.start()
    const pod = await until(readyPod)
    expect(pod.spec.containers.map((container) => container.name)).toEqual(['hello', 'istio-proxy'])
    await until(() => other.list('EndpointSlice').length > 0)
    await until(() => other.get('Deployment', 'default', 'hello')?.status?.availableReplicas === 1)
    await until(() => other.get('Deployment', 'istio-system', 'istio-ingressgateway'))
    expect(own.problems()).toEqual([])
    expect(other.problems()).toEqual([])
  })

  it('ends a Pod that a command deletes, and one whose Deployment a command deletes', async () => {
    await local.start()
    const { name } = (await until(readyPod)).metadata
    expect(await other.remove('Pod', 'default', name)).toBe(true)
    const next = await until(() => {
      const pod = readyPod()
      return pod?.metadata.name !== name && pod
    })
    await until(() => other.get('Pod', 'default', name) === undefined)

    await other.remove('Deployment', 'default', 'hello')
    await until(() => other.get('Pod', 'default', next.metadata.name) === undefined)
    await until(() => other.list('Pod', 'default').length === 0)
  })

  it('keeps Pods running while the file of their Deployment is broken', async () => {
    await local.start()
    const { name } = (await until(readyPod)).metadata
    await writeFile(join(root, 'user', 'hello.yaml'), 'kind: Deployment\n  broken')
    await until(() => own.problems().length > 0)
    expect(local.pods().find((pod) => pod.name === name)).toMatchObject({ ready: true, terminating: false })
  })

  it('leaves no objects behind, and removes those that an earlier run left', async () => {
    const owner = { 'mizzen.io/run-by': 'local' }
    await own.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'stale', namespace: 'default', annotations: owner },
      spec: { containers: [{ name: 'main' }] },
    } as Pod)
    await local.start()
    await until(() => other.get('Pod', 'default', 'stale') === undefined)
    await until(readyPod)
    await local.close()
    const kinds = (await readdir(join(root, 'runtime'))).map((file) => file.split('~')[0])
    expect(kinds.filter((kind) => kind !== 'Deployment')).toEqual([])
  })
})
