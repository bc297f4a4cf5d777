/** TLS and filter chains: the real Envoy and ours get the same configuration and the same connections. */
import { beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../requirements.ts'
import { envoyProgram, mizzenProgram } from './data-plane.ts'
import type { TlsCase } from './tls/case.ts'
import { scenes } from './tls/cases/index.ts'
import { type Material, makeMaterial } from './tls/material.ts'
import { caseName, observeTls, type TlsObservation, type TlsRun } from './tls/observe.ts'

const envoy = requireTool('envoy')
const all = scenes.flatMap((scene) => scene.cases.map((one) => ({ name: caseName(scene, one), one })))

/** Without the fields in which ours differs on purpose. */
function comparable(seen: TlsObservation | undefined, { differs }: TlsCase): TlsObservation | undefined {
  if (seen === undefined || differs === undefined) return seen
  const same = <T extends object>(fields: T) =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !differs.fields.includes(name)))
  return { ...same(seen), log: seen.log && same(seen.log) }
}

describe.skipIf(envoy === undefined)('TLS', () => {
  let material: Material
  let real: TlsRun
  let ours: TlsRun

  beforeAll(async () => {
    material = await makeMaterial()
    const program = envoyProgram(envoy as string)
    ;[real, ours] = await Promise.all([
      observeTls(program, scenes, material),
      observeTls(mizzenProgram, scenes, material),
    ])
  }, 300_000)

  describe('Envoy answers as the case says', () => {
    it.each(all)('$name', ({ name, one }) => {
      const seen = real.cases.get(name)
      expect(seen?.failure).toBeUndefined()
      expect(seen?.response?.split(' ')[1] ?? 'none').toBe(String(one.answer))
      if (one.shows !== undefined) expect(seen?.server).toBe(one.shows)
      if (one.body !== undefined) expect(seen?.response).toContain(one.body)
    })
  })

  describe('ours is the same', () => {
    it.each(all)('$name', ({ name, one }) => {
      expect(comparable(ours.cases.get(name), one)).toEqual(comparable(real.cases.get(name), one))
    })

    it.each(scenes.map(({ name }) => name))('and counts alike: %s', (name) => {
      expect(ours.stats.get(name)).toEqual(real.stats.get(name))
    })

    it.each(all.filter(({ one }) => one.differs !== undefined))('the exception is needed: $name', ({ name }) => {
      expect(ours.cases.get(name)).not.toEqual(real.cases.get(name))
    })
  })
})
