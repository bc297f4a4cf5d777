/** The same directory drives the real Envoy as gateway: same split, same answers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../requirements.ts'
import { EnvoyGateway } from './envoy-gateway.ts'
import { load, withinThreeSigma } from './load.ts'
import { Mesh } from './mesh.ts'

const envoy = requireTool('envoy')

describe.skipIf(envoy === undefined)('the real Envoy as gateway', { timeout: 120_000 }, () => {
  let mesh: Mesh
  let server: EnvoyGateway | undefined
  let url: string

  beforeAll(async () => {
    mesh = await Mesh.start()
    server = await EnvoyGateway.start(envoy as string, mesh.ready)
    url = server.url
  }, 60_000)

  afterAll(async () => {
    await server?.stop()
    await mesh?.stop()
  })

  it('splits as our gateway does', async () => {
    for (const gateway of [mesh.ready.gateway, url]) {
      const tally = await load({ url: gateway, requests: 10_000 })
      expect(tally.failures).toEqual({})
      const seen = tally.versions.v1 ?? 0
      expect(withinThreeSigma(seen, 10_000, 0.7), `${gateway}: v1 answered ${seen}`).toBe(true)
    }
  })

  it('answers alike', async () => {
    await mesh.setWeights(100, 0)
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
    const tally = await load({ url, requests: 100 })
    expect({ ...tally.versions, ...tally.failures }).toEqual({ v2: 100 })
    const proxies = JSON.parse(await mesh.must('proxy-status', '-o', 'json'))
    expect(JSON.stringify(proxies)).toContain('envoy-gateway.istio-system')
  })
})
