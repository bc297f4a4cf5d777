import { describe, expect, it } from 'vitest'
import { ConfigNode } from '../src/config/config-node.ts'

const read = <T>(value: unknown, reader: (node: ConfigNode) => T): T => ConfigNode.read(value, 'root', reader)
const problem = (code: string, path: string) => expect.objectContaining({ code, path })

describe('ConfigNode', () => {
  it('takes both spellings of a name', () => {
    expect(read({ connect_timeout: '1.5s' }, (node) => node.duration('connect_timeout'))).toBe(1500)
    expect(read({ connectTimeout: '0.25s' }, (node) => node.duration('connect_timeout'))).toBe(250)
  })

  it('refuses what nobody read, with its path', () => {
    expect(() => read({ a: { b: 1, c: 2 } }, (node) => node.child('a', (a) => a.number('b', 0)))).toThrow(
      problem('unsupported-config', 'root.a.c'),
    )
    expect(() => read({ list: [{}, { x: true }] }, (node) => node.list('list', () => 0))).toThrow(
      problem('unsupported-config', 'root.list[1].x'),
    )
  })

  it('lets pass what protobuf would not even write, and what is declared to be without effect', () => {
    expect(read({ a: 0, b: '', c: [], d: false, e: 7 }, (node) => node.ignore('e'))).toBeUndefined()
    expect(() => read({ empty: {} }, () => 0)).toThrow(problem('unsupported-config', 'root.empty'))
  })

  it.each([
    ['string', (node: ConfigNode) => node.string('v'), 1],
    ['boolean', (node: ConfigNode) => node.boolean('v'), 'yes'],
    ['number', (node: ConfigNode) => node.number('v', 0), 'x'],
    ['count', (node: ConfigNode) => node.count('v', 0), -1],
    ['duration', (node: ConfigNode) => node.duration('v'), '5m'],
    ['negative duration', (node: ConfigNode) => node.duration('v'), '-1s'],
    ['list', (node: ConfigNode) => node.strings('v'), 'x'],
    ['child', (node: ConfigNode) => node.child('v', () => 0), []],
  ])('wants a %s of the right type', (_name, reader: (node: ConfigNode) => unknown, v) => {
    expect(() => read({ v }, reader)).toThrow(problem('bad-config', 'root.v'))
  })

  it('names the values of an enum that are supported', () => {
    const reader = (node: ConfigNode) => node.enumeration('v', { ONE: 1, TWO: 2 })
    expect(read({}, reader)).toBe(1)
    expect(read({ v: 'TWO' }, reader)).toBe(2)
    expect(() => read({ v: 'THREE' }, reader)).toThrow(/"THREE" is not supported; supported: ONE, TWO/)
  })

  it('reads an Any by its type, also as a TypedStruct', () => {
    const readers = { 'a.B': (node: ConfigNode) => node.number('x', 0) }
    const of = (any: object) => read({ any }, (node) => node.typed('any', readers))
    expect(of({ '@type': 'type.googleapis.com/a.B', x: 1 })).toBe(1)
    const struct = { '@type': 'type.googleapis.com/xds.type.v3.TypedStruct', type_url: 'type.googleapis.com/a.B' }
    expect(of({ ...struct, value: { x: 2 } })).toBe(2)
    expect(() => of({ '@type': 'type.googleapis.com/a.C' })).toThrow(problem('unsupported-config', 'root.any'))
    expect(() => of({ ...struct, value: { y: 2 } })).toThrow(problem('unsupported-config', 'root.any.y'))
  })
})
