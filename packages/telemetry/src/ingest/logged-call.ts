import type { LoggedRequest } from '../logged-request.ts'
import type { LogEntry } from './log-entry.ts'
import type { LogSender } from './log-sender.ts'
import { type Peer, peerOfEndpoint, UNKNOWN_PEER } from './peer.ts'

/** Names of the tags that discovery has logs carry (discovery/translate/log-stream.ts). */
const TAG = {
  workload: 'istio.workload',
  services: 'istio.services',
  app: 'mizzen.app',
  version: 'mizzen.version',
  route: 'mizzen.route',
} as const

/** An entry of a log with what it means: whose request to whom it was. */
export interface LoggedCall {
  readonly entry: LogEntry
  readonly sender: LogSender
  readonly reporter: 'source' | 'destination'
  readonly source: Peer
  readonly destination: Peer
  /** '' = unknown. */
  readonly service: { readonly host: string; readonly name: string; readonly namespace: string }
  readonly route: string
  /** Somebody wrote the route, in a VirtualService. Of servers only such routes are those that callers took. */
  readonly isWrittenRoute: boolean
  readonly isGrpc: boolean
  readonly grpcStatus: number | undefined
}

/** @param podAt `pod.namespace` at an address without port */
export type PodAt = (address: string) => string | undefined

export function loggedCall(entry: LogEntry, sender: LogSender): LoggedCall {
  const inbound = entry.upstreamCluster.startsWith('inbound|')
  const { tags } = entry
  const isGrpc = (entry.requestHeaders['content-type'] ?? '').startsWith('application/grpc')
  return {
    ...{ entry, sender, isGrpc, reporter: inbound ? 'destination' : 'source' },
    source: inbound ? UNKNOWN_PEER : sender.peer,
    destination: inbound ? sender.peer : peerOfEndpoint(tags[TAG.workload], tags[TAG.app], tags[TAG.version]),
    service: serviceOf(entry),
    route: routeOf(entry),
    isWrittenRoute: (tags[TAG.route] ?? '').startsWith('spec.'),
    grpcStatus: isGrpc
      ? numberOf(entry.responseTrailers['grpc-status'] ?? entry.responseHeaders['grpc-status'])
      : undefined,
  }
}

export function loggedRequest(call: LoggedCall, podAt: PodAt): LoggedRequest {
  const { entry, sender, reporter, source, destination, service, route, grpcStatus } = call
  const { workload, namespace, version } = destination
  return {
    ...{ atMs: entry.atMs, method: entry.method, path: entry.path, host: entry.authority, status: entry.status },
    ...{ grpcStatus, flags: entry.flags, details: entry.details, durationMs: entry.durationMs },
    ...{ traceId: traceIdOf(entry), requestId: entry.requestId || undefined },
    ...{ routeName: route, upstreamCluster: entry.upstreamCluster, upstreamHost: entry.upstreamHost },
    attempts: entry.attempts,
    destination: {
      ...{ service: service.host, workload, namespace, version },
      pod: reporter === 'destination' ? sender.proxy : (podAt(hostOf(entry.upstreamHost)) ?? ''),
    },
    source: { workload: source.workload, namespace: source.namespace, version: source.version },
    ...{ reporter, proxy: sender.proxy },
  }
}

/** Of W3C's `traceparent` or B3's headers. */
export function traceIdOf({ requestHeaders }: LogEntry): string | undefined {
  const [, traceId] = (requestHeaders.traceparent ?? '').split('-')
  return traceId || requestHeaders['x-b3-traceid'] || undefined
}

/** The cluster's metadata names its services; without it the name of an outbound cluster, `outbound|PORT|SUBSET|HOST`. */
function serviceOf({ tags, upstreamCluster }: LogEntry): LoggedCall['service'] {
  const [service] = parsedServices(tags[TAG.services] ?? '')
  if (service !== undefined) return service
  const [direction, , , host = ''] = upstreamCluster.split('|')
  if (direction !== 'outbound') return { host: '', name: '', namespace: '' }
  const [name = host, namespace, svc] = host.split('.')
  return svc === 'svc' && namespace !== undefined ? { host, name, namespace } : { host, name: host, namespace: '' }
}

/** Texts that were read before, those of a usual length: what is longer is read each time. */
const knownServices = new Map<string, readonly LoggedCall['service'][]>()
const MOST_KNOWN = 10_000
const LONGEST_KNOWN = 1_024

function parsedServices(text: string): readonly LoggedCall['service'][] {
  const known = knownServices.get(text)
  if (known !== undefined) return known
  const services = readServices(text)
  if (text.length > LONGEST_KNOWN) return services
  if (knownServices.size >= MOST_KNOWN) knownServices.clear()
  knownServices.set(text, services)
  return services
}

function readServices(text: string): readonly LoggedCall['service'][] {
  try {
    const value: unknown = text.startsWith('[') ? JSON.parse(text) : []
    if (!Array.isArray(value)) return []
    return value.slice(0, 1).map((item: unknown) => {
      const fields = typeof item === 'object' && item !== null ? (item as Readonly<Record<string, unknown>>) : {}
      const field = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '')
      return { host: field('host'), name: field('name'), namespace: field('namespace') }
    })
  } catch {
    return []
  }
}

/** `http[].name` of the VirtualService, or which of its `http` entries it is. */
function routeOf({ routeName, tags }: LogEntry): string {
  if (routeName !== '') return routeName
  return /^spec\.(http\[\d+\])/.exec(tags[TAG.route] ?? '')?.[1] ?? ''
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1')
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
