import type { Resource } from '@mizzen/api'
import type { Place } from '@mizzen/base'
import { type MeshSettings, originOfConfigPath, type ProxySpec, translateFor } from '@mizzen/discovery'
import { type Call, type CallMode, headersOf, isHttpCall, isTls, modeOf } from './call.ts'
import { EndpointPolicies } from './endpoint-policies.ts'
import { type CallError, type Explanation, NOWHERE, type Reason } from './explanation.ts'
import { localAnswer } from './local-answer.ts'
import { findVirtualHost, matchesRoute } from './route-matching.ts'
import type {
  AssignmentJson,
  ClusterJson,
  FilterChainJson,
  HttpManagerJson,
  ListenerJson,
  MetadataJson,
  RouteConfigJson,
  RouteJson,
} from './xds-json.ts'

export interface ExplainOptions {
  readonly mesh?: Partial<MeshSettings>
  /** Where an object, or a field of it, is written. */
  readonly placeOf?: (key: string, path: string) => Place | undefined
}

/** Where one request would go at a proxy of this specification, given these objects (valid, normalised), and why. */
export function explainCall(
  objects: Iterable<Resource>,
  spec: ProxySpec,
  call: Call,
  options: ExplainOptions = {},
): Explanation {
  return explainer(objects, spec, options)(call)
}

/** The same for many requests: the configuration is made once. */
export function explainer(
  objects: Iterable<Resource>,
  spec: ProxySpec,
  options: ExplainOptions = {},
): (call: Call) => Explanation {
  const { listeners, routes, clusters, endpoints } = translateFor(objects, spec, options.mesh)
  const configuration: Configuration = {
    listeners: listeners as unknown as ListenerJson[],
    routes: byKey(routes as unknown as RouteConfigJson[], (one) => one.name ?? ''),
    clusters: byKey(clusters as unknown as ClusterJson[], (one) => one.name),
    assignments: byKey(endpoints as unknown as AssignmentJson[], (one) => one.clusterName),
  }
  const policies = new EndpointPolicies(objects)
  return (call) => new Walk(configuration, policies, spec, call, options).listener()
}

interface Configuration {
  readonly listeners: readonly ListenerJson[]
  readonly routes: ReadonlyMap<string, RouteConfigJson>
  readonly clusters: ReadonlyMap<string, ClusterJson>
  readonly assignments: ReadonlyMap<string, AssignmentJson>
}

/** Follows one request from step to step; each gives the answer, or hands on to the next. */
class Walk {
  readonly #configuration: Configuration
  readonly #policies: EndpointPolicies
  readonly #spec: ProxySpec
  readonly #call: Call
  readonly #options: ExplainOptions
  readonly #mode: CallMode
  readonly #because: Reason[] = []
  #answer: Explanation = NOWHERE

  constructor(
    configuration: Configuration,
    policies: EndpointPolicies,
    spec: ProxySpec,
    call: Call,
    options: ExplainOptions,
  ) {
    this.#configuration = configuration
    this.#policies = policies
    this.#spec = spec
    this.#call = call
    this.#options = options
    this.#mode = modeOf(call, spec.type)
  }

  listener(): Explanation {
    // Without interception an application's requests come through the sidecar's HTTP proxy, whatever port they are for.
    const port =
      this.#mode === 'outbound' && this.#spec.httpProxyPort !== 0 ? this.#spec.httpProxyPort : this.#call.port
    const found = this.#configuration.listeners.find((one) => listensOn(one, port, this.#addressFor()))
    if (found === undefined) return this.#end('ErrNoListener', 'listener', this.#nothingListens(port))
    this.#answer = { ...this.#answer, listener: found.name }
    this.#say('listener', `port ${port} is listener ${found.name}`)
    return this.#filterChain(found.filterChains?.[0])
  }

