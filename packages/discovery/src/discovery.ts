import type { ObjectKey, Problem } from '@mizzen/api'
import { formatError, type Logger } from '@mizzen/base'
import type { Store } from '@mizzen/store'
import type { ViewSource } from '@mizzen/xds'
import { INGESTED_KINDS, ingestChanges, ingestObjects } from './ingest/tables.ts'
import { DEFAULT_MESH_SETTINGS, type MeshSettings } from './model/mesh-settings.ts'
import { createPipeline } from './serve/pipeline.ts'
import { PipelineViews } from './serve/view-source.ts'

export interface DiscoveryOptions {
  readonly store: Store
  readonly logger: Logger
  /** Domain cluster.local, root namespace istio-system, cluster Kubernetes by default. */
  readonly mesh?: Partial<MeshSettings>
}

/** The live translation of a store's objects into configuration for whoever connects. */
export interface Discovery {
  readonly views: ViewSource
  /** What is wrong between objects (names that nobody has, conflicts): warnings with their places, by object. */
  notices(): readonly Problem[]
  /** Calls `listener` with the whole list whenever it changes. */
  onNotices(listener: (notices: readonly Problem[]) => void): () => void
  /** Node ids of the connected proxies that some part of whose configuration is made from this object; sorted. */
  affectedProxies(key: ObjectKey): readonly string[]
  /** The content of every collection by its name, for people. */
  collections(): Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Stops following the store. Views stay as they are. */
  close(): void
}

export function createDiscovery({ store, logger, mesh }: DiscoveryOptions): Discovery {
  const pipeline = createPipeline(
    { ...DEFAULT_MESH_SETTINGS, ...mesh },
    {
      onError: (collection, key, error) =>
        logger.error('a translation failed; what it gave before stays', { collection, key, error: formatError(error) }),
    },
  )
  const { graph, tables } = pipeline
  const views = new PipelineViews(pipeline)
  graph.transaction(() => {
    for (const kind of INGESTED_KINDS) ingestObjects(tables, store.list(kind))
    views.revision = store.revision
  })
  const endWatch = store.watch((changes, revision) =>
    graph.transaction(() => {
      ingestChanges(tables, changes)
      views.revision = revision
    }),
  )
  const notices = (): readonly Problem[] =>
    pipeline.notices.keys().flatMap((key) =>
      (pipeline.notices.get(key) ?? []).map((notice) => {
        const place = store.placeOf(key, notice.path)
        return place === undefined ? notice : { ...notice, place }
      }),
    )
  return {
    views,
    notices,
    onNotices: (listener) => pipeline.notices.subscribe(() => listener(notices())),
    affectedProxies: (key) => views.affectedProxies(key),
    collections: () => graph.dump(),
    close: () => {
      endWatch()
      views.close()
    },
  }
}
