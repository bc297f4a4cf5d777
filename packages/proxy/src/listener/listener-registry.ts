import { MizzenError } from '@mizzen/base'
import type { Address, ListenerConfig } from '../config/model.ts'
import { isPipe } from '../http/pipe-address.ts'
import type { BoundSocket } from './bound-socket.ts'
import type { ConnectionInfo } from './connection-info.ts'
import { Listener } from './listener.ts'
import type { ListenerCompiler } from './listener-compiler.ts'
import type { ListenerRuntime } from './listener-runtime.ts'
import { ListenerStats } from './listener-stats.ts'

/** Which listeners are meant, by their traffic direction. */
export type DrainScope = 'all' | 'inbound'

/** All listeners of a runtime by name. */
export class ListenerRegistry {
  readonly #runtime: ListenerRuntime
  readonly #compiler: ListenerCompiler
  readonly #listeners = new Map<string, Listener>()
  readonly #opening = new Set<Listener>()
  /** Replaced or removed, with connections that end by themselves. */
  readonly #retired = new Set<Listener>()
  /** Made when it is asked for; null = listeners have changed. */
  #byAddress: Map<string, Listener> | null = null
  /** What listeners that come later are told, too. */
  readonly #drains = new Map<DrainScope, number>()
  #stopped: DrainScope | null = null
  #closed = false

  constructor(runtime: ListenerRuntime, compiler: ListenerCompiler) {
    this.#runtime = runtime
    this.#compiler = compiler
  }

  get all(): readonly Listener[] {
    return [...this.#listeners.values()]
  }

  /**
   * Throws what compiling throws; rejects with MizzenError `cannot-listen`. In both cases what was there stays.
   * @param bound to listen on, if the listener needs a socket that it has not
   */
  put(config: ListenerConfig, bound?: BoundSocket): Promise<void> {
    try {
      return this.#put(config, bound)
    } finally {
      bound?.close()
    }
  }

  #put(config: ListenerConfig, bound: BoundSocket | undefined): Promise<void> {
    const known = this.#listeners.get(config.name)
    const stays = known !== undefined && sameSocket(known.config, config)
    const stats = stays ? known.stats : new ListenerStats()
    const compiled = this.#compiler.compile(config, stats.ssl)
    if (stays) {
      this.#runtime.turn.run(() => known.configure(compiled))
      return Promise.resolve()
    }
    const rival = this.#occupantOf(config, known)
    if (rival !== undefined) {
      const message = `listener ${config.name}: the listener ${rival.config.name} has the same address`
      return Promise.reject(new MizzenError('cannot-listen', message, { path: 'address' }))
    }
    const listener = new Listener(compiled, stats, this.#runtime, (info) => this.#ofAddress(info))
    return this.#open(listener, bound?.take())
  }

  /** The listener of an address, or of all addresses with that port (Envoy: getBalancedHandlerByAddress). */
  #ofAddress({ localHost, localPort }: ConnectionInfo): Listener | undefined {
    this.#byAddress ??= new Map(this.all.map((listener) => [addressKey(listener.config.address), listener]))
    const any = localHost.includes(':') ? '::' : '0.0.0.0'
    const key = (host: string) => addressKey({ host, port: localPort })
    return this.#byAddress.get(key(localHost)) ?? this.#byAddress.get(key(any))
  }

  /** The system would let two of our own listeners share a port, and deal connections out between them. */
  #occupantOf(config: ListenerConfig, known: Listener | undefined): Listener | undefined {
    if (config.address.port === 0 && !isPipe(config.address)) return undefined
    const all = [...this.#listeners.values(), ...this.#opening]
    return all.find((other) => other !== known && sameAddress(other, config))
  }

  remove(name: string): void {
    const listener = this.#listeners.get(name)
    if (listener === undefined) return
    this.#listeners.delete(name)
    this.#byAddress = null
    this.#retire(listener)
  }

  drain(withinMs: number, scope: DrainScope = 'all'): void {
    this.#drains.set(scope, withinMs)
    for (const listener of this.#listeners.values()) if (isIn(scope, listener)) listener.drain(withinMs)
  }

  /** Closes the listening sockets for good; connections end as in `drain`. */
  stopListening(withinMs: number, scope: DrainScope = 'all'): void {
    if (this.#stopped !== 'all') this.#stopped = scope
    for (const listener of this.#listeners.values()) if (isIn(scope, listener)) listener.handOver(withinMs)
  }

  /** What is still opening closes as soon as it is open. */
  async close(): Promise<void> {
    this.#closed = true
    const all = [...this.#listeners.values(), ...this.#retired]
    this.#listeners.clear()
    this.#retired.clear()
    await Promise.all(all.map((listener) => listener.close()))
  }

  async #open(listener: Listener, descriptor: number | undefined): Promise<void> {
    this.#opening.add(listener)
    await listener.open(descriptor).finally(() => this.#opening.delete(listener))
    const { name } = listener.config
    if (this.#closed) {
      await listener.close()
      throw new MizzenError('cannot-listen', `listener ${name}: everything was closed meanwhile`)
    }
    const known = this.#listeners.get(name)
    this.#listeners.set(name, listener)
    this.#byAddress = null
    for (const [scope, withinMs] of this.#drains) if (isIn(scope, listener)) listener.drain(withinMs)
    if (this.#stopped !== null && isIn(this.#stopped, listener)) listener.retire(listener.drainTimeoutMs)
    if (known !== undefined) this.#runtime.turn.run(() => this.#retire(known))
  }

  #retire(listener: Listener): void {
    for (const retired of this.#retired) if (retired.activeConnections === 0) this.#retired.delete(retired)
    this.#retired.add(listener)
    listener.retire(listener.drainTimeoutMs)
  }
}

function isIn(scope: DrainScope, { config }: Listener): boolean {
  return scope === 'all' || config.trafficDirection === 'inbound'
}

function addressKey({ host, port }: Address): string {
  return `${host}|${port}`
}

/** Whether the one's socket, or that it has none, is what the other wants. */
function sameSocket(a: ListenerConfig, b: ListenerConfig): boolean {
  const options = ({ virtual, transparent, freebind }: ListenerConfig) => [virtual, transparent, freebind].map(Boolean)
  return sameAddress(a, b) && String(options(a)) === String(options(b))
}

function sameAddress(a: Pick<ListenerConfig, 'address'>, b: Pick<ListenerConfig, 'address'>): boolean {
  return a.address.host === b.address.host && a.address.port === b.address.port
}
