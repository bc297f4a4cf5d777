import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FieldKind, FieldNames } from '../src/http/field-names.ts'
import { HeaderList } from '../src/http/header-list.ts'
import { mergeSlashes, normalizePath } from '../src/http/path-normalization.ts'
import { createRequestId } from '../src/http/request-id.ts'

/** The same list as plain pairs: what HeaderList is measured against. */
class PlainList {
  pairs: [string, string][] = []

  set(name: string, value: string): void {
    const first = this.pairs.findIndex(([own]) => own === name)
    if (first === -1) this.pairs.push([name, value])
    else
      this.pairs = this.pairs
        .map((pair, at): [string, string] => (at === first ? [name, value] : pair))
        .filter(([own], at) => own !== name || at === first)
  }

  remove(name: string): void {
    this.pairs = this.pairs.filter(([own]) => own !== name)
  }
}

describe('a header list', () => {
  it('does what a list of pairs does', () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const step = fc.tuple(fc.constantFrom('append', 'set', 'remove', 'clear'), name, fc.string({ maxLength: 3 }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const list = new HeaderList()
        const plain = new PlainList()
        for (const [action, key, value] of steps) {
          if (action === 'append') {
            list.append(key, value)
            plain.pairs.push([key, value])
          } else if (action === 'clear') {
            list.clear()
            plain.pairs = []
          } else if (action === 'set') {
            list.set(key, value)
            plain.set(key, value)
          } else {
            list.remove(key)
            plain.remove(key)
          }
        }
        const pairs = Array.from({ length: list.size }, (_, at) => [list.nameAt(at), list.valueAt(at)])
        expect(pairs).toEqual(plain.pairs)
        const ofA = plain.pairs.filter(([own]) => own === 'a').map(([, value]) => value)
        expect(list.get('a')).toBe(ofA[0])
        expect(list.getCombined('a')).toBe(ofA.length === 0 ? undefined : ofA.join(','))
        expect(list.has('a')).toBe(ofA.length > 0)
      }),
    )
  })

  it('renders its fields', () => {
    const list = new HeaderList()
    list.append('a', '1')
    list.append('x-b', '')
    expect(list.render()).toBe('a: 1\r\nx-b: \r\n')
    list.removeWhere((name) => name.startsWith('x-'))
    expect(list.render()).toBe('a: 1\r\n')
  })
})

describe('field names', () => {
  it('are lower case, one object per name, and known for what they mean', () => {
    const names = new FieldNames()
    expect(names.lookup('Content-LENGTH')).toEqual({ name: 'content-length', kind: FieldKind.contentLength })
    expect(names.lookup('X-Thing')).toBe(names.lookup('x-thing'))
    expect(names.lookup('__proto__')).toEqual({ name: '__proto__', kind: FieldKind.plain })
    expect(names.lookup('constructor')).toEqual({ name: 'constructor', kind: FieldKind.plain })
  })

  it.each(['', 'a b', 'a:', 'ä', 'a\t', '(a)', 'a,b'])('refuse %j', (raw) => {
    expect(new FieldNames().lookup(raw)).toBe(undefined)
  })

  it('are right for those who send more names than are remembered', () => {
    const names = new FieldNames()
    for (let index = 0; index < 5000; index += 1) expect(names.lookup(`X-${index}`)?.name).toBe(`x-${index}`)
  })
})

describe('path normalization', () => {
  it.each([
    ['/a/b?x=/../y', '/a/b?x=/../y'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/../../b', '/b'],
    ['/a/..', '/'],
    ['/a/.', '/a/'],
    ['/a/%2e%2E/b?q', '/b?q'],
    ['/a\\..\\b', '/b'],
    ['/a//b', '/a//b'],
    ['/.a/..b', '/.a/..b'],
    ['/', '/'],
    ['/%61dmin/%7E%2d%5f%30?%61', '/admin/~-_0?%61'],
    ['/%2f%5c%25%C3%A9', '/%2f%5c%25%C3%A9'],
    ['/"<>^`{|}?"<>', '/%22%3C%3E%5E%60%7B%7C%7D?"<>'],
    ['/a/..;x=1/b', '/b'],
    ['/a/%2e;/b', '/a/b'],
    ['/a%00', undefined],
    ['/?%00', '/?%00'],
  ])('makes %s to %s', (path, expected) => {
    expect(normalizePath(path)).toBe(expected)
  })

  it('merges slashes where asked to', () => {
    expect(mergeSlashes('//a///b?c=//')).toBe('/a/b?c=//')
  })

  it('comes to rest: a normal path stays', () => {
    const part = fc.constantFrom('a', '.', '..', '', '%2e', '%', '%41', '25', ';', '^', '\\', 'b.c')
    const segment = fc.array(part, { maxLength: 3 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 8 }), fc.boolean(), (segments, merge) => {
        const normal = normalizePath(`/${segments.join('/')}`) as string
        const once = merge ? mergeSlashes(normal) : normal
        expect(normalizePath(once)).toBe(once)
        expect(once).toMatch(/^\//)
        expect(once.split('/')).not.toContain('..')
      }),
    )
  })
})

describe('request ids', () => {
  it('are version 4 UUIDs', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), (numbers) => {
        const id = createRequestId(() => numbers.next().value as number)
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      }),
    )
    expect(new Set(Array.from({ length: 1000 }, () => createRequestId(Math.random))).size).toBe(1000)
  })
})
