import type { Collection, Graph, Index } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import { type EndpointModel, entryEndpoints, SERVICE_NAME_LABEL, sliceEndpoints } from '../model/endpoint.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import { type ServiceModel, serviceEntryModels, serviceHostname, serviceModel } from '../model/service.ts'

/** Part of the endpoints of a service: those of one slice, or of one ServiceEntry. */
interface ServiceEndpoints {
  readonly hostname: string
  readonly endpoints: readonly EndpointModel[]
}

export interface ServiceCollections {
  /** By hostname. */
  readonly services: Collection<ServiceModel>
  /** Services that select Pods, by namespace. */
  readonly selectingIn: Index<ServiceModel>
  /** Everything that answers for a service, by hostname. */
  readonly endpoints: Collection<ServiceEndpoints>
  /** The services that an address answers for. */
  readonly atAddress: Index<ServiceEndpoints>
}

/** Services from Kubernetes and from ServiceEntries (the former count where both have a name), and their endpoints. */
export function serviceCollections(graph: Graph, tables: Tables, mesh: MeshSettings): ServiceCollections {
  const kubernetes = graph.deriveMany('services/kubernetes', tables.Service, (object) => {
    const model = serviceModel(object, mesh)
    return model === undefined ? [] : [[model.hostname, model] as const]
  })
  const entries = graph.deriveMany('services/entries', tables.ServiceEntry, (object) =>
    serviceEntryModels(object).map((model) => [model.hostname, model] as const),
  )
  const services = graph.join('services', [kubernetes, entries])
  const partsOf = endpointParts(graph, tables, mesh)
  const endpoints = graph.derive('endpoints', services, (_, reader, hostname): ServiceEndpoints => {
    const parts = partsOf.flatMap((index) => reader.lookup(index, hostname))
    return { hostname, endpoints: withoutRepeats(parts.flatMap((part) => part.endpoints)) }
  })
  return {
    services,
    selectingIn: graph.index('services by namespace', services, ({ selector, origin }) =>
      selector === undefined ? [] : [origin.namespace],
    ),
    endpoints,
    atAddress: graph.index('endpoints by address', endpoints, (one) => one.endpoints.map(({ address }) => address)),
  }
}

function endpointParts(graph: Graph, tables: Tables, mesh: MeshSettings): readonly Index<ServiceEndpoints>[] {
  const slices = graph.derive('endpoints/slices', tables.EndpointSlice, (slice, reader) => {
    const service = slice.metadata.labels?.[SERVICE_NAME_LABEL]
    if (service === undefined) return undefined
    const hostname = serviceHostname(service, slice.metadata.namespace ?? '', mesh)
    return { hostname, endpoints: sliceEndpoints(slice, (key) => reader.get(tables.Pod, key)) }
  })
  const entries = graph.deriveMany('endpoints/entries', tables.ServiceEntry, (entry, _reader, key) => {
    const endpoints = entryEndpoints(entry)
    return serviceEntryModels(entry).map(({ hostname }) => [`${key} ${hostname}`, { hostname, endpoints }] as const)
  })
  return [slices, entries].map((parts) => graph.index(`${parts.name} by host`, parts, ({ hostname }) => [hostname]))
}

/** An endpoint may be in two slices while it moves from one to the other; the first counts. */
function withoutRepeats(endpoints: readonly EndpointModel[]): EndpointModel[] {
  const seen = new Map<string, EndpointModel>()
  for (const endpoint of endpoints) {
    const key = `${endpoint.address} ${JSON.stringify(endpoint.ports)}`
    if (!seen.has(key)) seen.set(key, endpoint)
  }
  return [...seen.values()]
}
