import { block, data, frame, headers, number, Type } from '../../../http2-frames.ts'
import { ask, type Http2Case, type Http2Suite } from '../case.ts'

const CANCEL = 8
/** Resets of a connection from which on half of the 500 streams that are judged would be premature. */
const TOO_MANY_RESETS = 250

/** Streams that are opened and reset at once, from 1 on; their requests never end, so that no upstream answers any. */
function resets(count: number): Buffer {
  const ids = Array.from({ length: count }, (_, index) => 2 * index + 1)
  return Buffer.concat(ids.flatMap((id) => [headers(id, ask('POST', '/'), 0), number(Type.reset, id, CANCEL)]))
}

/** A request whose header block comes in `count` frames more, of a byte or two each. */
function pieces(count: number): Buffer {
  const whole = block(ask('GET', '/', ['x-a', 'a'.repeat(3 * count)]))
  const cut = (index: number) => Math.floor((whole.length * index) / (count + 1))
  const parts = Array.from({ length: count + 1 }, (_, index) => whole.subarray(cut(index), cut(index + 1)))
  return Buffer.concat(
    parts.map((part, index) => {
      const last = index === count ? 4 : 0
      return index === 0 ? frame(Type.headers, 1, 1, part) : frame(Type.continuation, last, 1, part)
    }),
  )
}

/** While a request is under way, `frames` of the same kind. */
function beside(name: string, ends: readonly (number | string)[], frames: Buffer): Http2Case {
  return { name, send: [headers(1, ask('POST', '/'), 0), frames, data(1, 'abc')], ends }
}

const repeated = (count: number, one: Buffer) => Buffer.concat(Array.from({ length: count }, () => one))
const TWO_BYTES = number(Type.window, 1, 2)

const KEPT =
  'a connection to the upstream outlives a request of which nothing has left; Envoy closes it, and its next log line has none'

/** What a client may do and no more, to the last frame. */
export const limits: Http2Suite = {
  name: 'limits',
  cases: [
    {
      name: 'streams that are reset at once, as many as may be',
      send: [resets(TOO_MANY_RESETS - 1), headers(2 * TOO_MANY_RESETS + 1, ask('GET', '/'))],
      streams: [2 * TOO_MANY_RESETS + 1],
      ends: [200],
      ours: { because: KEPT, ends: [200] },
    },
    {
      name: 'streams that are reset at once, one too many',
      send: [resets(TOO_MANY_RESETS), headers(2 * TOO_MANY_RESETS + 1, ask('GET', '/'))],
      streams: [2 * TOO_MANY_RESETS + 1],
      ends: ['closed'],
      ours: { because: KEPT, ends: ['closed'] },
    },
    { name: 'a block in 500 pieces', send: [pieces(500)], ends: [200] },
    {
      name: 'a block in 600 pieces',
      send: [pieces(600)],
      ends: ['closed'],
      ours: { because: 'what cannot be read is no request: it has no log line', ends: ['closed'] },
    },
    // 5 + 2 × (1 stream + 10 × 0 DATA frames sent).
    beside('window updates, as many as may be', [200], repeated(7, TWO_BYTES)),
    beside('window updates, one too many', ['closed'], repeated(8, TWO_BYTES)),
    // 100 × (1 + 1 stream).
    beside('PRIORITY, as many as may be', [200], repeated(200, frame(Type.priority, 0, 1, Buffer.alloc(5)))),
    beside('PRIORITY, one too many', ['closed'], repeated(201, frame(Type.priority, 0, 1, Buffer.alloc(5)))),
  ],
}
