import type { Labels } from '../label-set.ts'
import type { MergeTable } from '../merge-table.ts'
import type { MergedCounter, MergedHistogram } from '../merged-entry.ts'
import type { Exemplar } from '../merged-series.ts'
import { NativeReader } from './native-reader.ts'
import { WireCursor } from './wire-cursor.ts'
import { readTimeMs } from './wire-time.ts'

/** Families that are summed; a stock Envoy streams its own, too, which each proxy shows by itself. */
const WANTED = /^(istiocustom[._])?(istio_|mizzen_)/
/** io.prometheus.client.MetricType */
const TYPE = { counter: 0, histogram: 4 } as const
/** Label sets whose bytes are remembered. */
const MOST_KNOWN = 100_000
/** Metrics of a message whose place is remembered. */
const MOST_FORESEEN = 2_000

type Merged = MergedCounter | MergedHistogram
type Family = { readonly name: string; readonly all: Map<string, Seen> }

/** The labels of a metric as they stood in a message, and what they are. */
interface Seen {
  readonly family: string
  readonly labels: Buffer
  readonly merged: Merged
}

/**
 * The metrics of a stream's last message, in order: the next one most often has the same. Comparing bytes makes no garbage,
 * where finding them in a table makes a text of each.
 */
export class LastMessage {
  readonly metrics: Seen[] = []
  at = 0
}

/** `known-already`: nothing of this message is to be counted. */
export type OnNode = (node: Buffer) => 'for-sums' | 'known-already'

/**
 * Adds the deltas of `envoy.service.metrics.v3.StreamMetricsMessage` to the sums of the mesh. Histograms are those of the
 * time since the last message, as Envoy sends them; counters are what they grew by (`report_counters_as_deltas`).
 */
export class MetricsReader {
  readonly #table: MergeTable
  /** By family, then by the bytes of its labels: proxies repeat them with each message. */
  readonly #known = new Map<string, Map<string, Seen>>()
  #knownCount = 0
  #nowMs = 0
  #last = new LastMessage()
  #recent = false
  #ignored = false
  readonly #native = new NativeReader()

  constructor(table: MergeTable) {
    this.#table = table
  }

  /**
   * Calls `onNode` with the bytes of the Node where the message says who sends it: what such a message counts may have
   * come about in any time, and so is good for sums at most.
   * Throws MizzenError `bad-message`; what was read until then counts.
   */
  read(message: Buffer, nowMs: number, onNode: OnNode, last = new LastMessage()): void {
    const cursor = new WireCursor(message)
    this.#nowMs = nowMs
    this.#last = last
    last.at = 0
    this.#recent = true
    this.#ignored = false
    this.#native.clear()
    while (cursor.next()) {
      if (cursor.field === 1) cursor.within(() => this.#identifier(cursor, onNode))
      else if (cursor.field === 2 && !this.#ignored) this.#family(cursor)
      else cursor.skip()
    }
  }

  #identifier(cursor: WireCursor, onNode: OnNode): void {
    while (cursor.next()) {
      if (cursor.field !== 1) cursor.skip()
      else {
        this.#recent = false
        this.#ignored = onNode(cursor.part()) === 'known-already'
      }
    }
  }

  /** MetricFamily: name 1, type 3, metric 4. */
  #family(cursor: WireCursor): void {
    const end = cursor.enter()
    let name = ''
    let type = 0
    let first = -1
    while (first === -1 && cursor.next()) {
      const { pos } = cursor
      if (cursor.field === 1) name = cursor.text()
      else if (cursor.field === 3) type = cursor.varint()
      else {
        if (cursor.field === 4) first = pos
        cursor.skip()
      }
    }
    if (first !== -1 && WANTED.test(name) && (type === TYPE.counter || type === TYPE.histogram)) {
      const known = this.#knownOf(name.replace(/^istiocustom[._]/, ''))
      cursor.pos = first
      cursor.field = 4
      cursor.wire = 2
      do {
        if (cursor.field === 4) this.#metric(cursor, known, type)
        else cursor.skip()
      } while (cursor.next())
    }
    cursor.leave(end)
  }

