import { MizzenError } from '@mizzen/base'
import type { SyncStatus } from '@mizzen/control-plane'

/**
 * The proxy that PROXY means: `pod.namespace`, `pod`, the node id, or an unambiguous beginning of the first.
 * Throws MizzenError `not-found`, `ambiguous`.
 */
export function findProxy(proxies: readonly SyncStatus[], word: string): SyncStatus {
  const exact = proxies.find(({ proxy, id }) => word === id || word === proxy || word === proxy.split('.')[0])
  if (exact !== undefined) return exact
  const candidates = proxies.filter(({ proxy }) => proxy.startsWith(word))
  const [first, second] = candidates
  if (first === undefined) {
    throw new MizzenError('not-found', `no proxy ${JSON.stringify(word)} is connected`, { hint: known(proxies) })
  }
  if (second === undefined) return first
  throw new MizzenError(
    'ambiguous',
    `${JSON.stringify(word)} may be ${candidates.map(({ proxy }) => proxy).join(' or ')}`,
  )
}

function known(proxies: readonly SyncStatus[]): string {
  if (proxies.length === 0) return 'none is'
  return `there are ${proxies
    .slice(0, 10)
    .map(({ proxy }) => proxy)
    .join(', ')}`
}
