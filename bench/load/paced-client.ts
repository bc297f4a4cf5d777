/**
 * `node paced-client.ts PORT CONNECTIONS RATE SECONDS`: HTTP/1.1 requests at a fixed rate, each on a connection that is idle.
 * Prints `{"count", "seconds", "p50Ms", "p99Ms"}`. Ends with 1 if an answer is not 200 or a connection ends.
 *
 * Requests become due evenly, whatever becomes of the earlier ones: one that finds no idle connection waits, and its wait is
 * part of its latency. So a proxy that stalls is not spared the requests that would have come in the meantime (wrk and
 * `h2load --rps` spare it). Due requests are sent at ticks of a millisecond, and their time runs from the tick, so that the
 * coarse clock of the client is not the proxy's.
 */
import { connect, type Socket } from 'node:net'
import { quantile } from '../measure/statistics.ts'
import { AnswerReader } from './answer-reader.ts'

const [port, connections, rate, seconds] = process.argv.slice(2).map(Number) as [number, number, number, number]
const REQUEST = Buffer.from(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`, 'latin1')
/** After the last request became due; what is not answered by then has failed. */
const GRACE_MS = 5_000

const idle: Connection[] = []
/** When those that wait for an idle connection became due. */
const waiting: number[] = []
const latenciesMs: number[] = []
let failure: string | undefined

class Connection {
  readonly #socket: Socket
  #dueAt = 0

  constructor(connected: () => void) {
    const answers = new AnswerReader((status) => this.#answered(status))
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      idle.push(this)
      connected()
    })
    this.#socket.on('data', (chunk) => answers.read(chunk))
    this.#socket.on('error', (error) => fail(error.message))
    this.#socket.on('end', () => fail('a connection was closed'))
  }

  send(dueAt: number): void {
    this.#dueAt = dueAt
    this.#socket.write(REQUEST)
  }

  #answered(status: number): void {
    latenciesMs.push(performance.now() - this.#dueAt)
    if (status !== 200) fail(`an answer with status ${status}`)
    const next = waiting.shift()
    if (next === undefined) idle.push(this)
    else this.send(next)
  }
}

function fail(why: string): void {
  failure ??= why
  finish()
}

let startedAt = 0
let sent = 0

function tick(): void {
  const now = performance.now()
  const due = Math.min(Math.floor(((now - startedAt) * rate) / 1000), Math.floor(rate * seconds))
  for (; sent < due; sent += 1) {
    const connection = idle.shift()
    if (connection === undefined) waiting.push(now)
    else connection.send(now)
  }
  const over = now - startedAt - seconds * 1000
  if (over > GRACE_MS) fail(`${sent - latenciesMs.length} of ${sent} requests were not answered`)
  else if (over > 0 && latenciesMs.length === sent) finish()
}

function finish(): void {
  clearInterval(timer)
  const took = (performance.now() - startedAt) / 1000
  const [p50Ms, p99Ms] = [quantile(latenciesMs, 0.5), quantile(latenciesMs, 0.99)]
  if (failure === undefined) {
    process.stdout.write(`${JSON.stringify({ count: latenciesMs.length, seconds: took, p50Ms, p99Ms })}\n`, end)
  } else process.stderr.write(`${failure}\n`, end)
}

function end(): void {
  process.exit(failure === undefined ? 0 : 1)
}

let timer: NodeJS.Timeout
let open = 0
for (let index = 0; index < connections; index += 1) {
  new Connection(() => {
    open += 1
    if (open < connections) return
    startedAt = performance.now()
    timer = setInterval(tick, 1)
  })
}
