import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Resource, Service } from '@mizzen/api'
import { afterEach, describe, expect, it } from 'vitest'
import { createMachine, deployment, get, type Machine, until } from './machine.ts'

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'hello', namespace: 'default' },
  spec: { selector: { app: 'hello' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
}

let machine: Machine
afterEach(() => machine.close())

async function start(objects: readonly Resource[] = []): Promise<Machine> {
  machine = await createMachine(objects)
  await machine.local.start()
  return machine
}

const application = (version: string, replicas = 1) =>
  deployment(`hello-${version}`, version, () => machine.stateDir, replicas)
const pods = () => machine.local.pods().filter((pod) => !pod.gateway)
const endpoints = () => machine.store.list('EndpointSlice', 'default').flatMap((slice) => slice.endpoints)

describe('a mesh on one machine', () => {
  it('runs a Deployment behind its sidecar, and the ingress gateway', async () => {
    await start([service])
    await machine.store.apply(application('v1'))
    await until(() => pods().length === 1 && machine.local.pods().every((pod) => pod.ready))
    await machine.local.ready

    const [pod] = pods()
    expect(pod?.name).toMatch(/^hello-v1-[a-z0-9]{4,10}-[a-z0-9]{5}$/)
    const answer = JSON.parse(await get(pod?.ip ?? '', 8080))
    expect(answer).toEqual({
      pod: pod?.name,
      version: 'v1',
      greeting: 'v1 of $(POD)',
      proxy: `http://${pod?.ip}:15080`,
    })
    expect(machine.local.pods().map((other) => other.gateway)).toContain(true)

    const [endpoint] = await until(() => endpoints().some((one) => one.conditions?.ready) && endpoints())
    expect(endpoint).toMatchObject({
      addresses: [pod?.ip],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef: { kind: 'Pod', name: pod?.name },
    })
    const slice = machine.store.list('EndpointSlice', 'default')[0]
    expect(slice?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }])
    expect(machine.store.get('Service', 'istio-system', 'istio-ingressgateway')?.spec.ports).toMatchObject([
      { port: 80, targetPort: machine.gatewayPort },
      { port: 443, targetPort: 8443 },
    ])
    const log = await readFile(join(machine.stateDir, 'logs', `default_${pod?.name}_hello.log`), 'utf8')
    expect(log).toBe('v1 listens\n')
  })

  it('replaces a deleted Pod at once, and ends the old one in order', async () => {
    await start([service])
    await machine.store.apply(application('v1'))
    const old = await until(() => pods().find((pod) => pod.ready))
    expect(machine.local.deletePod('default', old.name)).toBe(true)
    expect(machine.local.deletePod('default', old.name)).toBe(false)

    await until(() => endpoints().find((endpoint) => endpoint.conditions?.terminating))
    const leaving = endpoints().find((endpoint) => endpoint.targetRef?.name === old.name)
    expect(leaving?.conditions).toEqual({ ready: false, serving: true, terminating: true })
    expect(JSON.parse(await get(old.ip, 8080)).pod).toBe(old.name)

    const fresh = await until(() => pods().find((pod) => pod.ready && pod.name !== old.name))
    expect(fresh.ip).not.toBe(old.ip)
    await until(() => pods().every((pod) => pod.name !== old.name))
    const said = (await machine.events()).filter((event) => event.pod === old.name).map((event) => event.what)
    expect(said).toEqual(['drain POST', 'app ends', 'proxy ends'])
    await until(() => endpoints().every((endpoint) => endpoint.targetRef?.name !== old.name))
  })

  it('ends a Pod that the store marks as deleted', async () => {
    await start()
    await machine.store.apply(application('v1'))
    const { name } = await until(() => pods().find((pod) => pod.ready))
    const object = await until(() => machine.store.get('Pod', 'default', name))
    const { resourceVersion: _, ...metadata } = object.metadata
    await machine.store.apply({ ...object, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })
    await until(() => pods().every((pod) => pod.name !== name))
  })

  it('starts the new Pods before it ends the old ones when a template changes', async () => {
    await start()
    const before = application('v1', 2)
    await machine.store.apply(before)
    await until(() => pods().filter((pod) => pod.ready).length === 2)
    const old = pods().map((pod) => pod.name)

    let fewest = 2
    machine.local.watchPods(() => {
      fewest = Math.min(fewest, pods().filter((pod) => pod.ready && !pod.terminating).length)
    })
    const { spec } = before
    const labels = { ...spec.template.metadata?.labels, changed: 'yes' }
    await machine.store.apply({ ...before, spec: { ...spec, template: { ...spec.template, metadata: { labels } } } })
    await until(() => pods().length === 2 && pods().every((pod) => pod.ready && !old.includes(pod.name)))
    expect(fewest).toBe(2)
    expect(pods().every((pod) => pod.labels.changed === 'yes')).toBe(true)
  })

  it('starts a new gateway when the old one has left its port', async () => {
    await start()
    const old = await until(() => machine.local.pods().find((pod) => pod.gateway && pod.ready))
    machine.local.deletePod(old.namespace, old.name)
    const waiting = await until(() => machine.local.pods().find((pod) => pod.gateway && pod.message !== ''))
    expect(waiting.message).toBe(`port ${machine.gatewayPort} of the gateway is in use on 127.0.0.1`)
    await until(() => machine.local.pods().find((pod) => pod.name === waiting.name && pod.ready))
    expect(machine.local.pods().map((pod) => pod.name)).toEqual([waiting.name])
  })

  it('ends the Pods of a Deployment that is removed', async () => {
    await start([service])
    await machine.store.apply(application('v1'))
    await until(() => pods().some((pod) => pod.ready))
    await machine.store.remove('Deployment', 'default', 'hello-v1')
    await until(() => pods().length === 0)
    await until(() => machine.store.list('ReplicaSet', 'default').length === 0 && endpoints().length === 0)
  })

  it('restarts a container that ends, and says so', async () => {
    await start()
    await machine.store.apply(application('v1'))
    const pod = await until(() => pods().find((one) => one.ready))
    await get(pod.ip, 8080, '/exit').catch(() => {})
    await until(() => pods().some((one) => one.message.includes('CrashLoopBackOff')))
    const again = await until(() => pods().find((one) => one.ready && one.restarts === 1))
    expect(again.name).toBe(pod.name)
  })

  it('says why a container without a command does not run', async () => {
    await start([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'lonely', namespace: 'default' },
        spec: { containers: [{ name: 'main', image: 'registry.example/thing' }] },
      } as Resource,
    ])
    const pod = await until(() => pods().find((one) => one.message.includes('command')))
    expect(pod.message).toBe(
      "main: ErrImageNeverPull: image registry.example/thing can't be pulled on one machine: give the container a command",
    )
  })

  it('runs a Pod of the user, and ends it when it is removed', async () => {
    await start()
    const { template } = application('v1').spec
    const metadata = { name: 'single', namespace: 'default', ...template.metadata }
    await machine.store.apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec })
    await until(() => pods().find((pod) => pod.name === 'single' && pod.ready))
    await until(() => machine.store.get('Pod', 'default', 'single')?.status?.podIP)
    await machine.store.remove('Pod', 'default', 'single')
    await until(() => pods().length === 0)
  })
})

describe('start', () => {
  it('refuses when the port of the gateway is taken, and has started nothing', async () => {
    machine = await createMachine([])
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(machine.gatewayPort, '127.0.0.1', resolve))
    try {
      await expect(machine.local.start()).rejects.toMatchObject({
        code: 'port-in-use',
        message: `port ${machine.gatewayPort} is in use on 127.0.0.1`,
      })
      expect(machine.local.pods()).toEqual([])
    } finally {
      await new Promise((resolve) => other.close(resolve))
    }
  })
})
