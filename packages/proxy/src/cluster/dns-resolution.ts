import { isIP } from 'node:net'
import type { Logger } from '@mizzen/base'
import { formatError } from '@mizzen/base'
import type { EndpointConfig, EndpointsConfig } from '../config/model.ts'
import type { Deadline, DeadlineWheel } from '../http/deadline-wheel.ts'
import type { EventTurn } from '../http/event-turn.ts'

/** All addresses of a host name. Rejects if there is none. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** Envoy asks every 5 s by default, Istio has it ask every 60 s. */
const REFRESH_MS = 60_000
/** After a failure. */
const RETRY_MS = 5_000

/**
 * Resolves the host names among a cluster's endpoints, again and again (strict DNS: every address is an endpoint). A
 * failure leaves the addresses found before.
 */
export class DnsResolution {
  readonly #resolve: Resolve
  readonly #turn: EventTurn
  readonly #logger: Logger
  readonly #found: (endpoints: readonly EndpointConfig[]) => void
  readonly #refresh: Deadline
  readonly #addresses = new Map<string, readonly string[]>()
  #config: EndpointsConfig = { clusterName: '', endpoints: [] }
  #stopped = false
  /** Counts configurations, so that answers to questions of an older one are dropped. */
  #generation = 0

  constructor(
    deps: {
      readonly resolve: Resolve
      readonly turn: EventTurn
      readonly wheel: DeadlineWheel
      readonly logger: Logger
    },
    found: (endpoints: readonly EndpointConfig[]) => void,
  ) {
    this.#resolve = deps.resolve
    this.#turn = deps.turn
    this.#logger = deps.logger
    this.#found = found
    this.#refresh = deps.wheel.deadline(() => void this.#run())
  }

  start(config: EndpointsConfig): void {
    this.#config = config
    this.#generation += 1
    this.#publish()
    void this.#run()
  }

  stop(): void {
    this.#stopped = true
    this.#refresh.cancel()
  }

  async #run(): Promise<void> {
    const generation = this.#generation
    const hosts = new Set(
      this.#config.endpoints.map((endpoint) => endpoint.address.host).filter((host) => isIP(host) === 0),
    )
    if (hosts.size === 0) return
    const results = await Promise.allSettled([...hosts].map(async (host) => [host, await this.#resolve(host)] as const))
    if (this.#stopped || generation !== this.#generation) return
    let failed = false
    for (const result of results) {
      if (result.status === 'fulfilled') this.#addresses.set(result.value[0], result.value[1])
      else {
        failed = true
        this.#logger.warn('host name cannot be resolved', {
          cluster: this.#config.clusterName,
          error: formatError(result.reason),
        })
      }
    }
    this.#turn.run(() => {
      this.#publish()
      this.#refresh.arm(failed ? RETRY_MS : REFRESH_MS)
    })
  }

  #publish(): void {
    this.#found(
      this.#config.endpoints.flatMap((endpoint) => {
        const { host, port } = endpoint.address
        const addresses = isIP(host) === 0 ? (this.#addresses.get(host) ?? []) : [host]
        return addresses.map((address) => ({ ...endpoint, address: { host: address, port } }))
      }),
    )
  }
}
