import { isIP } from 'node:net'
import type { DnsCache, DnsOutcome } from '../cluster/dns-cache.ts'
import { DynamicForwardProxyCluster } from '../cluster/dynamic-forward-proxy.ts'
import { parseAuthority } from '../cluster/original-destination.ts'
import { ResponseFlag } from '../http/exchange.ts'
import type { ClusterLookup } from '../http/router-runtime.ts'
import type { Filter, FilterStream } from './filter.ts'

/**
 * Envoy's dynamic_forward_proxy filter: before a request goes to a cluster of that kind, the addresses of the host that
 * it names are found out. Requests for hosts that are known do not wait.
 */
export function createDynamicForwardProxyFilter(cache: DnsCache, clusters: ClusterLookup): Filter {
  return {
    name: 'dynamic-forward-proxy',
    onRequest(stream) {
      const host = leadsToNamedHost(stream, clusters) ? parseAuthority(stream.exchange.authority)?.host : undefined
      if (host === undefined || isIP(host) !== 0 || cache.get(host) !== null) return 'continue'
      const goOn = stream.suspend()
      cache.resolve(host, (outcome) => {
        if (outcome === 'found') goOn()
        else goOn(() => refuse(stream, outcome))
      })
      return 'stop'
    },
  }
}

function leadsToNamedHost(stream: FilterStream, clusters: ClusterLookup): boolean {
  const action = stream.route?.entry.action
  if (action?.kind !== 'route') return false
  return action.clusters.some(({ name }) => clusters.get(name) instanceof DynamicForwardProxyCluster)
}

/** In Envoy's words. */
function refuse(stream: FilterStream, outcome: Exclude<DnsOutcome, 'found'>): void {
  switch (outcome) {
    case 'failed':
      stream.reply(503, 'DNS resolution failure', 'dns_resolution_failure', ResponseFlag.DF)
      return
    case 'too-many-hosts':
      stream.reply(503, 'DNS cache overflow', 'dns_cache_overflow', 0)
      return
    case 'too-many-waiting':
      stream.reply(
        503,
        'Dynamic forward proxy pending request overflow',
        'dynamic_forward_proxy_pending_request_overflow',
        0,
      )
  }
}
