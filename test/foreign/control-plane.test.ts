/** Our proxy under a control plane that nobody here wrote: one on the Envoy project's go-control-plane. */
import { afterEach, describe, expect, it } from 'vitest'
import { cluster, listener, route } from '../../packages/xds/test/envoy-resources.ts'
import { AdsDataPlane, type ApiType } from '../ads-data-plane.ts'
import { until } from '../e2e/mesh.ts'
import { freePort } from '../free-ports.ts'
import { requireTool } from '../requirements.ts'
import { mizzenProgram } from '../twin/data-plane.ts'
import { ForeignControlPlane } from './foreign-control-plane.ts'
import { NamedUpstream } from './named-upstream.ts'

const binary = requireTool('foreign-control-plane')

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

async function upstream(name: string): Promise<number> {
  const started = await NamedUpstream.start(name)
  cleanUp.push(() => started.stop())
  return started.port
}

async function controlPlane(port: number): Promise<ForeignControlPlane> {
  const started = await ForeignControlPlane.start(binary as string, port)
  cleanUp.push(() => started.kill())
  return started
}

async function proxy(xdsPort: number, apiType: ApiType): Promise<AdsDataPlane> {
  const started = await AdsDataPlane.start(mizzenProgram, xdsPort, apiType)
  cleanUp.push(() => started.stop())
  return started
}

async function ask(port: number): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`)
    return response.status === 200 ? await response.text() : String(response.status)
  } catch (error) {
    return String(error)
  }
}

/** Asks until it is stopped. @returns the different answers */
function askSteadily(port: number): () => Promise<ReadonlySet<string>> {
  let running = true
  const seen = new Set<string>()
  const loop = (async () => {
    while (running) seen.add(await ask(port))
  })()
  const stop = async () => {
    running = false
    await loop
    return seen
  }
  cleanUp.push(stop)
  return stop
}

describe.skipIf(binary === undefined).each<ApiType>(['GRPC', 'DELTA_GRPC'])('our proxy, %s', (apiType) => {
  it('takes its configuration, swaps, a refusal, and goes on without the control plane', async () => {
    const [blue, green, port] = [await upstream('blue'), await upstream('green'), await freePort()]
    // It comes back on the same port, which nobody else may take meanwhile.
    const first = await controlPlane(await freePort())
    await proxy(first.port, apiType)
    const both = [...cluster('blue', blue), ...cluster('green', green)]
    const entry = listener('http', 'all', port)
    first.set(...both, route('all', 'blue'), entry)
    await until(async () => (await ask(port)) === 'blue', 'blue to answer')

    const stop = askSteadily(port)
    first.set(...both, route('all', 'green'), entry)
    await until(async () => (await ask(port)) === 'green', 'green to answer')
    expect(first.answers.filter(({ error }) => error !== undefined)).toEqual([])

    first.set(...both, route('all', 'blue', { safe_regex: { regex: '((' } }), entry)
    await until(() => first.answers.some(({ error }) => error !== undefined), 'the proxy to refuse a route')
    const refusal = first.answers.find(({ error }) => error !== undefined)
    expect(refusal?.type_url).toMatch(/RouteConfiguration$/)
    expect(refusal?.error).toMatch(/all.*virtual_hosts\[0\]\.routes\[0\]\.match/s)
    expect(await ask(port)).toBe('green')

    await first.kill()
    expect(await ask(port)).toBe('green')
    const second = await controlPlane(first.port)
    second.set(...both, route('all', 'blue'), entry)
    await until(async () => (await ask(port)) === 'blue', 'blue to answer after the return of the control plane')
    expect(await stop()).toEqual(new Set(['blue', 'green']))

    // Everything anew, which this control plane does not put in order: requests may fail meanwhile.
    second.set(...cluster('other', green), route('all', 'other'), entry)
    await until(async () => (await ask(port)) === 'green', 'green to answer under another name')
    second.set()
    await until(async () => (await ask(port)).includes('fetch failed'), 'the listener to be gone')
  })
})
