/** The same directory drives the real Envoy as gateway: same split, same answers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../requirements.ts'
import { EnvoyGateway } from './envoy-gateway.ts'
import { fitsShare, load } from './load.ts'
import { Mesh, until } from './mesh.ts'

const envoy = requireTool('envoy')
const REQUESTS = 4_000

describe.skipIf(envoy === undefined)('the real Envoy as gateway', { timeout: 300_000 }, () => {
  let mesh: Mesh
  let server: EnvoyGateway | undefined
  let url: string

  beforeAll(async () => {
    mesh = await Mesh.start()
    server = await EnvoyGateway.start(envoy as string, mesh.ready)
    url = server.url
  })

  afterAll(async () => {
    await server?.stop()
    await mesh?.stop()
  })

  /** Envoy's workers take up what its main thread has acknowledged a little later. */
  async function untilAnsweredBy(version: string): Promise<void> {
    await until(
      async () => (await load({ url, requests: 20 })).versions[version] === 20,
      `Envoy to send all to ${version}`,
    )
  }

  it('splits as our gateway does', async () => {
    for (const gateway of [mesh.ready.gateway, url]) {
      const tally = await load({ url: gateway, requests: REQUESTS })
      expect(tally.failures).toEqual({})
      const seen = tally.versions.v1 ?? 0
      expect(fitsShare(seen, REQUESTS, 0.7), `${gateway}: v1 answered ${seen}`).toBe(true)
    }
  })

  it('answers alike', async () => {
    await mesh.setWeights(100, 0)
    await untilAnsweredBy('v1')
    for (const path of ['/', '/a?b=c', '/fault', '/healthz']) {
      const [ours, theirs] = await Promise.all(
        [mesh.ready.gateway, url].map(async (gateway) => {
          const response = await fetch(gateway + path)
          const headers = Object.fromEntries(response.headers)
          for (const name of ['date', 'x-envoy-upstream-service-time', 'x-request-id']) delete headers[name]
          return { status: response.status, headers, body: await response.text() }
        }),
      )
      expect(ours, path).toEqual(theirs)
    }
  })

  it('is counted as in sync, and follows a change', async () => {
    await mesh.setWeights(0, 100)
    await untilAnsweredBy('v2')
    const tally = await load({ url, requests: 100 })
    expect({ ...tally.versions, ...tally.failures }).toEqual({ v2: 100 })
    const proxies = JSON.parse(await mesh.must('proxy-status', '-o', 'json'))
    expect(JSON.stringify(proxies)).toContain('envoy-gateway.istio-system')
  })
})
