/**
 * Prometheus' remote write 1.0: a WriteRequest in protobuf, compressed with snappy.
 * https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
export interface WrittenSeries {
  /** With `__name__`. */
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly { readonly atMs: number; readonly value: number | 'stale' }[]
}

/** The NaN that marks the end of a series. */
const STALE_NAN = 0x7ff0000000000002n

export async function remoteWrite(base: string, series: readonly WrittenSeries[]): Promise<void> {
  const response = await fetch(`${base}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: snappyLiteral(Buffer.concat(series.map((one) => field(1, timeSeries(one))))),
  })
  if (!response.ok) throw new Error(`remote write: ${response.status} ${await response.text()}`)
}

function timeSeries({ labels, samples }: WrittenSeries): Buffer {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
  const pairs = sorted.map(([name, value]) =>
    field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
  )
  return Buffer.concat([...pairs, ...samples.map(({ atMs, value }) => field(2, sample(atMs, value)))])
}

function sample(atMs: number, value: number | 'stale'): Buffer {
  const double = Buffer.alloc(9)
  double[0] = (1 << 3) | 1
  if (value === 'stale') double.writeBigUInt64LE(STALE_NAN, 1)
  else double.writeDoubleLE(value, 1)
  return Buffer.concat([double, Buffer.from([2 << 3]), varint(atMs)])
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

/** Valid snappy that compresses nothing: the length, then literals of at most 64 KiB. */
function snappyLiteral(bytes: Buffer): Buffer<ArrayBuffer> {
  const parts = [varint(bytes.length)]
  for (let from = 0; from < bytes.length; from += 65_536) {
    const piece = bytes.subarray(from, from + 65_536)
    const head = Buffer.from([61 << 2, 0, 0])
    head.writeUInt16LE(piece.length - 1, 1)
    parts.push(head, piece)
  }
  return Buffer.concat(parts)
}
