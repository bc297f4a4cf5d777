import type { ConfigNode } from './config-node.ts'
import { completeListener, discoveredFilters } from './discovered-filters.ts'
import type { DiscoverySource, ListenerConfig } from './model.ts'

/** envoy.config.core.v3.TypedExtensionConfig: the configuration as it is, an Any. */
export function readExtension(node: ConfigNode): unknown {
  node.ignore('name')
  if (!node.has('typed_config')) throw node.error('bad-config', 'must be given', 'typed_config')
  return node.raw('typed_config')
}

/** An extension among all that something can wait for. */
export function extensionWait(name: string): string {
  return `extension ${name}`
}

/** Filter configurations that come by themselves, and what listeners are with them. */
export class ExtensionConfigs {
  readonly #check: (listener: ListenerConfig) => void
  #typed: ReadonlyMap<string, unknown> = new Map()
  /** Listeners in use that have such filters, as they were read. */
  readonly #listeners = new Map<string, ListenerConfig>()

  /** @param check throws what is wrong with a listener that is complete */
  constructor(check: (listener: ListenerConfig) => void) {
    this.#check = check
  }

  /**
   * Takes a configuration, for listeners in use and those of `waiting` that name it.
   * @param typed an Any in JSON form
   * @returns the listeners in use that it changes
   * @throws MizzenError if it does not fit one of them; then the one that was there stays
   */
  put(name: string, typed: unknown, waiting: readonly ListenerConfig[]): readonly ListenerConfig[] {
    const next = new Map(this.#typed).set(name, typed)
    for (const listener of [...this.#listeners.values(), ...waiting]) {
      if (names(listener, name)) this.#check(completeListener(listener, next))
    }
    this.#typed = next
    return this.#naming(name)
  }

  /** @returns the listeners in use that it changes */
  remove(name: string): readonly ListenerConfig[] {
    if (!this.#typed.has(name)) return []
    const next = new Map(this.#typed)
    next.delete(name)
    this.#typed = next
    return this.#naming(name)
  }

  /** Those that a listener must not be used without, for a time. */
  missing(config: ListenerConfig): readonly DiscoverySource[] {
    return discoveredFilters(config).filter(({ name, waits }) => waits && !this.#typed.has(name))
  }

  /** The listener as it is put into use; from now on it is one of those that a change concerns. */
  use(config: ListenerConfig): ListenerConfig {
    if (discoveredFilters(config).length === 0) {
      this.#listeners.delete(config.name)
      return config
    }
    const complete = completeListener(config, this.#typed)
    this.#listeners.set(config.name, config)
    return complete
  }

  listenerRemoved(name: string): void {
    this.#listeners.delete(name)
  }

  #naming(name: string): readonly ListenerConfig[] {
    return [...this.#listeners.values()].filter((listener) => names(listener, name))
  }
}

function names(listener: ListenerConfig, extension: string): boolean {
  return discoveredFilters(listener).some(({ name }) => name === extension)
}
