import { nodeCrypto } from '../tls/node-tls.ts'
import type { FilterChainConfig, ListenerConfig } from './model.ts'

/**
 * What the keys of session tickets are made from where the configuration names none: random, and the same in all threads
 * of a process, so that a session can be taken up again in whichever of them the client comes to.
 */
export class TicketSeed {
  #seed: string | undefined

  /** The listener with the seed in its TLS contexts; the same object if it has none. */
  plant(listener: ListenerConfig): ListenerConfig {
    const { filterChains, defaultFilterChain } = listener
    if ([...filterChains, defaultFilterChain].every((chain) => chain?.tls === undefined)) return listener
    this.#seed ??= nodeCrypto().randomBytes(32).toString('base64')
    const seed = this.#seed
    const planted = (chain: FilterChainConfig) =>
      chain.tls === undefined ? chain : { ...chain, tls: { ...chain.tls, ticketSeed: seed } }
    return {
      ...listener,
      filterChains: filterChains.map(planted),
      defaultFilterChain: defaultFilterChain && planted(defaultFilterChain),
    }
  }
}
