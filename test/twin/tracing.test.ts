/** Tracing: the real Envoy and ours tell the same spans, and callees the same contexts. */
import { beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../requirements.ts'
import { envoyProgram, mizzenProgram } from './data-plane.ts'
import { caseName, observeTracing, type TracingRun } from './tracing/observe.ts'
import { scenes } from './tracing/scenes/index.ts'

const envoy = requireTool('envoy')
/** In protobuf, where every field is a list. */
function spansOf(run: TracingRun, name: string): readonly { readonly span: { readonly id?: readonly string[] } }[] {
  return (run.cases.get(name)?.spans ?? []) as ReturnType<typeof spansOf>
}

const all = scenes.flatMap((scene) => scene.cases.map((one) => ({ name: caseName(scene, one), one })))

describe.skipIf(envoy === undefined)('twin of tracing', () => {
  let real: TracingRun
  let ours: TracingRun

  beforeAll(async () => {
    real = await observeTracing(envoyProgram(envoy as string), scenes)
    ours = await observeTracing(mizzenProgram, scenes)
  }, 300_000)

  it('has a name for each case', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  })

  it.each(all)('Envoy shows what $name is about', ({ name, one }) => {
    const seen = real.cases.get(name)
    expect(seen?.spans.length).toBe(one.spans)
    for (const text of one.shows ?? []) expect(JSON.stringify(seen)).toContain(text)
  })

  it.each(all.filter(({ one }) => one.ours === undefined))('ours is the same: $name', ({ name }) => {
    expect(ours.cases.get(name)).toEqual(real.cases.get(name))
  })

  it.each(all.filter(({ one }) => one.ours !== undefined))('ours differs on purpose: $name', ({ name, one }) => {
    expect(ours.cases.get(name), 'the exception is not needed any more').not.toEqual(real.cases.get(name))
    // Ids of spans are those that the server was told.
    const told = JSON.stringify(ours.cases.get(name)?.received)
    for (const { span } of spansOf(ours, name)) expect(told, one.ours?.because).toContain(span.id?.[0])
  })

  it('ours counts as Envoy does', () => {
    // Envoy does not count a request whose client has left.
    const counted = ({ stats }: TracingRun) => stats.filter((line) => !line.startsWith('http.failures-'))
    expect(counted(ours)).toEqual(counted(real))
  })
})
