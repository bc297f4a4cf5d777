import type { Collection, Graph, Index, Reader } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import {
  type EndpointModel,
  entryEndpoints,
  podEndpoint,
  SERVICE_NAME_LABEL,
  sliceEndpoints,
  workloadEntryEndpoint,
} from '../model/endpoint.ts'
import { type Labels, selects } from '../model/labels.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import { type PodModel, podModel } from '../model/pod.ts'
import { aliasOf, type ServiceModel, serviceEntryModels, serviceHostname, serviceModel } from '../model/service.ts'

/** Part of the endpoints of a service: those of one slice, one ServiceEntry, or one workload that it selects. */
interface EndpointPart {
  readonly hostname: string
  readonly endpoints: readonly EndpointModel[]
  /** Key of the WorkloadEntry that they are. */
  readonly origin?: string
}

export interface ServiceCollections {
  /** By hostname. */
  readonly services: Collection<ServiceModel>
  /** Services that select workloads, by namespace and one of the labels that they ask for. Read it by `servicesSelecting`. */
  readonly bySelector: Index<ServiceModel>
  readonly parts: Collection<EndpointPart>
  /** Everything that answers for a service, by hostname. */
  readonly partsOf: Index<EndpointPart>
  /** What an address answers for. */
  readonly atAddress: Index<EndpointPart>
}

/** Services from Kubernetes and from ServiceEntries (the former count where both have a name), and their endpoints. */
export function serviceCollections(graph: Graph, tables: Tables, mesh: MeshSettings): ServiceCollections {
  const aliases = graph.derive('services/aliases', tables.Service, (object) => aliasOf(object, mesh))
  const aliasesOf = graph.index('aliases by host', aliases, ({ hostname }) => [hostname])
  const kubernetes = graph.deriveMany('services/kubernetes', tables.Service, (object, reader) => {
    const model = serviceModel(object, mesh, (hostname) =>
      reader
        .lookup(aliasesOf, hostname)
        .map(({ alias }) => alias)
        .toSorted(),
    )
    return model === undefined ? [] : [[model.hostname, model] as const]
  })
  const entries = graph.deriveMany('services/entries', tables.ServiceEntry, (object) =>
    serviceEntryModels(object).map((model) => [model.hostname, model] as const),
  )
  const services = graph.join('services', [kubernetes, entries])
  const bySelector = graph.index('services by selector', services, ({ selector = {}, origin }) =>
    Object.entries(selector)
      .slice(0, 1)
      .map(([name, value]) => selectorKey(origin.namespace, name, value)),
  )
  const pods = graph.derive('pods', tables.Pod, podModel)
  const parts = graph.join('endpoints', [
    sliceParts(graph, tables, pods, mesh),
    entryParts(graph, tables),
    podParts(graph, pods, bySelector),
    workloadEntryParts(graph, tables, bySelector),
  ])
  return {
    services,
    bySelector,
    parts,
    partsOf: graph.index('endpoints by host', parts, ({ hostname }) => [hostname]),
    atAddress: graph.index('endpoints by address', parts, (one) => one.endpoints.map(({ address }) => address)),
  }
}

function sliceParts(
  graph: Graph,
  tables: Tables,
  pods: Collection<PodModel>,
  mesh: MeshSettings,
): Collection<EndpointPart> {
  return graph.derive('endpoints/slices', tables.EndpointSlice, (slice, reader) => {
    const service = slice.metadata.labels?.[SERVICE_NAME_LABEL]
    if (service === undefined) return undefined
    const hostname = serviceHostname(service, slice.metadata.namespace ?? '', mesh)
    return { hostname, endpoints: sliceEndpoints(slice, (key) => reader.get(pods, key)) }
  })
}

function entryParts(graph: Graph, tables: Tables): Collection<EndpointPart> {
  return graph.deriveMany('endpoints/entries', tables.ServiceEntry, (entry, _reader, key) =>
    serviceEntryModels(entry).map((service) => {
      const { hostname } = service
      return [`${key} ${hostname}`, { hostname, endpoints: entryEndpoints(entry, service, hostname) }] as const
    }),
  )
}

/** Pods are endpoints of Kubernetes' Services by slices, and of ServiceEntries by themselves. */
function podParts(graph: Graph, pods: Collection<PodModel>, bySelector: Index<ServiceModel>): Collection<EndpointPart> {
  return graph.deriveMany('endpoints/pods', pods, (pod, reader, key) =>
    servicesSelecting(reader, bySelector, pod.namespace, pod.labels)
      .filter(({ origin }) => origin.key.startsWith('ServiceEntry/'))
      .map(({ hostname, ports }) => [`${key} ${hostname}`, { hostname, endpoints: podEndpoint(pod, ports) }] as const),
  )
}

function workloadEntryParts(graph: Graph, tables: Tables, bySelector: Index<ServiceModel>): Collection<EndpointPart> {
  return graph.deriveMany('endpoints/workload entries', tables.WorkloadEntry, (entry, reader, key) => {
    const { metadata, spec } = entry
    const labels = { ...metadata.labels, ...spec.labels }
    return servicesSelecting(reader, bySelector, metadata.namespace ?? '', labels).map(({ hostname, ports }) => {
      return [`${key} ${hostname}`, { hostname, endpoints: workloadEntryEndpoint(entry, ports), origin: key }] as const
    })
  })
}

/** The services of a namespace whose selector takes these labels. */
export function servicesSelecting(
  reader: Reader,
  bySelector: Index<ServiceModel>,
  namespace: string,
  labels: Labels,
): ServiceModel[] {
  return Object.entries(labels)
    .flatMap(([name, value]) => reader.lookup(bySelector, selectorKey(namespace, name, value)))
    .filter(({ selector }) => selector !== undefined && selects(selector, labels))
}

function selectorKey(namespace: string, name: string, value: string): string {
  return `${namespace} ${name}=${value}`
}
