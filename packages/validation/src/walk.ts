import type { Place } from '@mizzen/base'
import { originOfConfigPath, type ProxySpec } from '@mizzen/discovery'
import { type Call, type CallMode, headersOf, isHttpCall, isTls, modeOf } from './call.ts'
import { connectionOf, describe, isMutual } from './connection.ts'
import type { EndpointPolicies } from './endpoint-policies.ts'
import { type CallError, type Explanation, NOWHERE, type Reason } from './explanation.ts'
import { matchingChains, reasonOf } from './filter-chain-matching.ts'
import { findListener, nothingListens } from './listener-matching.ts'
import { localAnswer } from './local-answer.ts'
import { findVirtualHost, matchesRoute } from './route-matching.ts'
import type {
  AssignmentJson,
  ClusterJson,
  DownstreamTlsJson,
  FilterChainJson,
  HttpManagerJson,
  ListenerJson,
  MetadataJson,
  RouteConfigJson,
  RouteJson,
  TcpProxyJson,
} from './xds-json.ts'

/** The secret by which a proxy has its identity of the mesh. */
const MESH_IDENTITY = 'default'

export interface Configuration {
  readonly listeners: readonly ListenerJson[]
  readonly routes: ReadonlyMap<string, RouteConfigJson>
  readonly clusters: ReadonlyMap<string, ClusterJson>
  readonly assignments: ReadonlyMap<string, AssignmentJson>
  /** Names of those that there are. */
  readonly secrets: ReadonlySet<string>
}

export type PlaceOf = (key: string, path: string) => Place | undefined

/** Follows one request from step to step; each gives the answer, or hands on to the next. */
export class Walk {
  readonly #configuration: Configuration
  readonly #policies: EndpointPolicies
  readonly #spec: ProxySpec
  readonly #call: Call
  readonly #placeOf: PlaceOf | undefined
  readonly #mode: CallMode
  readonly #because: Reason[] = []
  #answer: Explanation = NOWHERE

  constructor(
    configuration: Configuration,
    policies: EndpointPolicies,
    spec: ProxySpec,
    call: Call,
    placeOf: PlaceOf | undefined,
  ) {
    this.#configuration = configuration
    this.#policies = policies
    this.#spec = spec
    this.#call = call
    this.#placeOf = placeOf
    this.#mode = modeOf(call, spec.type)
  }

