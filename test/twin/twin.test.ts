/** One bootstrap, two data planes: the real Envoy and ours get the same bytes and let see the same. */
import { beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../requirements.ts'
import type { Difference } from './case.ts'
import { suites } from './cases/index.ts'
import { DataPlane, envoyProgram, mizzenProgram, type Program } from './data-plane.ts'
import { caseName, harnessVirtualHost, type Observation, observeAll } from './observe.ts'
import { Upstream } from './upstream.ts'

const envoy = requireTool('envoy')
const virtualHosts = [harnessVirtualHost, ...suites.map((suite) => suite.virtualHost)]

/** Runs all cases on one data plane; everything it started has ended afterwards. */
async function observed(program: Program): Promise<Map<string, Observation>> {
  const upstream = await Upstream.start(['alpha', 'beta'])
  try {
    const clusters = { alpha: upstream.port('alpha'), beta: upstream.port('beta') }
    const plane = await DataPlane.start(program, clusters, virtualHosts)
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

const statuses = (observation: Observation | undefined) =>
  observation?.responses.map((response) => Number(response.startLine.split(' ')[1]))

describe.skipIf(envoy === undefined)('twin', () => {
  let real: Map<string, Observation>

  beforeAll(async () => {
    real = await observed(envoyProgram(envoy as string))
  }, 300_000)

  describe('Envoy answers as the case says', () => {
    it.each(all)('$name', ({ name, one }) => {
      expect(statuses(real.get(name))).toEqual(one.statuses)
      if (one.reaches) expect(real.get(name)?.upstream.map(({ cluster }) => cluster)).toEqual(one.reaches)
    })
  })

  describe('ours', () => {
    let ours: Map<string, Observation>

    beforeAll(async () => {
      ours = await observed(mizzenProgram)
    }, 300_000)

    it.each(all.filter(({ one }) => one.ours === undefined))('is the same: $name', ({ name }) => {
      expect(ours.get(name)).toEqual(real.get(name))
    })

    it.each(all.filter(({ one }) => one.ours !== undefined))('differs on purpose: $name', ({ name, one }) => {
      const { because, statuses: wanted, connection = 'closed', reaches = [] } = one.ours as Difference
      const seen = ours.get(name)
      expect(statuses(seen), because).toEqual(wanted)
      expect(seen?.connection).toBe(connection)
      expect(seen?.upstream.map(({ cluster }) => cluster)).toEqual(reaches)
      expect(seen, 'the exception is not needed any more').not.toEqual(real.get(name))
    })
  })
})
