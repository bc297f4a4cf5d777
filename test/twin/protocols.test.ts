/** Any protocol to any protocol: the real Envoy and ours run the same configuration between the same clients and servers. */
import { beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../requirements.ts'
import { envoyProgram, mizzenProgram } from './data-plane.ts'
import { cases } from './protocols/cases/index.ts'
import { observeProtocols, type ProtocolObservation } from './protocols/observe.ts'

const envoy = requireTool('envoy')

describe.skipIf(envoy === undefined)('twin of protocols', () => {
  let real: Map<string, ProtocolObservation>
  let ours: Map<string, ProtocolObservation>

  beforeAll(async () => {
    real = await observeProtocols(envoyProgram(envoy as string), cases)
    ours = await observeProtocols(mizzenProgram, cases)
  }, 300_000)

  it('has a name for each case', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  })

  it.each(cases)('Envoy shows what $name is about', ({ name, shows }) => {
    expect(real.get(name)?.client).toMatchObject(shows as object)
  })

  it.each(cases.filter((one) => one.ours === undefined))('ours is the same: $name', ({ name }) => {
    expect(ours.get(name)).toEqual(real.get(name))
  })

  it.each(cases.filter((one) => one.ours !== undefined))('ours differs on purpose: $name', ({ name, ours: wanted }) => {
    expect(ours.get(name)?.client, wanted?.because).toMatchObject(wanted?.shows as object)
    expect(ours.get(name), 'the exception is not needed any more').not.toEqual(real.get(name))
  })
})
