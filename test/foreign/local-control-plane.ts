import { parseDocuments } from '@mizzen/api'
import { silentLogger, systemClock } from '@mizzen/base'
import { createDiscovery } from '@mizzen/discovery'
import { createMemoryStore, type Store } from '@mizzen/store'
import { createXdsServer, type ProxyStatus, type XdsServer } from '@mizzen/xds'

/** Kubernetes-shaped objects, from YAML. */
function objects(yaml: string) {
  return parseDocuments(yaml, 'test.yaml').flatMap(({ resource }) => resource ?? [])
}

/** A control plane within the test: a store, discovery, and the xDS server. */
export class LocalControlPlane {
  readonly port: number
  readonly #store: Store
  readonly #server: XdsServer
  readonly #end: () => void

  private constructor(store: Store, server: XdsServer, port: number, end: () => void) {
    this.#store = store
    this.#server = server
    this.port = port
    this.#end = end
  }

  static async start(yaml: string, port = 0): Promise<LocalControlPlane> {
    const store = createMemoryStore(objects(yaml))
    const discovery = createDiscovery({ store, logger: silentLogger })
    const server = createXdsServer({
      ...{ source: discovery.views, clock: systemClock, random: Math.random, logger: silentLogger },
    })
    return new LocalControlPlane(store, server, await server.listen('127.0.0.1', port), () => discovery.close())
  }

  async apply(yaml: string): Promise<void> {
    for (const object of objects(yaml)) await this.#store.apply(object)
  }

  /** Every client has acknowledged everything, and there is one. */
  get settled(): boolean {
    const statuses = this.#server.statuses()
    return statuses.length > 0 && statuses.every(({ ackedRevision }) => ackedRevision === this.#store.revision)
  }

  get statuses(): readonly ProxyStatus[] {
    return this.#server.statuses()
  }

  async stop(): Promise<void> {
    await this.#server.close()
    this.#end()
  }
}
