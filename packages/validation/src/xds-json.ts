/** The parts of xDS resources, in protobuf's JSON form, that decide where a request goes. */

export interface ListenerJson {
  readonly name: string
  readonly address?: { readonly socketAddress?: { readonly address?: string; readonly portValue?: number } }
  readonly listenerFilters?: readonly { readonly name: string }[]
  readonly filterChains?: readonly FilterChainJson[]
  readonly defaultFilterChain?: FilterChainJson
  /** It takes connections to wherever they went. */
  readonly useOriginalDst?: boolean
}

export interface FilterChainJson {
  readonly name?: string
  readonly filterChainMatch?: ChainMatchJson
  readonly filters?: readonly { readonly name: string; readonly typedConfig?: HttpManagerJson & TcpProxyJson }[]
  readonly transportSocket?: { readonly typedConfig?: DownstreamTlsJson }
  readonly metadata?: MetadataJson
}

export interface ChainMatchJson {
  readonly destinationPort?: number
  readonly prefixRanges?: readonly CidrJson[]
  readonly serverNames?: readonly string[]
  readonly transportProtocol?: string
  readonly applicationProtocols?: readonly string[]
}

export interface CidrJson {
  readonly addressPrefix: string
  readonly prefixLen?: number
}

export interface DownstreamTlsJson {
  readonly requireClientCertificate?: boolean
  readonly commonTlsContext?: {
    readonly tlsCertificateSdsSecretConfigs?: readonly { readonly name: string }[]
    readonly tlsCertificates?: readonly {
      readonly certificateChain?: { readonly filename?: string }
      readonly privateKey?: { readonly filename?: string }
    }[]
  }
}

export interface TcpProxyJson {
  readonly cluster?: string
  readonly weightedClusters?: WeightedClustersJson
}

interface WeightedClustersJson {
  readonly clusters?: readonly { readonly name: string; readonly weight?: number }[]
}

export interface HttpManagerJson {
  readonly rds?: { readonly routeConfigName: string }
  readonly routeConfig?: RouteConfigJson
}

export interface RouteConfigJson {
  readonly name?: string
  readonly virtualHosts?: readonly VirtualHostJson[]
  readonly ignorePortInHostMatching?: boolean
}

export interface VirtualHostJson {
  readonly name: string
  readonly domains: readonly string[]
  readonly routes?: readonly RouteJson[]
  readonly requireTls?: 'NONE' | 'EXTERNAL_ONLY' | 'ALL'
}

export interface RouteJson {
  readonly name?: string
  readonly match: RouteMatchJson
  readonly route?: RouteActionJson
  readonly redirect?: RedirectJson
  readonly directResponse?: { readonly status: number }
  readonly metadata?: MetadataJson
}

export interface RedirectJson {
  readonly httpsRedirect?: boolean
  readonly schemeRedirect?: string
  readonly hostRedirect?: string
  readonly portRedirect?: number
  readonly pathRedirect?: string
  readonly prefixRewrite?: string
  /** 301 without one. */
  readonly responseCode?: string
}

export interface MetadataJson {
  readonly filterMetadata?: {
    readonly istio?: { readonly config?: string }
    readonly 'mizzen.io'?: {
      readonly path?: string
      /** Of a filter chain: the Gateway's server that it is for. */
      readonly server?: { readonly config: string; readonly path: string }
    }
  }
}

export interface RouteMatchJson {
  readonly prefix?: string
  readonly path?: string
  readonly safeRegex?: { readonly regex: string }
  readonly caseSensitive?: boolean
  readonly headers?: readonly HeaderMatchJson[]
  readonly queryParameters?: readonly QueryMatchJson[]
}

export interface HeaderMatchJson {
  readonly name: string
  readonly presentMatch?: boolean
  readonly stringMatch?: StringMatchJson
  readonly invertMatch?: boolean
  readonly treatMissingHeaderAsEmpty?: boolean
}

export interface QueryMatchJson {
  readonly name: string
  readonly presentMatch?: boolean
  readonly stringMatch?: StringMatchJson
}

export interface StringMatchJson {
  readonly exact?: string
  readonly prefix?: string
  readonly safeRegex?: { readonly regex: string }
  readonly ignoreCase?: boolean
}

interface RouteActionJson {
  readonly cluster?: string
  readonly weightedClusters?: WeightedClustersJson
}

export interface ClusterJson {
  readonly name: string
  readonly type?: string
  readonly loadAssignment?: AssignmentJson
  readonly edsClusterConfig?: { readonly serviceName?: string }
  readonly metadata?: MetadataJson
}

export interface AssignmentJson {
  readonly clusterName: string
  readonly endpoints?: readonly { readonly lbEndpoints?: readonly LbEndpointJson[] }[]
}

interface LbEndpointJson {
  readonly healthStatus?: string
  readonly endpoint: {
    readonly address: { readonly socketAddress: { readonly address: string; readonly portValue: number } }
  }
}