  listener(): Explanation {
    const { listeners } = this.#configuration
    // Without interception an application's requests come through the sidecar's HTTP proxy, whatever port they are for.
    const proxied = this.#mode === 'outbound' && !this.#spec.intercepts && this.#spec.httpProxyPort !== 0
    const port = proxied ? this.#spec.httpProxyPort : this.#call.port
    const address = proxied ? undefined : this.#call.address
    const found = findListener(listeners, { mode: this.#mode, port, address, intercepts: this.#spec.intercepts })
    if (found === undefined) return this.#end('ErrNoListener', 'listener', nothingListens(port, listeners))
    this.#answer = { ...this.#answer, listener: found.name }
    this.#say('listener', `port ${port} is listener ${found.name}`)
    return this.#filterChain(found)
  }

  #filterChain(listener: ListenerJson): Explanation {
    const connection = connectionOf(this.#call, listener)
    const chains = matchingChains(listener, connection)
    const [chain] = chains
    if (chain === undefined) {
      return this.#end('ErrNoFilterChain', 'filterChain', `no filter chain takes ${describe(connection)}`)
    }
    if (chains.length > 1) {
      const names = chains.map(({ name = '' }) => name).join(', ')
      return this.#end('ErrMultipleFilterChain', 'filterChain', `several filter chains are for the same: ${names}`)
    }
    this.#answer = { ...this.#answer, filterChain: chain.name ?? '' }
    const origin = serverOf(chain.metadata)
    if (origin !== undefined || chain.filterChainMatch !== undefined || listener.defaultFilterChain !== undefined) {
      const why = chain === listener.defaultFilterChain ? 'no other fits' : reasonOf(chain)
      this.#say('filterChain', `${describe(connection)} is filter chain ${chain.name ?? ''}: ${why}`, origin)
    }
    return this.#tls(chain)
  }

  #tls(chain: FilterChainJson): Explanation {
    const ended = chain.transportSocket?.typedConfig
    const origin = serverOf(chain.metadata)
    if (ended === undefined) return this.#content(chain)
    if (!isTls(this.#call))
      return this.#end('ErrTLSError', 'tls', 'TLS is expected here, and the call has none', origin)
    const secrets = ended.commonTlsContext?.tlsCertificateSdsSecretConfigs ?? []
    const own = this.#call.mtlsSecretConfigName || MESH_IDENTITY
    const certificates = certificatesOf(ended)
    if (certificates.some((name) => name === MESH_IDENTITY || name === own) !== isMutual(this.#call)) {
      return this.#end('ErrMTLSError', 'tls', 'one side expects identities of the mesh, and the other does not', origin)
    }
    const asks = ended.requireClientCertificate ? ', and clients must have a certificate' : ''
    for (const { name } of secrets) {
      const known = this.#configuration.secrets.has(name)
      const missing = `there is no secret ${name}: handshakes fail`
      this.#say(
        'tls',
        known ? `TLS ends here with secret ${name}${asks}` : missing,
        known ? this.#secret(name) : origin,
      )
    }
    if (secrets.length === 0) this.#say('tls', `TLS ends here with a certificate from files${asks}`, origin)
    return this.#content(chain)
  }

  #secret(name: string): Origin {
    return { key: `Secret/${this.#spec.namespace}/${name.replace(/^kubernetes:\/\//, '')}`, path: '' }
  }

  #content(chain: FilterChainJson): Explanation {
    const last = chain.filters?.at(-1)
    if (last?.name.endsWith('.tcp_proxy')) return this.#tcp(chain, last.typedConfig)
    if (isTls(this.#call) && chain.transportSocket === undefined) {
      return this.#end('ErrProtocolError', 'filterChain', 'the listener takes HTTP without TLS')
    }
    if (!isHttpCall(this.#call)) return this.#end('ErrProtocolError', 'filterChain', 'the listener takes only HTTP')
    return this.#routeConfig(last?.typedConfig)
  }

  #tcp(chain: FilterChainJson, proxy: TcpProxyJson | undefined): Explanation {
    const split = shares(proxy)
    return this.#toLikeliest(split, 'the connection is passed on as it is', origins(chain.metadata))
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
    if (host.requireTls === 'ALL' && !isTls(this.#call)) {
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
    const split = shares(route.route)
    if (split.length === 0) return this.#end(null, 'route', `${label} has no destination: 503`, origin)
    return this.#toLikeliest(split, `the first match is ${label}`, origin)
  }

  #toLikeliest(split: Explanation['clusters'], message: string, origin: Origin | undefined): Explanation {
    const likeliest = split.toSorted((left, right) => right.percent - left.percent)[0]
    if (likeliest === undefined) return this.#end(null, 'route', `${message}, and goes nowhere`, origin)
    const share = split.length === 1 ? '' : ` (${split.map((one) => `${one.percent} % ${one.name}`).join(', ')})`
    this.#say('route', `${message}${share}`, origin)
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

  #say(step: Reason['step'], message: string, origin?: Origin): void {
    const place = origin && this.#placeOf?.(origin.key, origin.path)
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

/** Names of its certificates; those in files as Istio names them. */
function certificatesOf({ commonTlsContext }: DownstreamTlsJson): string[] {
  const { tlsCertificateSdsSecretConfigs = [], tlsCertificates = [] } = commonTlsContext ?? {}
  const files = tlsCertificates.map(
    ({ certificateChain, privateKey }) => `file-cert:${certificateChain?.filename}~${privateKey?.filename}`,
  )
  return [...tlsCertificateSdsSecretConfigs.map(({ name }) => name), ...files]
}

/** The Gateway's server that a filter chain is for. */
function serverOf(metadata: MetadataJson | undefined): Origin | undefined {
  const server = metadata?.filterMetadata?.['mizzen.io']?.server
  const key = server && originOfConfigPath(server.config)
  return key ? { key, path: server.path } : undefined
}

function shares(to: TcpProxyJson | undefined): { readonly name: string; readonly percent: number }[] {
  if (to?.cluster !== undefined) return [{ name: to.cluster, percent: 100 }]
  const clusters = to?.weightedClusters?.clusters ?? []
  const total = clusters.reduce((sum, { weight = 0 }) => sum + weight, 0)
  return clusters.map(({ name, weight = 0 }) => ({ name, percent: Number(((100 * weight) / total).toFixed(2)) }))
}
