import type { Resource } from '@mizzen/api'
import type { XdsResource } from '@mizzen/xds'
import { ingestObjects } from './ingest/tables.ts'
import { DEFAULT_MESH_SETTINGS, type MeshSettings } from './model/mesh-settings.ts'
import type { ProxySpec } from './model/proxy.ts'
import { createPipeline, type Pipeline } from './serve/pipeline.ts'
import { PipelineViews } from './serve/view-source.ts'
import { type ResourceJson, resourceJson, secretJson } from './translate/json.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE } from './translate/resource.ts'

/** Everything that one proxy would get. */
export interface ProxyConfiguration {
  readonly listeners: readonly XdsResource[]
  readonly routes: readonly XdsResource[]
  readonly clusters: readonly XdsResource[]
  readonly endpoints: readonly XdsResource[]
  readonly secrets: readonly XdsResource[]
}

/** As `mizzen translate` prints it: resources in protobuf's JSON form, without private keys. */
export interface TranslatedJson {
  readonly listeners: readonly ResourceJson[]
  readonly routes: readonly ResourceJson[]
  readonly clusters: readonly ResourceJson[]
  readonly endpoints: readonly ResourceJson[]
  readonly secrets: readonly ResourceJson[]
}

/** What a proxy of this specification would get from these objects, which have to be valid and normalised. */
export function configurationFor(
  objects: Iterable<Resource>,
  spec: ProxySpec,
  mesh: Partial<MeshSettings> = {},
): ProxyConfiguration {
  const views = new PipelineViews(filledPipeline(objects, mesh))
  const view = views.viewOf(spec)
  return {
    listeners: [...view.list(LISTENER_TYPE)],
    routes: [...view.list(ROUTE_TYPE)],
    clusters: [...view.list(CLUSTER_TYPE)],
    endpoints: [...view.list(ENDPOINT_TYPE)],
    secrets: [...view.list(SECRET_TYPE)],
  }
}

/** `configurationFor`, with resources in protobuf's JSON form, as `mizzen translate` prints them. */
export function translateFor(
  objects: Iterable<Resource>,
  spec: ProxySpec,
  mesh: Partial<MeshSettings> = {},
): TranslatedJson {
  const { listeners, routes, clusters, endpoints, secrets } = configurationFor(objects, spec, mesh)
  return {
    listeners: listeners.map(resourceJson),
    routes: routes.map(resourceJson),
    clusters: clusters.map(resourceJson),
    endpoints: endpoints.map(resourceJson),
    secrets: secrets.map(secretJson),
  }
}

function filledPipeline(objects: Iterable<Resource>, mesh: Partial<MeshSettings>): Pipeline {
  const pipeline = createPipeline(
    { ...DEFAULT_MESH_SETTINGS, ...mesh },
    {
      onError: (_collection, _key, error) => {
        throw error
      },
    },
  )
  pipeline.graph.transaction(() => ingestObjects(pipeline.tables, objects))
  return pipeline
}
