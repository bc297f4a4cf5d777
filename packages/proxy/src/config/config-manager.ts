import { type Clock, formatError, type Logger, MizzenError, type Random } from '@mizzen/base'
import {
  CLUSTER_TYPE,
  ENDPOINT_TYPE,
  EXTENSION_TYPE,
  LISTENER_TYPE,
  ROUTE_TYPE,
  SECRET_TYPE,
  VIRTUAL_HOST_TYPE,
} from '@mizzen/xds/types'
import type { Demand } from '../demand/demand.ts'
import type { StaticResource } from './bootstrap.ts'
import { checkListener } from './check-listener.ts'
import { typeName } from './config-node.ts'
import type { DataPlane } from './data-plane.ts'
import { Dependencies } from './dependencies.ts'
import { discoveredFilters } from './discovered-filters.ts'
import { withinPath } from './error-path.ts'
import { LingeringClusters } from './lingering-clusters.ts'
import { ManagedListeners } from './managed-listeners.ts'
import type { ClusterConfig, EndpointsConfig, ListenerConfig, RouteConfig } from './model.ts'
import { clustersOfRoutes } from './named-clusters.ts'
import { OnDemandConfig } from './on-demand-config.ts'
import { type ReadResource, readResource } from './read-resource.ts'
import { secretsOfCluster, secretsOfListener } from './referenced-secrets.ts'
import { ResourceTable } from './resource-table.ts'
import type { SecretFileIo } from './secret-file.ts'
import { SecretSources } from './secret-sources.ts'
import { systemFiles } from './system-files.ts'
import type { SecretConfig, SecretReference } from './tls-model.ts'
import { UpdateCounters, type UpdateCounts } from './update-counts.ts'
import { DEPENDENCY_TIMEOUT_MS, longest, routeSourcesOf, waitedFor } from './waits.ts'
import { Warming } from './warming.ts'

/** What one response of the control plane changes. */
export interface ConfigUpdate {
  readonly typeUrl: string
  readonly upserts: readonly { readonly name: string; readonly version: string; readonly body: Uint8Array }[]
  readonly removals: readonly string[]
}

export interface RejectedResource {
  readonly name: string
  readonly message: string
}

export interface ConfigManagerOptions {
  readonly dataPlane: DataPlane
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** The file system by default. */
  readonly files?: SecretFileIo
  /** Resources can come one by one: the control plane speaks delta xDS. */
  readonly incremental: boolean
  /**
   * The names that are now needed of a type: the load assignments of clusters, the route configurations of listeners, what
   * requests have asked for.
   */
  readonly onWanted: (typeUrl: string, names: readonly string[]) => void
  /** After each update that changed anything, and when something became active. */
  readonly onChange: () => void
}

/**
 * Keeps the resources of the control plane and brings them into the data plane: reads each strictly, refuses bad ones
 * one by one (the last good version stays), and warms clusters and listeners. What was refused or is waiting never
 * disturbs what is in use.
 */
export class ConfigManager {
  readonly #options: ConfigManagerOptions
  readonly #tables = new Map<string, ResourceTable>()
  readonly #counters = new UpdateCounters()
  readonly #clusters: Warming<ClusterConfig>
  readonly #listeners: ManagedListeners
  readonly #lingering: LingeringClusters
  readonly #onDemand: OnDemandConfig
  readonly #needs = new Dependencies()
  readonly #secrets: SecretSources
  /** A static resource is not the control plane's to change. */
  readonly #staticNames = new Set<string>()
  #closed = false

