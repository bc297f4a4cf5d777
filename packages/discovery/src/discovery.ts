import type { ObjectKey, Problem } from '@mizzen/api'
import { type Clock, formatError, type Logger } from '@mizzen/base'
import type { Change, Store } from '@mizzen/store'
import type { ViewSource } from '@mizzen/xds'
import { INGESTED_KINDS, ingestChanges, ingestObjects, isIngested } from './ingest/tables.ts'
import { DEFAULT_MESH_SETTINGS, type MeshSettings } from './model/mesh-settings.ts'
import { specOf } from './model/proxy.ts'
import { ChangeBatcher } from './serve/change-batcher.ts'
import { createPipeline } from './serve/pipeline.ts'
import { PipelineViews } from './serve/view-source.ts'

export interface DiscoveryOptions {
  readonly store: Store
  readonly logger: Logger
  /** Domain cluster.local, root namespace istio-system, cluster Kubernetes by default. */
  readonly mesh?: Partial<MeshSettings>
  /** Gathers changes that follow each other closely; without one each is translated when it comes. */
  readonly clock?: Clock
}

/** The live translation of a store's objects into configuration for whoever connects. */
export interface Discovery {
  readonly views: ViewSource
  /** The store's revision that views reflect. It can lag behind the store while much changes. */
  readonly revision: number
  /**
   * The store's revision that nothing in the views is behind: as `revision`, and past changes that concern no proxy. Who has
   * answered `revision` is up to date with this one.
   */
  readonly settledRevision: number
  /** Translates, as long as there is no proxy, what the sidecars have that nothing sets apart. */
  expectProxies(): void
  /** Calls `listener` after each batch of changes. */
  onCommit(listener: () => void): () => void
  /** What the newest state of a VirtualService waits for, while its last good one is in force. */
  waitsFor(key: ObjectKey): string | undefined
  /** What is wrong between objects (names that nobody has, conflicts): warnings with their places, by object. */
  notices(): readonly Problem[]
  /** Calls `listener` with the whole list whenever it changes. */
  onNotices(listener: (notices: readonly Problem[]) => void): () => void
  /** Node ids of the connected proxies that some part of whose configuration is made from this object; sorted. */
  affectedProxies(key: ObjectKey): readonly string[]
  /** Counts up whenever `affectedProxies` may answer otherwise than before. */
  readonly uses: number
  /** The content of every collection by its name, for people. */
  collections(): Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** The collections and what is made from what, in Graphviz' language. */
  collectionGraph(): string
  /** Stops following the store. Views stay as they are. */
  close(): void
}

/**
 * Translates what the store has at once, and follows it until `close`. Of an object whose translation fails that is logged,
 * and what it gave before stays.
 */
export function createDiscovery({ store, logger, mesh, clock }: DiscoveryOptions): Discovery {
  const settings = { ...DEFAULT_MESH_SETTINGS, ...mesh }
  const pipeline = createPipeline(settings, {
    onError: (collection, key, error) =>
      logger.error('a translation failed; what it gave before stays', { collection, key, error: formatError(error) }),
  })
  const { graph, tables } = pipeline
  const views = new PipelineViews(pipeline)
  graph.transaction(() => {
    for (const kind of INGESTED_KINDS) ingestObjects(tables, store.list(kind))
    views.moveTo(store.revision, true)
  })
  let heard = store.revision
  let taken = heard
  const take = (changes: readonly Change[], revision: number) => {
    taken = revision
    graph.transaction(() => {
      ingestChanges(tables, changes)
      views.moveTo(
        revision,
        changes.some(({ statusOnly }) => statusOnly !== true),
      )
    })
  }
  const batcher = clock && new ChangeBatcher({ clock, onBatch: take })
  const endWatch = store.watch((changes, revision) => {
    // Statuses follow from what is served here, and must not hold up the next change.
    const relevant = changes.filter(isIngested)
    if (relevant.length === 0) return
    heard = revision
    if (batcher === undefined) take(relevant, revision)
    else batcher.add(relevant, revision)
  })
  const notices = (): readonly Problem[] =>
    pipeline.notices.keys().flatMap((key) =>
      (pipeline.notices.get(key) ?? []).map((notice) => {
        const place = store.placeOf(key, notice.path)
        return place === undefined ? notice : { ...notice, place }
      }),
    )
  return {
    views,
    get revision() {
      return views.revision
    },
    get settledRevision() {
      return taken === heard ? store.revision : views.revision
    },
    expectProxies: () => views.expect(specOf({ type: 'sidecar', namespace: settings.rootNamespace })),
    onCommit: (listener) => graph.onCommit(listener),
    waitsFor: (key) => {
      const missing = pipeline.heldBack.get(key)
      return missing && `subset ${missing.subset} of ${missing.host}`
    },
    notices,
    onNotices: (listener) => pipeline.notices.subscribe(() => listener(notices())),
    affectedProxies: (key) => views.affectedProxies(key),
    get uses() {
      return views.uses
    },
    collections: () => graph.dump(),
    collectionGraph: () => graph.graphviz(),
    close: () => {
      endWatch()
      batcher?.close()
      views.close()
    },
  }
}
