import { createLogger, systemClock } from '@mizzen/base'
import { type AdsClient, createAdsClient } from '@mizzen/xds/client'
import { CLUSTER_TYPE, LISTENER_TYPE } from '@mizzen/xds/types'

/** Many sidecars that want their clusters and listeners, and take whatever comes. */
export class StreamCrowd {
  readonly #target: string
  readonly #size: number
  #clients: readonly AdsClient[] = []

  /** @param target `host:port` */
  constructor(target: string, size: number) {
    this.#target = target
    this.#size = size
  }

  /** Ends all streams and opens them again, at once. */
  reconnect(): void {
    this.close()
    this.#clients = Array.from({ length: this.#size }, (_, index) => this.#client(index))
    for (const client of this.#clients) client.start()
  }

  /** All have been answered. */
  get connected(): boolean {
    return this.#clients.length > 0 && this.#clients.every((client) => client.connected)
  }

  close(): void {
    for (const client of this.#clients) client.close()
  }

  #client(index: number): AdsClient {
    const address = `127.20.${index >> 8}.${index & 255}`
    const client = createAdsClient({
      target: this.#target,
      node: {
        id: `sidecar~${address}~crowd-${index}.default~default.svc.cluster.local`,
        cluster: 'crowd',
        metadata: { NAMESPACE: 'default' },
        userAgentName: 'mizzen',
      },
      ...{ mode: 'delta', clock: systemClock, random: Math.random },
      logger: createLogger({ scope: 'crowd', level: 'error' }),
      onUpdate: () => 'accepted',
    })
    client.subscribe(CLUSTER_TYPE, '*')
    client.subscribe(LISTENER_TYPE, '*')
    return client
  }
}
