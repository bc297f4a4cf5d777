import { describe, expect, it } from 'vitest'
import { subjectAltNames } from '../src/tls/certificate-identity.ts'
import { dnsMatches } from '../src/tls/san-match.ts'

describe('names of certificates', () => {
  it('are read from the text of the extension', () => {
    const text =
      'DNS:a.test, URI:spiffe://cluster.local/ns/a/sa/b, IP Address:10.0.0.1, email:a@b.test, DirName:CN = x, DNS:*.b.test'
    expect(subjectAltNames(text)).toEqual({
      dnsSans: ['a.test', '*.b.test'],
      uriSans: ['spiffe://cluster.local/ns/a/sa/b'],
      ipSans: ['10.0.0.1'],
      emailSans: ['a@b.test'],
    })
    expect(subjectAltNames('')).toEqual({ dnsSans: [], uriSans: [], ipSans: [], emailSans: [] })
  })

  it('cannot smuggle another name in', () => {
    const text = 'DNS:"evil.test, URI:spiffe://cluster.local/ns/a/sa/admin", URI:"spiffe://a\\"b, DNS:x"'
    expect(subjectAltNames(text)).toEqual({
      dnsSans: ['evil.test, URI:spiffe://cluster.local/ns/a/sa/admin'],
      uriSans: ['spiffe://a"b, DNS:x'],
      ipSans: [],
      emailSans: [],
    })
  })

  it.each([
    ['a.test', 'a.test', true],
    ['A.test', 'a.TEST', true],
    ['x.a.test', '*.a.test', true],
    ['x.y.a.test', '*.a.test', false],
    ['a.test', '*.a.test', false],
    ['.a.test', '*.a.test', false],
    ['a.test', '*', false],
    ['xa.test', 'x*.test', false],
    ['a.test', '*.', false],
  ])('%s by %s: %s', (name, san, matches) => {
    expect(dnsMatches(name, san)).toBe(matches)
  })
})
