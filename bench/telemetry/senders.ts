/** The proxies of the bench, in a process of their own: `senders.ts TARGET PROXIES SERIES`. Reports what it has sent. */
import { systemClock } from '@mizzen/base'
import { GrpcStream } from '@mizzen/xds/grpc-stream'
import { proxyMessages } from './proxy-messages.ts'

/** What the parent is told. */
export type SenderReport =
  | { readonly type: 'open' }
  | { readonly type: 'sent'; readonly messages: number; readonly counts: number; readonly bytes: number }

const METHOD = '/envoy.service.metrics.v3.MetricsService/StreamMetrics'
/** As `stats_flush_interval` is. */
const FLUSH_MS = 500
/** Real proxies do not all send at the same moment. */
const SLOTS = 25
/** Connections that are opened at the same time. */
const ROWS = 10

const [target = '', proxies = '', series = ''] = process.argv.slice(2)
const ENDED_WELL = 'gRPC status 0'
const tell = (report: SenderReport) => process.send?.(report)

/** Streams that the control plane has not taken to their ends. */
let open = Number(proxies)
let stopping = false
/** A control plane ends a stream when it has read all of it. */
function onEnd(reason: string): void {
  if (!stopping || reason !== ENDED_WELL) {
    process.stderr.write(`a stream ended: ${reason}\n`)
    process.exit(1)
  }
  open -= 1
  if (open === 0) tell({ type: 'sent', ...sent })
}

const senders = Array.from({ length: Number(proxies) }, (_, proxy) => proxyMessages(proxy, Number(series)))
const streams: GrpcStream[] = []

/** A machine that is busy takes its time with a connection: each waits for the one before, in a few rows. */
function openNext(): void {
  const sender = senders[streams.length]
  if (sender === undefined) {
    openRows -= 1
    if (openRows === 0) tell({ type: 'open' })
    return
  }
  const stream = new GrpcStream({
    ...{ target, path: METHOD, clock: systemClock, maxMessageBytes: 1024 },
    onOpen: openNext,
    onMessage: () => {},
    onEnd,
  })
  stream.send(sender.first)
  streams.push(stream)
}
let openRows = ROWS
for (let row = 0; row < ROWS; row += 1) openNext()

let slot = 0
const sent = { messages: 0, counts: 0, bytes: 0 }
function sendSlot(): void {
  for (let proxy = slot; proxy < senders.length; proxy += SLOTS) {
    const sender = senders[proxy] as (typeof senders)[number]
    streams[proxy]?.send(sender.next)
    sent.messages += 1
    sent.counts += sender.counters
    sent.bytes += sender.next.length
  }
  slot = (slot + 1) % SLOTS
}

let timer: NodeJS.Timeout | undefined
process.on('message', (word) => {
  if (word === 'start') timer = setInterval(sendSlot, FLUSH_MS / SLOTS)
  if (word === 'stop') {
    clearInterval(timer)
    stopping = true
    for (const stream of streams) stream.finish()
  }
})
process.on('disconnect', () => process.exit())
