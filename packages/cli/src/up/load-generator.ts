import { Agent, get } from 'node:http'
import type { Clock, Timer } from '@mizzen/base'
import type { GatewayTarget } from './gateway-target.ts'

export interface LoadCounts {
  readonly sent: number
  /** Those without an answer, or with a 5xx. */
  readonly failed: number
}

const INTERVAL_MS = 50
const MAX_IN_FLIGHT = 32
const TIMEOUT_MS = 5_000

/** About 20 requests a second, over connections that are kept; none is added while 32 are not answered. */
export class LoadGenerator {
  readonly #target: GatewayTarget
  readonly #clock: Clock
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_IN_FLIGHT })
  #timer: Timer | undefined
  #inFlight = 0
  #sent = 0
  #failed = 0
  #stopped = false

  constructor(target: GatewayTarget, clock: Clock) {
    this.#target = target
    this.#clock = clock
  }

  start(): void {
    if (this.#stopped) return
    if (this.#inFlight < MAX_IN_FLIGHT) void this.#send()
    this.#timer = this.#clock.after(INTERVAL_MS, () => this.start())
  }

  counts(): LoadCounts {
    return { sent: this.#sent, failed: this.#failed }
  }

  /** Requests in flight are given up, and don't count as failed. */
  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#agent.destroy()
  }

  async #send(): Promise<void> {
    this.#inFlight += 1
    this.#sent += 1
    const status = await statusOf(this.#target, this.#agent)
    this.#inFlight -= 1
    if (!this.#stopped && (status === undefined || status >= 500)) this.#failed += 1
  }
}

/** The status that a GET is answered with, its body read to the end; undefined without a whole answer in 5 s. */
export function statusOf({ url, host }: GatewayTarget, agent?: Agent): Promise<number | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const request = get(
      url,
      { agent: agent ?? false, signal, headers: { host, 'user-agent': 'mizzen-load' } },
      (response) => {
        response.on('end', () => resolve(response.statusCode))
        response.on('error', () => resolve(undefined))
        response.resume()
      },
    )
    request.on('error', () => resolve(undefined))
  })
}
