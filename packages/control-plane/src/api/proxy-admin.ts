import { MizzenError } from '@mizzen/base'
import { fetchText } from '@mizzen/telemetry'
import type { ProxyStatus } from '@mizzen/xds'
import { adminUrl, proxyIdentity } from '../proxy-identity.ts'
import { type Answer, text } from './answer.ts'
import type { ApiRequest } from './request.ts'

/** Admin pages that only tell something. */
const READABLE: readonly string[] = [
  'certs',
  'clusters',
  'config_dump',
  'listeners',
  'memory',
  'ready',
  'server_info',
  'stats',
  'stats/prometheus',
]

const LIMITS = { timeoutMs: 5_000, maxBytes: 64 * 1_024 * 1_024 }

/** `/debug/proxies/ID/PAGE`: a page of a connected proxy's admin interface. ID is `pod.namespace` or the node id. */
export async function answerProxyAdmin(request: ApiRequest, statuses: readonly ProxyStatus[]): Promise<Answer> {
  const [, , id = '', ...rest] = request.segments
  const page = rest.join('/')
  const proxy = statuses.find(({ node }) => node.id === id || proxyIdentity(node).name === id)
  if (proxy === undefined) throw new MizzenError('not-found', `no proxy ${JSON.stringify(id)} is connected`)
  if (!READABLE.includes(page)) {
    throw new MizzenError('not-found', `no page ${JSON.stringify(page)}`, { hint: `there are ${READABLE.join(', ')}` })
  }
  const query = request.query.size === 0 ? '' : `?${request.query}`
  const body = await fetchText(`${adminUrl(proxy.node)}/${page}${query}`, LIMITS)
  return text(body, body.startsWith('{') ? 'application/json' : 'text/plain; charset=utf-8')
}
