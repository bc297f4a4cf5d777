/** As twin.test.ts, for clients that speak HTTP/2: the same frames to the real Envoy and to ours. */
import { beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../requirements.ts'
import { DataPlane, envoyProgram, mizzenProgram, type Program } from './data-plane.ts'
import type { Http2Case } from './http2/case.ts'
import { limits } from './http2/cases/limits.ts'
import { malformed } from './http2/cases/malformed.ts'
import { requests } from './http2/cases/requests.ts'
import { caseName, endsOf, type Http2Observation, http2VirtualHost, observeAll } from './http2/observe.ts'
import { harnessVirtualHost } from './observe.ts'
import { Upstream } from './upstream.ts'

const suites = [requests, malformed, limits]
const envoy = requireTool('envoy')

/** Runs all cases on one data plane; everything it started has ended afterwards. */
async function observed(program: Program): Promise<Map<string, Http2Observation>> {
  const upstream = await Upstream.start(['alpha'])
  try {
    const clusters = { alpha: upstream.port('alpha') }
    const plane = await DataPlane.start(program, clusters, [harnessVirtualHost, http2VirtualHost])
    try {
      return await observeAll(plane, upstream, suites)
    } finally {
      await plane.stop()
    }
  } finally {
    await upstream.stop()
  }
}

const all = suites.flatMap((suite) => suite.cases.map((one) => ({ name: caseName(suite, one), one })))

describe.skipIf(envoy === undefined)('HTTP/2 twin', () => {
  let real: Map<string, Http2Observation>
  let ours: Map<string, Http2Observation>

  beforeAll(async () => {
    real = await observed(envoyProgram(envoy as string))
    ours = await observed(mizzenProgram)
  }, 300_000)

  it.each(all)('Envoy answers as the case says: $name', ({ name, one }) => {
    expect(endsOf(real.get(name), one)).toEqual(one.ends)
  })

  it.each(all.filter(({ one }) => one.ours === undefined))('is the same: $name', ({ name }) => {
    expect(ours.get(name)).toEqual(real.get(name))
  })

  it.each(all.filter(({ one }) => one.ours !== undefined))('differs on purpose: $name', ({ name, one }) => {
    const { because, ends } = one.ours as NonNullable<Http2Case['ours']>
    const seen = ours.get(name)
    expect(seen?.error).toBeUndefined()
    expect(endsOf(seen, one), because).toEqual(ends)
    expect(seen, 'the exception is not needed any more').not.toEqual(real.get(name))
  })
})
