import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { NATIVE_SCHEMA, nativeIndex } from '@mizzen/base'
import { BUCKET_BOUNDS } from '../histogram.ts'
import type { TracedExample } from '../istio-stats.ts'
import { labelPairs, unescaped } from '../label-pairs.ts'

/** io.prometheus.client.MetricType */
const TYPE = { counter: 0, histogram: 4 } as const

/** Observations of one histogram. */
export interface Observed {
  /** By bucket, not cumulative. */
  readonly counts: ArrayLike<number>
  readonly sum: number
  /** By base's native buckets. */
  readonly native?: ArrayLike<number> | undefined
}

/**
 * Puts one envoy.service.metrics.v3.StreamMetricsMessage together: identifier 1 (node 1), envoy_metrics 2 (MetricFamily of
 * io.prometheus.client: name 1, type 3, metric 4).
 */
export class MetricsMessage {
  readonly #families = new Map<string, { readonly type: number; readonly metrics: Uint8Array[] }>()

  get isEmpty(): boolean {
    return this.#families.size === 0
  }

  counter(name: string, labels: Uint8Array, value: number): void {
    const metric = new BinaryWriter().raw(labels)
    metric.tag(3, WireType.LengthDelimited).fork()
    metric.tag(1, WireType.Bit64).double(value)
    this.#add(name, TYPE.counter, metric.join().finish())
  }

  /** Histogram: sample_count 1, sample_sum 2, bucket 3 (cumulative_count 1, upper_bound 2, exemplar 3). */
  histogram(
    name: string,
    labels: Uint8Array,
    { counts, sum, native }: Observed,
    example: TracedExample | null = null,
  ): void {
    const metric = new BinaryWriter().raw(labels)
    metric.tag(7, WireType.LengthDelimited).fork()
    let total = 0
    for (let at = 0; at < counts.length; at += 1) total += counts[at] as number
    metric.tag(1, WireType.Varint).int64(total)
    metric.tag(2, WireType.Bit64).double(sum)
    let count = 0
    let marked = example
    BUCKET_BOUNDS.forEach((bound, at) => {
      count += counts[at] as number
      metric.tag(3, WireType.LengthDelimited).fork()
      if (count > 0) metric.tag(1, WireType.Varint).int64(count)
      metric.tag(2, WireType.Bit64).double(bound)
      if (marked !== null && marked.durationMs <= bound) {
        writeExemplar(metric, marked)
        marked = null
      }
      metric.join()
    })
    if (native !== undefined) writeNative(metric, native)
    this.#add(name, TYPE.histogram, metric.join().finish())
  }

  /** @param node envoy.config.core.v3.Node, where the message is to say who sends it */
  finish(node: Uint8Array | undefined): Uint8Array {
    const message = new BinaryWriter()
    if (node !== undefined) {
      message.tag(1, WireType.LengthDelimited).fork()
      message.tag(1, WireType.LengthDelimited).bytes(node)
      message.join()
    }
    for (const [name, { type, metrics }] of this.#families) {
      message.tag(2, WireType.LengthDelimited).fork()
      message.tag(1, WireType.LengthDelimited).string(name)
      if (type !== 0) message.tag(3, WireType.Varint).int32(type)
      for (const metric of metrics) message.tag(4, WireType.LengthDelimited).bytes(metric)
      message.join()
    }
    return message.finish()
  }

  #add(name: string, type: number, metric: Uint8Array): void {
    const family = this.#families.get(name)
    if (family === undefined) this.#families.set(name, { type, metrics: [metric] })
    else family.metrics.push(metric)
  }
}

/** The labels of a Metric (LabelPair: name 1, value 2) from how they are printed, for all messages to come. */
export function encodeLabels(labels: string): Uint8Array {
  const writer = new BinaryWriter()
  for (const [name, value] of labelPairs(labels)) {
    writer.tag(1, WireType.LengthDelimited).fork()
    writer.tag(1, WireType.LengthDelimited).string(name)
    writer.tag(2, WireType.LengthDelimited).string(unescaped(value))
    writer.join()
  }
  return writer.finish()
}

/**
 * Of a Histogram: schema 5, positive_span 12 (offset 1: buckets without a count before it, or the first one's index; length
 * 2), positive_delta 13 (to the bucket before it).
 */
function writeNative(metric: BinaryWriter, native: ArrayLike<number>): void {
  metric.tag(5, WireType.Varint).sint32(NATIVE_SCHEMA)
  const deltas: number[] = []
  let last = 0
  let next = -nativeIndex(0)
  for (let at = 0; at < native.length; at += 1) {
    if (native[at] === 0) continue
    let to = at
    for (; to < native.length && native[to] !== 0; to += 1) {
      deltas.push((native[to] as number) - last)
      last = native[to] as number
    }
    metric.tag(12, WireType.LengthDelimited).fork()
    metric.tag(1, WireType.Varint).sint32(at - next)
    metric.tag(2, WireType.Varint).uint32(to - at)
    metric.join()
    next = to
    at = to
  }
  for (const delta of deltas) metric.tag(13, WireType.Varint).sint64(delta)
}

/** Exemplar: label 1, value 2, timestamp 3. */
function writeExemplar(writer: BinaryWriter, { traceId, durationMs, atMs }: TracedExample): void {
  writer.tag(3, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.LengthDelimited).string('trace_id')
  writer.tag(2, WireType.LengthDelimited).string(traceId)
  writer.join()
  writer.tag(2, WireType.Bit64).double(durationMs)
  const seconds = Math.floor(atMs / 1_000)
  writer.tag(3, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.Varint).int64(seconds)
  writer.tag(2, WireType.Varint).int32(Math.floor((atMs - seconds * 1_000) * 1e6))
  writer.join()
  writer.join()
}
