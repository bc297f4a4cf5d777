import type { Clock, Random } from '@mizzen/base'
import { checkListener } from './check-listener.ts'
import type { DataPlane } from './data-plane.ts'
import { ExtensionConfigs, extensionWait } from './extension-configs.ts'
import type { LingeringClusters } from './lingering-clusters.ts'
import { ListenerOpener } from './listener-opener.ts'
import type { ListenerConfig } from './model.ts'
import { clustersOfListener } from './named-clusters.ts'
import { TicketSeed } from './ticket-seed.ts'
import { longest } from './waits.ts'
import { Warming } from './warming.ts'

export interface ManagedListenersOptions {
  readonly dataPlane: DataPlane
  readonly clock: Clock
  readonly random: Random
  /** Is told which clusters a listener names. */
  readonly lingering: LingeringClusters
  /** A listener was opened, or could not be. */
  readonly onOpened: (name: string, error?: unknown) => void
}

/** Listeners from when they came: they wait for what they need, get the filters that come by name, and are opened. */
export class ManagedListeners {
  readonly #lingering: LingeringClusters
  readonly #warming: Warming<ListenerConfig>
  readonly #opener: ListenerOpener
  readonly #extensions: ExtensionConfigs
  readonly #ticketSeed = new TicketSeed()

  constructor({ dataPlane, clock, random, lingering, onOpened }: ManagedListenersOptions) {
    this.#lingering = lingering
    this.#warming = new Warming(
      clock,
      (config) => this.#use(config),
      () => {},
    )
    this.#extensions = new ExtensionConfigs((listener) => checkListener(listener, random))
    this.#opener = new ListenerOpener(dataPlane, onOpened)
  }

  /**
   * Uses a listener once there is what it needs.
   * @param missing of that, beside its extensions
   * @param timeoutsMs after the longest of which it is used as it is; 0 = never
   */
  put(read: ListenerConfig, missing: readonly string[], timeoutsMs: readonly (number | undefined)[]): void {
    const config = this.#ticketSeed.plant(read)
    const extensions = this.#extensions.missing(config)
    const waits = [...missing, ...extensions.map(({ name }) => extensionWait(name))]
    this.#warming.put(
      config.name,
      config,
      waits,
      longest(...timeoutsMs, ...extensions.map(({ timeoutMs }) => timeoutMs)),
    )
  }

  remove(name: string): void {
    this.#warming.drop(name)
    this.#opener.remove(name)
    this.#extensions.listenerRemoved(name)
    this.#lingering.forget(`listener ${name}`)
  }

  /** Something that listeners may wait for is there. */
  arrived(dependency: string): void {
    this.#warming.arrived(dependency)
  }

  /** Throws MizzenError for what does not fit a listener that names it. */
  putExtension(name: string, typed: unknown): void {
    const waiting = this.#warming.names().flatMap((listener) => this.#warming.get(listener) ?? [])
    for (const listener of this.#extensions.put(name, typed, waiting)) this.#use(listener)
    this.#warming.arrived(extensionWait(name))
  }

  /** There is none, or none any more: what names it goes without. */
  removeExtension(name: string): void {
    this.forgetExtension(name)
    this.#warming.arrived(extensionWait(name))
  }

  forgetExtension(name: string): void {
    for (const listener of this.#extensions.remove(name)) this.#use(listener)
  }

  /** Names of those that wait, or are being opened. */
  names(): readonly string[] {
    return [...this.#warming.names(), ...this.#opener.opening()]
  }

  /** Resolves when those that do not wait are open, or could not be opened. */
  settled(): Promise<void> {
    return this.#opener.settled()
  }

  close(): void {
    this.#warming.close()
  }

  #use(read: ListenerConfig): void {
    const config = this.#extensions.use(read)
    this.#opener.put(config)
    this.#lingering.use(`listener ${config.name}`, clustersOfListener(config))
  }
}
