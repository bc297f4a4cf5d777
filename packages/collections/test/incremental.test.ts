import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Collection, Graph, type Source } from '../src/index.ts'

/** A small mesh: services select pods by label, rules name services; routes read both. */
interface Mesh {
  readonly graph: Graph
  readonly pods: Source<string>
  readonly services: Source<string>
  readonly rules: Source<string>
  readonly shown: Collection<unknown>
}

function buildMesh(): Mesh {
  const graph = new Graph()
  const pods = graph.source<string>('pods')
  const services = graph.source<string>('services')
  const rules = graph.source<string>('rules')
  const podsByLabel = graph.index('pods by label', pods, (label) => [label])
  const endpoints = graph.derive('endpoints', services, (label, reader) => reader.lookup(podsByLabel, label).length)
  const hosts = graph.deriveMany('hosts', rules, (target, _reader, key) => [
    [target, `${key}>${target}`],
    [`${target}.local`, key],
  ])
  const routes = graph.derive('routes', hosts, (route, reader, key) => {
    const count = reader.get(endpoints, key)
    return count === undefined ? undefined : `${route}:${count}`
  })
  const either = graph.join<unknown>('either', [routes, services])
  const calls = graph.product('calls', rules, pods, (target, label, reader) =>
    target === label ? reader.fetch(services, (one) => one === label).length : undefined,
  )
  const shown = graph.derive('shown', services, (label, reader, key) => ({
    calls: reader.fetch(calls, (_, pair) => pair.endsWith(key)).length,
    rules: reader.list(rules).length,
    either: reader.get(either, key),
    label,
  }))
  return { graph, pods, services, rules, shown }
}

const NAMES = ['a', 'b', 'c', 'd']
const step = fc.record({
  table: fc.constantFrom('pods' as const, 'services' as const, 'rules' as const),
  key: fc.constantFrom(...NAMES),
  value: fc.option(fc.constantFrom(...NAMES), { nil: undefined }),
})

function play(mesh: Mesh, steps: readonly { table: 'pods' | 'services' | 'rules'; key: string; value?: string }[]) {
  for (const { table, key, value } of steps) {
    if (value === undefined) mesh[table].delete(key)
    else mesh[table].set(key, value)
  }
}

describe('any history', () => {
  it('ends where computing from nothing does', () => {
    const history = fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 20 })
    fc.assert(
      fc.property(history, (transactions) => {
        const lived = buildMesh()
        for (const steps of transactions) lived.graph.transaction(() => play(lived, steps))
        const fresh = buildMesh()
        fresh.graph.transaction(() => {
          for (const table of ['pods', 'services', 'rules'] as const) {
            for (const key of lived[table].keys()) fresh[table].set(key, lived[table].get(key) ?? '')
          }
        })
        expect(lived.graph.dump()).toEqual(fresh.graph.dump())
      }),
      { numRuns: 300 },
    )
  })

  it('is told completely by its events', () => {
    const history = fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 20 })
    fc.assert(
      fc.property(history, (transactions) => {
        const mesh = buildMesh()
        const mirror = new Map<string, unknown>()
        mesh.shown.subscribe((changes) => {
          for (const { key, before, after } of changes) {
            expect(mirror.get(key)).toEqual(before)
            if (after === undefined) mirror.delete(key)
            else mirror.set(key, after)
          }
        })
        for (const steps of transactions) mesh.graph.transaction(() => play(mesh, steps))
        expect(Object.fromEntries(mirror)).toEqual(mesh.graph.dump().shown)
      }),
      { numRuns: 200 },
    )
  })
})