  #nothingListens(port: number): string {
    const names = this.#configuration.listeners.map(({ name }) => name)
    return `nothing listens on port ${port}${names.length === 0 ? '' : ` (listeners: ${names.join(', ')})`}`
  }

  #filterChain(chain: FilterChainJson | undefined): Explanation {
    if (chain === undefined)
      return this.#end('ErrNoFilterChain', 'filterChain', 'no filter chain takes this connection')
    this.#answer = { ...this.#answer, filterChain: chain.name ?? '' }
    if (isTls(this.#call)) return this.#end('ErrProtocolError', 'filterChain', 'the listener takes HTTP without TLS')
    if (!isHttpCall(this.#call)) return this.#end('ErrProtocolError', 'filterChain', 'the listener takes only HTTP')
    const manager = chain.filters?.find((filter) => filter.name.endsWith('.http_connection_manager'))?.typedConfig
    return this.#routeConfig(manager)
  }

  #routeConfig(manager: HttpManagerJson | undefined): Explanation {
    const name = manager?.rds?.routeConfigName ?? manager?.routeConfig?.name ?? ''
    const config = manager?.routeConfig ?? this.#configuration.routes.get(name)
    this.#answer = { ...this.#answer, routeConfig: name }
    if (config === undefined) return this.#end('ErrNoVirtualHost', 'routeConfig', `there are no routes ${name}`)
    this.#say('routeConfig', `its routes are ${name}`)
    return this.#virtualHost(config)
  }

  #virtualHost(config: RouteConfigJson): Explanation {
    const authority = this.#authority()
    const host = findVirtualHost(config, authority)
    if (host === undefined) {
      return this.#end('ErrNoVirtualHost', 'virtualHost', `no virtual host is for ${authority}: 404 (NR)`)
    }
    this.#answer = { ...this.#answer, virtualHost: host.name }
    this.#say('virtualHost', `host ${authority} is virtual host ${host.name} (${host.domains.join(', ')})`)
    if (host.requireTls === 'ALL') {
      return this.#end('ErrTLSRedirect', 'virtualHost', 'the Gateway redirects this host to HTTPS: 301')
    }
    const request = { path: this.#call.path ?? '/', headers: headersOf(this.#call, authority) }
    const route = (host.routes ?? []).find((one) => matchesRoute(one.match, request))
    if (route === undefined) return this.#end('ErrNoRoute', 'route', `no route of ${host.name} matches: 404 (NR)`)
    return this.#route(route)
  }

  #route(route: RouteJson): Explanation {
    this.#answer = { ...this.#answer, route: route.name ?? '' }
    const label = route.name ? `route ${route.name}` : 'a route without a name'
    const origin = origins(route.metadata)
    const answer = localAnswer(route)
    if (answer !== undefined) {
      this.#answer = { ...this.#answer, answer }
      return this.#end(null, 'route', `${label} ${answer}`, origin)
    }
    const split = shares(route)
    const likeliest = split.toSorted((left, right) => right.percent - left.percent)[0]
    if (likeliest === undefined) return this.#end(null, 'route', `${label} has no destination: 503`, origin)
    const share = split.length === 1 ? '' : ` (${split.map((one) => `${one.percent} % ${one.name}`).join(', ')})`
    this.#say('route', `the first match is ${label}${share}`, origin)
    this.#answer = { ...this.#answer, cluster: likeliest.name, clusters: split }
    return this.#cluster(likeliest.name)
  }

  #cluster(name: string): Explanation {
    const cluster = this.#configuration.clusters.get(name)
    if (cluster === undefined) return this.#end(null, 'cluster', `there is no cluster ${name}: 503 (NC)`)
    this.#say('cluster', `it goes to cluster ${name}`, origins(cluster.metadata))
    if (cluster.type === 'ORIGINAL_DST') return this.#end(null, 'endpoint', 'it goes where the client wanted to go')
    const assignment =
      cluster.loadAssignment ?? this.#configuration.assignments.get(cluster.edsClusterConfig?.serviceName || name)
    const all = (assignment?.endpoints ?? []).flatMap((locality) => locality.lbEndpoints ?? [])
    const healthy = all.filter((one) => one.healthStatus !== 'DRAINING')
    const first = healthy[0] ?? all[0]
    if (first === undefined)
      return this.#end(null, 'endpoint', 'no endpoint of it is known; without one the answer is 503 (UH)')
    const { address, portValue } = first.endpoint.address.socketAddress
    this.#answer = { ...this.#answer, endpoint: `${address}:${portValue}` }
    this.#say('endpoint', `one of ${healthy.length === 0 ? all.length : healthy.length}`)
    return this.#atEndpoint(address)
  }

  /** What the server's side has to say: these objects decide there. */
  #atEndpoint(address: string): Explanation {
    for (const { subject, reach } of this.#policies.of(address)) {
      const how = reach === 'workload' ? 'selects this workload' : `is for the whole ${reach}`
      this.#say('policies', `${subject.kind} ${subject.name} ${how}`, { key: subject.key, path: '' })
    }
    return { ...this.#answer, error: null, because: this.#because }
  }

  #authority(): string {
    const { hostHeader, address = '', port } = this.#call
    const host = hostHeader ?? address
    // An HTTP client names the port in the Host header unless it is the scheme's own.
    return this.#mode === 'outbound' && port !== 80 && !/:\d+$/.test(host) ? `${host}:${port}` : host
  }

  #addressFor(): string | undefined {
    return this.#mode === 'outbound' ? undefined : this.#call.address
  }

  #say(step: Reason['step'], message: string, origin?: Origin): void {
    const place = origin && this.#options.placeOf?.(origin.key, origin.path)
    this.#because.push({
      step,
      resource: origin?.key ?? null,
      file: place?.file ?? null,
      line: place?.line ?? null,
      message,
    })
  }

  #end(error: CallError | null, step: Reason['step'], message: string, origin?: Origin): Explanation {
    this.#say(step, message, origin)
    return { ...this.#answer, error, because: this.#because }
  }
}

interface Origin {
  readonly key: string
  readonly path: string
}

function origins(metadata: MetadataJson | undefined): Origin | undefined {
  const { istio, 'mizzen.io': own } = metadata?.filterMetadata ?? {}
  const key = istio?.config && originOfConfigPath(istio.config)
  return key ? { key, path: own?.path ?? '' } : undefined
}

/** A listener without an address of the call's own takes it for any. */
function listensOn(listener: ListenerJson, port: number, address: string | undefined): boolean {
  const socket = listener.address?.socketAddress
  if (socket?.portValue !== port) return false
  return address === undefined || socket.address === '0.0.0.0' || socket.address === address
}

function shares({ route }: RouteJson): { readonly name: string; readonly percent: number }[] {
  if (route?.cluster !== undefined) return [{ name: route.cluster, percent: 100 }]
  const clusters = route?.weightedClusters?.clusters ?? []
  const total = clusters.reduce((sum, { weight = 0 }) => sum + weight, 0)
  return clusters.map(({ name, weight = 0 }) => ({ name, percent: Number(((100 * weight) / total).toFixed(2)) }))
}

function byKey<V>(values: readonly V[], keyOf: (value: V) => string): ReadonlyMap<string, V> {
  return new Map(values.map((value) => [keyOf(value), value]))
}