  constructor(options: ConfigManagerOptions) {
    this.#options = options
    const { dataPlane, clock, random, logger, files = systemFiles } = options
    this.#secrets = new SecretSources({
      ...{ clock, logger, files },
      onSecret: (config) => this.#useSecret(config),
      onForgotten: (key) => dataPlane.removeSecret(key),
    })
    this.#clusters = new Warming(
      clock,
      (config) => {
        dataPlane.putCluster(config)
        this.#onDemand.clusterInUse(config.name)
      },
      (name, error) => this.#released(CLUSTER_TYPE, name, error),
    )
    const lingering = new LingeringClusters(clock, (name) => dataPlane.removeCluster(name))
    this.#lingering = lingering
    const onOpened = (name: string, error: unknown) => this.#released(LISTENER_TYPE, name, error)
    this.#listeners = new ManagedListeners({ dataPlane, clock, random, lingering, onOpened })
    const onWanted = (typeUrl: string, names: readonly string[]) => this.#wantDemanded(typeUrl, names)
    this.#onDemand = new OnDemandConfig({ clock, dataPlane, lingering, onWanted })
  }

  /**
   * Resolves when the listeners accept. Rejects with what the data plane throws: a bootstrap that does not work is no
   * bootstrap. Listeners that take their routes from the control plane open when those have come.
   */
  async addStatic(
    clusters: readonly StaticResource<ClusterConfig>[],
    listeners: readonly StaticResource<ListenerConfig>[],
    secrets: readonly SecretConfig[] = [],
  ): Promise<void> {
    for (const secret of secrets) this.#secrets.put(secret)
    clusters.forEach(({ config }, index) => {
      this.#staticNames.add(`${CLUSTER_TYPE} ${config.name}`)
      withinPath(`static_resources.clusters[${index}]`, () => this.#putCluster(config))
    })
    listeners.forEach(({ config }, index) => {
      this.#staticNames.add(`${LISTENER_TYPE} ${config.name}`)
      withinPath(`static_resources.listeners[${index}]`, () => {
        checkListener(config, this.#options.random)
        this.#putListener(config)
      })
    })
    this.#sendWanted(CLUSTER_TYPE)
    this.#sendWanted(LISTENER_TYPE)
    await this.#secrets.settled()
    await this.#listeners.settled()
    const failed = listeners
      .map(({ config }) => this.table(LISTENER_TYPE).refusal(config.name))
      .find((refusal) => refusal !== undefined)
    if (failed !== undefined) throw new MizzenError('cannot-listen', failed.message)
  }

  /** Takes in what it can, and returns what it can't. */
  apply(update: ConfigUpdate): readonly RejectedResource[] {
    const table = this.table(update.typeUrl)
    const rejected: RejectedResource[] = []
    for (const resource of update.upserts) {
      const message = this.#tryPut(update.typeUrl, resource)
      const atMs = this.#options.clock.now()
      if (message === undefined) table.accept({ ...resource, body: Buffer.from(resource.body), atMs })
      else {
        table.refuse(resource.name, { version: resource.version, message, atMs })
        rejected.push({ name: resource.name, message })
      }
    }
    for (const name of update.removals) this.#remove(update.typeUrl, name)
    this.#counters.count(update.typeUrl, rejected.length > 0)
    this.#sendWanted(update.typeUrl)
    this.#options.onChange()
    return rejected
  }

  table(typeUrl: string): ResourceTable {
    const known = this.#tables.get(typeUrl)
    if (known !== undefined) return known
    const table = new ResourceTable()
    this.#tables.set(typeUrl, table)
    return table
  }

  counts(typeUrl: string): UpdateCounts {
    return this.#counters.of(typeUrl)
  }

  /** Names of what waits for endpoints or routes, or for its socket. */
  warming(): { readonly clusters: readonly string[]; readonly listeners: readonly string[] } {
    return { clusters: this.#clusters.names(), listeners: this.#listeners.names() }
  }

  /** Something in use, or that waits, names a secret that has not come. */
  get lacksSecrets(): boolean {
    return this.#needs.secrets.some((reference) => !this.#secrets.has(reference))
  }

  /** A request needs what is not there. It is answered through the data plane. */
  demand(demand: Demand): void {
    const { kind, name } = demand
    const isThere = this.table(CLUSTER_TYPE).has(name) && this.#clusters.get(name) === undefined
    this.#onDemand.ask(demand, kind === 'cluster' && isThere)
  }

  /** Resolves when listeners that were asked for are open, or could not be opened. */
  opened(): Promise<void> {
    return this.#listeners.settled()
  }

  close(): void {
    this.#closed = true
    this.#clusters.close()
    this.#listeners.close()
    this.#lingering.close()
    this.#onDemand.close()
    this.#secrets.close()
  }

  /** The reason why a resource can't be used; undefined if it is in use now, or warming. */
  #tryPut(typeUrl: string, resource: ConfigUpdate['upserts'][number]): string | undefined {
    try {
      if (this.#staticNames.has(`${typeUrl} ${resource.name}`)) return `${resource.name}: is a static resource`
      this.#put(resource.name, readResource(typeUrl, resource.body))
      return undefined
    } catch (error) {
      const message = `${typeName(typeUrl)} ${resource.name}: ${formatError(error)}`
      this.#options.logger.warn('refused a resource', { error: message })
      return message
    }
  }

  #put(name: string, resource: ReadResource): void {
    switch (resource.kind) {
      case 'cluster':
        this.#putCluster(resource.config)
        break
      case 'endpoints':
        this.#putEndpoints(resource.config)
        break
      case 'listener':
        checkListener(resource.config, this.#options.random)
        this.#putListener(resource.config)
        break
      case 'routes':
        this.#putRoutes(resource.config)
        break
      case 'virtual-host':
        this.#onDemand.putVirtualHost(name, resource.config)
        break
      case 'extension':
        this.#listeners.putExtension(name, resource.typed)
        break
      case 'secret':
        this.#secrets.put(resource.config)
    }
  }

  #putEndpoints(endpoints: EndpointsConfig): void {
    this.#options.dataPlane.putEndpoints(endpoints)
    this.#clusters.arrived(endpoints.clusterName)
  }

  #putRoutes(routes: RouteConfig): void {
    if (routes.onDemand === true && !this.#options.incremental) {
      throw new MizzenError('unsupported-config', 'needs delta xDS (DELTA_GRPC)', { path: 'vhds' })
    }
    this.#options.dataPlane.putRoutes(routes)
    this.#lingering.use(`routes ${routes.name}`, clustersOfRoutes(routes))
    this.#onDemand.routesChanged(routes.name, routes)
    this.#listeners.arrived(routes.name)
  }

  #putCluster(config: ClusterConfig): void {
    const needed = config.discovery === 'eds' ? config.edsServiceName : undefined
    const known = needed === undefined || this.table(ENDPOINT_TYPE).has(needed)
    const secrets = this.#refer(CLUSTER_TYPE, config.name, secretsOfCluster(config))
    const missing = [...(known ? [] : [needed]), ...secrets.map(waitedFor)]
    const timeoutMs = longest(
      known ? undefined : (config.edsTimeoutMs ?? DEPENDENCY_TIMEOUT_MS),
      ...secrets.map((secret) => secret.timeoutMs),
    )
    this.#clusters.put(config.name, config, missing, timeoutMs)
    this.#lingering.returned(config.name)
    this.#needs.clusterNeeds(config.name, needed)
  }

  #putListener(config: ListenerConfig): void {
    const sources = routeSourcesOf(config)
    const needed = sources.map(({ name }) => name)
    const known = this.table(ROUTE_TYPE)
    const routes = needed.filter((name) => !known.has(name))
    const secrets = this.#refer(LISTENER_TYPE, config.name, secretsOfListener(config))
    const routesTimeoutMs = routes.length === 0 ? undefined : (sources[0]?.timeoutMs ?? DEPENDENCY_TIMEOUT_MS)
    const timeoutsMs = [routesTimeoutMs, ...secrets.map(({ timeoutMs }) => timeoutMs)]
    this.#listeners.put(config, [...routes, ...secrets.map(waitedFor)], timeoutsMs)
    const extensions = discoveredFilters(config).map(({ name }) => name)
    this.#needs.listenerNeeds(config.name, needed, extensions)
  }

  /**
   * Listeners go, and clusters as soon as no route in use names them. Endpoints and routes that something still needs stay
   * as they are, as in Envoy: the last good ones serve; but nothing waits for them any more.
   */
  #remove(typeUrl: string, name: string): void {
    if (this.#staticNames.has(`${typeUrl} ${name}`)) return
    if (typeUrl === CLUSTER_TYPE) {
      this.table(typeUrl).remove(name)
      this.#clusters.drop(name)
      this.#needs.clusterGone(name)
      this.#onDemand.clusterRemoved(name)
      if (!this.#lingering.keep(name)) this.#options.dataPlane.removeCluster(name)
    } else if (typeUrl === LISTENER_TYPE) {
      this.table(typeUrl).remove(name)
      this.#needs.listenerGone(name)
      this.#listeners.remove(name)
    } else if (typeUrl === ENDPOINT_TYPE) {
      this.#clusters.arrived(name)
    } else if (typeUrl === ROUTE_TYPE) {
      this.#listeners.arrived(name)
    } else if (typeUrl === EXTENSION_TYPE) {
      this.table(typeUrl).remove(name)
      this.#listeners.removeExtension(name)
    } else if (typeUrl === VIRTUAL_HOST_TYPE) {
      this.table(typeUrl).remove(name)
      this.#onDemand.removeVirtualHost(name)
    }
  }

  /** Tells which endpoints or routes are needed now, and lets go of the others. */
  #sendWanted(typeUrl: string): void {
    if (typeUrl === CLUSTER_TYPE) this.#want(ENDPOINT_TYPE, this.#needs.endpoints, () => {})
    if (typeUrl === LISTENER_TYPE) {
      this.#want(ROUTE_TYPE, this.#needs.routes, (name) => this.#forgetRoutes(name))
      const { extensions } = this.#needs
      if (extensions.length > 0 || this.table(EXTENSION_TYPE).size > 0) {
        this.#want(EXTENSION_TYPE, extensions, (name) => this.#listeners.forgetExtension(name))
      }
    }
    if (typeUrl === CLUSTER_TYPE || typeUrl === LISTENER_TYPE) this.#sendWantedSecrets()
  }

  #forgetRoutes(name: string): void {
    this.#options.dataPlane.removeRoutes(name)
    this.#lingering.forget(`routes ${name}`)
    this.#onDemand.routesChanged(name, undefined)
  }

  /** Clusters are all wanted anyhow; some control planes send one only to those who name it. */
  #wantDemanded(typeUrl: string, names: readonly string[]): void {
    if (typeUrl === CLUSTER_TYPE) this.#options.onWanted(typeUrl, ['*', ...names])
    else this.#want(typeUrl, names, () => {})
  }

  /** @returns those that are not there yet. Throws MizzenError for those that never will be. */
  #refer(typeUrl: string, name: string, references: readonly SecretReference[]): readonly SecretReference[] {
    this.#secrets.check(references)
    this.#needs.needsSecrets(typeUrl, name, references)
    return references.filter((reference) => !this.#secrets.has(reference))
  }

  #sendWantedSecrets(): void {
    const references = this.#needs.secrets
    this.#secrets.want(references)
    const names = references.flatMap(({ source, name }) => (source === 'ads' ? [name] : []))
    if (names.length > 0 || this.table(SECRET_TYPE).size > 0) this.#want(SECRET_TYPE, names, () => {})
  }

  #useSecret(config: SecretConfig): void {
    this.#options.dataPlane.putSecret(config)
    this.#clusters.arrived(waitedFor(config))
    this.#listeners.arrived(waitedFor(config))
  }

  #want(typeUrl: string, names: readonly string[], forget: (name: string) => void): void {
    const wanted = new Set(names)
    const table = this.table(typeUrl)
    for (const { name } of [...table.accepted()]) {
      if (wanted.has(name)) continue
      table.remove(name)
      forget(name)
    }
    this.#options.onWanted(typeUrl, [...wanted])
  }

  /** What waited is in use now; or it failed after it was acknowledged: that is on record, and the last good one serves. */
  #released(typeUrl: string, name: string, error: unknown): void {
    if (this.#closed) return
    if (error !== undefined) {
      const message = formatError(error)
      this.table(typeUrl).refuse(name, { version: '', message, atMs: this.#options.clock.now() })
      this.#options.logger.error('cannot use a resource', { name, error: message })
    }
    this.#options.onChange()
  }
}
