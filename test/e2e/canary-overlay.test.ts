/** Live weights that stay out of the spec, and a control plane that is killed at each step: nobody notices. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { load } from './load.ts'
import { Mesh, until, virtualService } from './mesh.ts'

const CANARY = `
apiVersion: mizzen.io/v1alpha1
kind: Canary
metadata: {name: myapp}
spec:
  trigger: manual
  traffic: {virtualService: myapp-virtualservice, weightMode: overlay}
  stable: {subset: v1}
  canary: {subset: v2}
  steps:
  - setWeight: 20
  - pause: {duration: 1s}
  - setWeight: 60
  - pause: {duration: 1s}
  analysis: {onNotEnough: pass, latencyEffect: 100}
  cleanUp: {scaleDown: false, scaleDownDelay: 1s}
`

const GATEWAY = '{"type":"router","namespace":"istio-system","labels":{"istio":"ingressgateway"}}'

interface Status {
  readonly phase?: string
  readonly currentWeight?: number
}

describe('a rollout by overlay, with the control plane killed at each step', () => {
  let mesh: Mesh

  beforeAll(async () => {
    mesh = await Mesh.start((dir) => writeFileSync(join(dir, 'virtual-service.yaml'), virtualService(100, 0)))
  })

  afterAll(async () => {
    await mesh?.stop()
  })

  /** {} while the control plane is away. */
  async function status(): Promise<Status> {
    const path = '/apis/mizzen.io/v1alpha1/namespaces/default/canaries/myapp'
    const response = await fetch(mesh.ready.api + path).catch(() => undefined)
    const object = response?.ok ? ((await response.json()) as { status?: Status }) : {}
    return object.status ?? {}
  }

  async function kill(): Promise<void> {
    const facts = (await (await fetch(`${mesh.ready.api}/debug/mesh`)).json()) as { pid: number }
    process.kill(facts.pid, 'SIGKILL')
  }

  it('goes on at the same weight, fails no request, and leaves the VirtualService as it was', async () => {
    let done = false
    const tally = load({ url: mesh.ready.gateway, connections: 8, pauseMs: 30, until: () => done })
    writeFileSync(join(mesh.home, 'canary.yaml'), CANARY)
    await mesh.must('canary', 'run', '-f', `${mesh.home}/canary.yaml`)
    const weights: number[] = []
    await until(
      async () => {
        const { phase, currentWeight } = await status()
        if (currentWeight !== undefined && weights.at(-1) !== currentWeight) {
          weights.push(currentWeight)
          if (currentWeight > 0) await kill()
        }
        return phase === 'Promoted' || phase === 'RolledBack'
      },
      'the end of the rollout',
      120_000,
    )
    expect((await load({ url: mesh.ready.gateway, requests: 50 })).versions).toEqual({ v2: 50 })
    done = true
    expect((await tally).failures).toEqual({})
    expect([await status(), weights.filter((weight) => weight > 0)]).toMatchObject([
      { phase: 'Promoted' },
      [20, 60, 100],
    ])
    const object = JSON.parse(await mesh.must('get', 'virtualservice', 'myapp-virtualservice', '-o', 'json'))
    expect(object.spec.http[0].route.map(({ weight }: { weight: number }) => weight)).toEqual([100, 0])
    const route = await mesh.must('route', '--proxy', GATEWAY, '--call', 'http://any.host/', '-o', 'json')
    expect(JSON.parse(route).cluster).toContain('|v2|')
  }, 150_000)
})
