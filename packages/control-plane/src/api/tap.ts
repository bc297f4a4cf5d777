import type { ServerResponse } from 'node:http'
import { MizzenError } from '@mizzen/base'
import type { LoggedRequest, RequestFilter, Telemetry } from '@mizzen/telemetry'
import type { Answer } from './answer.ts'
import type { ApiRequest } from './request.ts'

/** What may wait for a reader that is slower than the mesh; further requests are left out, and counted. */
const MAX_PENDING_BYTES = 256 * 1_024
const DEFAULT_PER_SECOND = 100
const MAX_PER_SECOND = 10_000
const TAPS_AT_ONCE = 50
const TELL_MS = 1_000

/** A line of a tap: a request, or how many more there were since the last one of these. */
export type TapLine = { readonly request: LoggedRequest } | { readonly leftOut: number }

/** Requests as proxies log them, from now on. */
export class Taps {
  #open = 0

  /**
   * `/debug/tap?workload=…&failures=true&perSecond=100`: one JSON object a line, until the client goes away.
   * Throws MizzenError `too-many`, `bad-request`.
   */
  answer({ query }: ApiRequest, telemetry: Telemetry): Answer {
    if (this.#open >= TAPS_AT_ONCE) throw new MizzenError('too-many', `${TAPS_AT_ONCE} taps are open already`)
    const filter = readFilter(query)
    const perSecond = readRate(query.get('perSecond'))
    const body = (response: ServerResponse) => {
      this.#open += 1
      const end = send(response, perSecond, (listener) => telemetry.watchRequests(filter, listener))
      response.on('close', () => {
        this.#open -= 1
        end()
      })
      response.flushHeaders()
    }
    return { status: 200, headers: { 'content-type': 'application/json' }, body }
  }
}

type Watch = (listener: (request: LoggedRequest) => void) => () => void

/** Returns the call that ends it. */
function send(response: ServerResponse, perSecond: number, watch: Watch): () => void {
  let left = perSecond
  let leftOut = 0
  const write = (line: TapLine) => response.write(`${JSON.stringify(line)}\n`)
  const endWatch = watch((request) => {
    if (left === 0 || response.writableLength > MAX_PENDING_BYTES) leftOut += 1
    else {
      left -= 1
      write({ request })
    }
  })
  const timer = setInterval(() => {
    left = perSecond
    if (leftOut === 0 || response.writableLength > MAX_PENDING_BYTES) return
    write({ leftOut })
    leftOut = 0
  }, TELL_MS)
  timer.unref()
  return () => {
    endWatch()
    clearInterval(timer)
  }
}

const TEXTS = ['workload', 'service', 'namespace', 'version', 'route', 'status', 'method', 'path'] as const

function readFilter(query: URLSearchParams): RequestFilter {
  const given = TEXTS.flatMap((name) => {
    const value = query.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  const status = query.get('status')
  if (status !== null && !/^\d(\d\d|xx)$/i.test(status)) throw bad(`status must be as 503 or 5xx, not ${status}`)
  const reporter = query.get('reporter')
  if (reporter !== null && reporter !== 'source' && reporter !== 'destination') {
    throw bad('reporter must be source or destination')
  }
  return {
    ...Object.fromEntries(given),
    ...(reporter !== null && { reporter }),
    failures: query.get('failures') === 'true',
  }
}

function readRate(text: string | null): number {
  const rate = Number(text ?? DEFAULT_PER_SECOND)
  if (Number.isInteger(rate) && rate >= 1 && rate <= MAX_PER_SECOND) return rate
  throw bad(`perSecond must be a whole number from 1 to ${MAX_PER_SECOND}`)
}

function bad(message: string): MizzenError {
  return new MizzenError('bad-request', message)
}
