import { decodeValues, encodedLength, encodeValues, maxEncodedBytes } from './value-codec.ts'

/** Values of one series at consecutive ticks of a batch. */
export interface Run {
  readonly series: number
  /** Index of the first tick. */
  readonly from: number
  readonly values: readonly number[]
}

const HEAD_BYTES = 6

/** All runs of a batch as bytes: of each the series (4 bytes), first tick and count (1 byte each), and the packed values. */
export function encodeBatch(runs: readonly Run[]): Uint8Array {
  const bytes = new Uint8Array(runs.reduce((sum, run) => sum + HEAD_BYTES + maxEncodedBytes(run.values.length), 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { series, from, values } of runs) {
    view.setUint32(at, series)
    bytes[at + 4] = from
    bytes[at + 5] = values.length
    at = encodeValues(values, values.length, bytes, at + HEAD_BYTES)
  }
  return bytes.subarray(0, at)
}

/** Throws RangeError for what `encodeBatch` did not write. */
export function decodeBatch(bytes: Uint8Array, ticks: number): readonly Run[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const runs: Run[] = []
  for (let at = 0; at < bytes.length; ) {
    const series = view.getUint32(at)
    const from = view.getUint8(at + 4)
    const count = view.getUint8(at + 5)
    if (count === 0 || from + count > ticks) throw new RangeError('a run does not fit into its batch')
    const length = encodedLength(bytes, at + HEAD_BYTES, count)
    if (!(at + HEAD_BYTES + length <= bytes.length)) throw new RangeError('a run ends after its batch')
    const values = new Float64Array(count)
    decodeValues(bytes, at + HEAD_BYTES, count, values, 0)
    runs.push({ series, from, values: Array.from(values) })
    at += HEAD_BYTES + length
  }
  return runs
}
