import { CLUSTER_TYPE, LISTENER_TYPE } from '@mizzen/xds/types'
import type { SecretReference } from './tls-model.ts'

/** What clusters and listeners need that comes under a name of its own. */
export class Dependencies {
  /** By cluster. */
  readonly #endpoints = new Map<string, string>()
  /** By listener. */
  readonly #routes = new Map<string, readonly string[]>()
  readonly #extensions = new Map<string, readonly string[]>()
  /** By type and name. */
  readonly #secrets = new Map<string, readonly SecretReference[]>()

  clusterNeeds(name: string, endpoints: string | undefined): void {
    if (endpoints === undefined) this.#endpoints.delete(name)
    else this.#endpoints.set(name, endpoints)
  }

  listenerNeeds(name: string, routes: readonly string[], extensions: readonly string[]): void {
    this.#routes.set(name, routes)
    this.#extensions.set(name, extensions)
  }

  needsSecrets(typeUrl: string, name: string, references: readonly SecretReference[]): void {
    if (references.length === 0) this.#secrets.delete(`${typeUrl} ${name}`)
    else this.#secrets.set(`${typeUrl} ${name}`, references)
  }

  clusterGone(name: string): void {
    this.#endpoints.delete(name)
    this.#secrets.delete(`${CLUSTER_TYPE} ${name}`)
  }

  listenerGone(name: string): void {
    this.#routes.delete(name)
    this.#extensions.delete(name)
    this.#secrets.delete(`${LISTENER_TYPE} ${name}`)
  }

  get endpoints(): readonly string[] {
    return [...this.#endpoints.values()]
  }

  get routes(): readonly string[] {
    return [...this.#routes.values()].flat()
  }

  get extensions(): readonly string[] {
    return [...this.#extensions.values()].flat()
  }

  get secrets(): readonly SecretReference[] {
    return [...this.#secrets.values()].flat()
  }
}