  /** Metric: label 1, counter 3, histogram 7. Labels come first, as all serializers have it. */
  #metric(cursor: WireCursor, known: Family, type: number): void {
    const end = cursor.enter()
    const from = cursor.pos
    let to = from
    let more = cursor.next()
    while (more && cursor.field === 1) {
      cursor.skip()
      to = cursor.pos
      more = cursor.next()
    }
    const merged = this.#foreseen(known.name, cursor.bytes, from, to) ?? this.#find(known, cursor.bytes, from, to, type)
    this.#last.at += 1
    for (; more && merged !== undefined; more = cursor.next()) {
      if (cursor.field === 3 && 'entry' in merged) this.#counter(cursor, merged)
      else if (cursor.field === 7 && 'sum' in merged) this.#histogram(cursor, merged)
      else cursor.skip()
    }
    cursor.leave(end)
  }

  #foreseen(family: string, bytes: Buffer, from: number, to: number): Merged | undefined {
    const seen = this.#last.metrics[this.#last.at]
    if (seen === undefined || seen.family !== family || seen.labels.length !== to - from) return undefined
    return seen.labels.compare(bytes, from, to) === 0 && !seen.merged.forgotten ? seen.merged : undefined
  }

  #find(known: Family, bytes: Buffer, from: number, to: number, type: number): Merged | undefined {
    const key = bytes.toString('latin1', from, to)
    const found = known.all.get(key)
    const seen =
      found === undefined || found.merged.forgotten ? this.#learn(known, key, bytes.subarray(from, to), type) : found
    if (seen !== undefined && this.#last.at < MOST_FORESEEN) this.#last.metrics[this.#last.at] = seen
    return seen?.merged
  }

  /** Counter: value 1. */
  #counter(cursor: WireCursor, counter: MergedCounter): void {
    const end = cursor.enter()
    while (cursor.next()) {
      if (cursor.field !== 1) cursor.skip()
      else {
        const by = cursor.double()
        if (isGrowth(by)) counter.add(by, this.#nowMs, this.#recent)
      }
    }
    cursor.leave(end)
  }

  /** Histogram: sample_count 1, sample_sum 2, bucket 3, native 5 to 14. What is above the last bound has no bucket. */
  #histogram(cursor: WireCursor, histogram: MergedHistogram): void {
    const end = cursor.enter()
    let count = 0
    let sum = 0
    let below = 0
    while (cursor.next()) {
      if (cursor.field === 1) count = cursor.varint()
      else if (cursor.field === 2) sum = cursor.double()
      else if (cursor.field === 3) below = this.#bucket(cursor, histogram, below)
      else if (!this.#native.read(cursor)) cursor.skip()
    }
    cursor.leave(end)
    this.#native.end((position, by) => histogram.addNative(position, by, this.#recent))
    histogram.addBucket(Number.POSITIVE_INFINITY, count, count - below, this.#recent)
    histogram.add(isGrowth(sum) ? sum : 0, count, this.#nowMs)
  }

  /** Bucket: cumulative_count 1, upper_bound 2, exemplar 3. Returns its count. */
  #bucket(cursor: WireCursor, histogram: MergedHistogram, below: number): number {
    const end = cursor.enter()
    let count = 0
    let upTo = Number.POSITIVE_INFINITY
    let exemplar: Exemplar | undefined
    while (cursor.next()) {
      if (cursor.field === 1) count = cursor.varint()
      else if (cursor.field === 2) upTo = cursor.double()
      else if (cursor.field === 3) exemplar = readExemplar(cursor)
      else cursor.skip()
    }
    cursor.leave(end)
    // The rest of the histogram says what is above all bounds.
    if (!Number.isFinite(upTo)) return below
    const bucket = histogram.addBucket(upTo, count, count - below, this.#recent)
    if (exemplar !== undefined) bucket.exemplar = exemplar
    return count
  }

  #knownOf(name: string): Family {
    let all = this.#known.get(name)
    if (all === undefined) this.#known.set(name, (all = new Map()))
    return { name, all }
  }

  #learn({ name, all }: Family, key: string, bytes: Buffer, type: number): Seen | undefined {
    const labels = readLabels(bytes)
    const merged =
      type === TYPE.counter
        ? this.#table.counter(name, labels, this.#nowMs)
        : this.#table.histogram(name, labels, this.#nowMs)
    if (merged === undefined) return undefined
    const seen = { family: name, labels: Buffer.from(bytes), merged }
    if (!all.has(key)) this.#knownCount += 1
    if (this.#knownCount > MOST_KNOWN) {
      // What is in use comes back with the next messages.
      this.#known.clear()
      this.#knownCount = 0
      return seen
    }
    all.set(key, seen)
    return seen
  }
}

function isGrowth(by: number): boolean {
  return by >= 0 && Number.isFinite(by)
}

/** Metric.label is field 1, and comes alone. */
function readLabels(bytes: Buffer): Labels {
  const cursor = new WireCursor(bytes)
  const labels: Record<string, string> = {}
  while (cursor.next()) readLabel(cursor, labels)
  return labels
}

/** LabelPair: name 1, value 2. */
function readLabel(cursor: WireCursor, labels: Record<string, string>): void {
  const end = cursor.enter()
  let name = ''
  let value = ''
  while (cursor.next()) {
    if (cursor.field === 1) name = cursor.text()
    else if (cursor.field === 2) value = cursor.text()
    else cursor.skip()
  }
  cursor.leave(end)
  labels[name] = value
}

/** Exemplar: label 1, value 2, timestamp 3. */
function readExemplar(cursor: WireCursor): Exemplar {
  const end = cursor.enter()
  const labels: Record<string, string> = {}
  let value = 0
  let atMs = 0
  while (cursor.next()) {
    if (cursor.field === 1) readLabel(cursor, labels)
    else if (cursor.field === 2) value = cursor.double()
    else if (cursor.field === 3) atMs = readTimeMs(cursor)
    else cursor.skip()
  }
  cursor.leave(end)
  return { labels, value, atMs }
}
