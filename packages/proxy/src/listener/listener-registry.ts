import type { ListenerConfig } from '../config/model.ts'
import { Listener, type ListenerRuntime } from './listener.ts'
import type { ServiceCompiler } from './service-compiler.ts'

/** All listeners of a runtime by name. */
export class ListenerRegistry {
  readonly #runtime: ListenerRuntime
  readonly #services: ServiceCompiler
  readonly #listeners = new Map<string, Listener>()
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
    return this.#open(new Listener(config, service, this.#runtime))
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
    await listener.open()
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

function sameAddress(a: ListenerConfig, b: ListenerConfig): boolean {
  return a.address.host === b.address.host && a.address.port === b.address.port
}
