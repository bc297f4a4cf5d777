import { describe, expect, it } from 'vitest'
import { PrematureResets } from '../src/http/http2/premature-resets.ts'

/** Plays requests, `r` reset at once, `a` answered; says after how many the connection should end, 0 = it goes on. */
function endsAfter(played: string, ageMs = 0): number {
  const resets = new PrematureResets()
  for (const [index, one] of [...played].entries()) {
    if (one === 'r' && resets.noteReset(true, ageMs)) return index + 1
    resets.noteEnd()
  }
  return 0
}

describe('premature resets', () => {
  it.each([
    ['resets alone', 'r'.repeat(1000), 250],
    ['half of 500', 'ra'.repeat(300), 499],
    ['as many answers before', `${'a'.repeat(500)}${'r'.repeat(1000)}`, 1000],
    ['fewer than half', 'raa'.repeat(1000), 0],
    ['few, then answers', `${'r'.repeat(249)}${'a'.repeat(251)}${'aar'.repeat(500)}`, 0],
  ])('end a connection, of %s', (_name, played, after) => {
    expect(endsAfter(played)).toBe(after)
  })

  it('are those within two seconds, without an answer', () => {
    expect(endsAfter('r'.repeat(1000), 1999)).toBe(250)
    expect(endsAfter('r'.repeat(1000), 2000)).toBe(0)
    const answered = new PrematureResets()
    expect(Array.from({ length: 1000 }, () => answered.noteReset(false, 0))).not.toContain(true)
  })

  it('make a client suspected that resets most of what it opens, not one that began with a few', () => {
    const resets = new PrematureResets()
    const play = (times: number, reset: boolean) => {
      for (let index = 0; index < times; index += 1) {
        if (reset) resets.noteReset(true, 0)
        resets.noteEnd()
      }
      return resets.suspected
    }
    expect([play(8, true), play(1, true), play(9, false), play(100, true)]).toEqual([false, true, false, true])
  })
})
