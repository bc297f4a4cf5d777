import { expect, it } from 'vitest'
import { fnv1a } from '../src/index.ts'

it('hashes as its authors say', () => {
  // From the test vectors of draft-eastlake-fnv, appendix C.
  expect([fnv1a(''), fnv1a('a'), fnv1a('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968])
})
