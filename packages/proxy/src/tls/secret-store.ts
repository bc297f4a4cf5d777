import type { SecretConfig, SecretReference } from '../config/tls-model.ts'

/** Where a secret is, or will be: contexts hold on to it and see by its revision that there is something new. */
export interface SecretSlot {
  readonly value: SecretConfig['value'] | null
  /** Counts up with each change. */
  readonly revision: number
}

interface MutableSlot {
  value: SecretConfig['value'] | null
  revision: number
}

/** All secrets of a runtime by key. */
export class SecretStore {
  readonly #slots = new Map<string, MutableSlot>()

  put(config: SecretConfig): void {
    const slot = this.#slot(config.key)
    slot.value = config.value
    slot.revision += 1
  }

  /** Contexts that use it keep what they have. */
  remove(key: string): void {
    this.#slots.delete(key)
  }

  slot(reference: SecretReference): SecretSlot {
    return this.#slot(reference.key)
  }

  #slot(key: string): MutableSlot {
    const known = this.#slots.get(key)
    if (known !== undefined) return known
    const slot: MutableSlot = { value: null, revision: 0 }
    this.#slots.set(key, slot)
    return slot
  }
}
