/** What injection and bootstrap need to know about the mesh. */
export interface MeshSettings {
  /** Suffix of Service names: `cluster.local`. */
  readonly domain: string
  readonly trustDomain: string
  readonly meshId: string
  readonly clusterId: string
  /** The release of Istio whose API the proxies speak, as `1.31.0`. */
  readonly istioVersion: string
  /** How traffic gets to the sidecar: `NONE` where applications are told to use it as a proxy. */
  readonly interceptionMode: 'NONE' | 'REDIRECT' | 'TPROXY'
}

export const defaultMesh: MeshSettings = {
  domain: 'cluster.local',
  trustDomain: 'cluster.local',
  meshId: 'cluster.local',
  clusterId: 'Kubernetes',
  istioVersion: '1.31.0',
  interceptionMode: 'REDIRECT',
}

/** Ports of every proxy, as in Istio. */
export const proxyPorts = {
  admin: 15000,
  readiness: 15021,
  prometheus: 15090,
  /** Takes the application's requests where it uses the sidecar as its HTTP proxy. */
  httpProxy: 15080,
} as const

/** The container that injection adds, or that a gateway's Pod names itself. */
export const PROXY_CONTAINER = 'istio-proxy'
