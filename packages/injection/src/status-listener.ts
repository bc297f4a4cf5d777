const HTTP = 'type.googleapis.com/envoy.extensions.filters'

export interface LocalHttpListener {
  readonly name: string
  /** An Envoy `Address`. */
  readonly address: object
  /** The one path that is served; everything else is 404. */
  readonly path: string
  readonly cluster: string
  /** What the cluster is asked for instead of `path`. */
  readonly rewrite?: string
}

/** A listener that shows one path of a local server: metrics, readiness. */
export function localHttpListener({ name, address, path, cluster, rewrite }: LocalHttpListener) {
  const route = { cluster, ...(rewrite === undefined ? {} : { prefix_rewrite: rewrite }) }
  const manager = {
    '@type': `${HTTP}.network.http_connection_manager.v3.HttpConnectionManager`,
    codec_type: 'AUTO',
    stat_prefix: name,
    route_config: {
      name,
      virtual_hosts: [{ name, domains: ['*'], routes: [{ match: { path }, route }] }],
    },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': `${HTTP}.http.router.v3.Router` } }],
  }
  return {
    name,
    address,
    filter_chains: [{ filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] }],
  }
}
