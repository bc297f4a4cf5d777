import { MizzenError } from '@mizzen/base'
import type { ListenerConfig } from '../config/model.ts'
import { Listener, type ListenerRuntime } from './listener.ts'
import type { ServiceCompiler } from './service-compiler.ts'

/** All listeners of a runtime by name. */
export class ListenerRegistry {
  readonly #runtime: ListenerRuntime
  readonly #services: ServiceCompiler
  readonly #listeners = new Map<string, Listener>()
  readonly #opening = new Set<Listener>()
  /** Replaced or removed, with connections that end by themselves. */
  readonly #retired = new Set<Listener>()
  #drainingMs: number | null = null

  constructor(runtime: ListenerRuntime, services: ServiceCompiler) {
    this.#runtime = runtime
    this.#services = services
  }

  get all(): readonly Listener[] {
    return [...this.#listeners.values()]
  }

  /** Throws what compiling throws; rejects with MizzenError `cannot-listen`. In both cases what was there stays. */
  put(config: ListenerConfig): Promise<void> {
    const service = this.#services.compile(config)
    const known = this.#listeners.get(config.name)
    if (known !== undefined && sameAddress(known.config, config)) {
      known.configure(config, service)
      return Promise.resolve()
    }
    const rival = this.#occupantOf(config)
    if (rival !== undefined) {
      const message = `listener ${config.name}: the listener ${rival.config.name} has the same address`
      return Promise.reject(new MizzenError('cannot-listen', message, { path: 'address' }))
    }
    return this.#open(new Listener(config, service, this.#runtime))
  }

  /** The system would let two of our own listeners share a port, and deal connections out between them. */
  #occupantOf(config: ListenerConfig): Listener | undefined {
    if (config.address.port === 0) return undefined
    return [...this.#listeners.values(), ...this.#opening].find((other) => sameAddress(other, config))
  }

  remove(name: string): void {
    const listener = this.#listeners.get(name)
    if (listener === undefined) return
    this.#listeners.delete(name)
    this.#retire(listener)
  }

  drain(withinMs: number): void {
    this.#drainingMs = withinMs
    for (const listener of this.#listeners.values()) listener.drain(withinMs)
  }

  async close(): Promise<void> {
    const all = [...this.#listeners.values(), ...this.#retired]
    this.#listeners.clear()
    this.#retired.clear()
    await Promise.all(all.map((listener) => listener.close()))
  }

  async #open(listener: Listener): Promise<void> {
    this.#opening.add(listener)
    await listener.open().finally(() => this.#opening.delete(listener))
    const { name } = listener.config
    const known = this.#listeners.get(name)
    this.#listeners.set(name, listener)
    if (this.#drainingMs !== null) listener.drain(this.#drainingMs)
    if (known !== undefined) this.#runtime.turn.run(() => this.#retire(known))
  }

  #retire(listener: Listener): void {
    for (const retired of this.#retired) if (retired.activeConnections === 0) this.#retired.delete(retired)
    this.#retired.add(listener)
    listener.retire(listener.service.config.drainTimeoutMs)
  }
}

function sameAddress(a: Pick<ListenerConfig, 'address'>, b: Pick<ListenerConfig, 'address'>): boolean {
  return a.address.host === b.address.host && a.address.port === b.address.port
}
