import { closeSync, rmSync } from 'node:fs'
import type { ListenerConfig } from '../config/model.ts'
import { isPipe } from '../http/pipe-address.ts'
import { removeStaleSocket } from '../listener/listening-address.ts'
import type { SocketCalls } from '../listener/socket-calls.ts'

/** Elsewhere there is no way to the system's calls. */
export const CAN_SHARE = process.platform === 'linux'

/** A socket that is bound, and that several workers listen on. */
export interface SharedSocket {
  readonly key: string
  readonly descriptor: number
  readonly config: ListenerConfig
}

/**
 * The listening sockets of addresses that can be bound once only: no SO_REUSEPORT, or a Unix domain socket. The main
 * thread binds each and keeps it; workers listen on descriptors of their own of it, so that each closes what is its own,
 * and one that replaces another finds the address as it was.
 */
export class SharedSockets {
  readonly #calls: () => Pick<SocketCalls, 'bind' | 'duplicate'>
  readonly #held = new Map<string, SharedSocket>()

  /** @param calls is only asked for once there is such a listener */
  constructor(calls: () => Pick<SocketCalls, 'bind' | 'duplicate'>) {
    this.#calls = calls
  }

  /**
   * The socket for a listener: the one that it has, or a new one, which is kept only by `hold`; undefined where sockets
   * cannot be shared. Throws MizzenError `cannot-listen`.
   */
  bind(config: ListenerConfig): SharedSocket | undefined {
    if (!CAN_SHARE) return undefined
    const { address, transparent = false, freebind = false } = config
    const key = JSON.stringify([address, transparent, freebind])
    const held = this.#held.get(config.name)
    if (held?.key === key) return held
    const calls = this.#calls()
    if (isPipe(address)) removeStaleSocket(address)
    return { key, config, descriptor: calls.bind(address, { transparent, freebind, reusePort: false }) }
  }

  /** A descriptor for one worker, which closes it. */
  descriptorFor(socket: SharedSocket): number {
    return this.#calls().duplicate(socket.descriptor)
  }

  /** It is in use: it stays, in place of what that listener had before. */
  hold(socket: SharedSocket): void {
    const { name } = socket.config
    const before = this.#held.get(name)
    if (before === socket) return
    if (before !== undefined) close(before)
    this.#held.set(name, socket)
  }

  /** It could not be used. */
  abandon(socket: SharedSocket): void {
    if (this.#held.get(socket.config.name) !== socket) close(socket)
  }

  of(name: string): SharedSocket | undefined {
    return this.#held.get(name)
  }

  /** The main thread lets go of it; connections are refused once the workers have, too. */
  release(name: string): void {
    const held = this.#held.get(name)
    if (held === undefined) return
    this.#held.delete(name)
    close(held)
  }

  releaseAll(matches: (name: string) => boolean = () => true): void {
    for (const name of [...this.#held.keys()]) if (matches(name)) this.release(name)
  }
}

function close({ descriptor, config: { address } }: SharedSocket): void {
  closeSync(descriptor)
  if (isPipe(address) && !address.host.startsWith('@')) rmSync(address.host, { force: true })
}
