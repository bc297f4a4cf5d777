import type { HttpConnectionManagerConfig } from '../config/model.ts'
import type { DateHeader } from './date-header.ts'
import { appendVia } from './request-preparation.ts'
import type { StreamExchange } from './stream-exchange.ts'

/** Adds to a response's head what the connection manager says, in Envoy's order: date, then server. */
export function completeResponseHead(
  exchange: StreamExchange,
  config: HttpConnectionManagerConfig,
  date: DateHeader,
): void {
  const headers = exchange.responseFields
  if (showsRequestId(exchange, config))
    headers.set('x-request-id', exchange.requestHeaders.get('x-request-id') as string)
  if (!headers.has('date')) headers.append('date', date.value)
  const { mode, name } = config.serverHeader
  if (mode === 'overwrite') headers.set('server', name)
  else if (mode === 'append-if-absent' && !headers.has('server')) headers.append('server', name)
  if (config.via !== '') appendVia(headers, config.via)
}

/** Who had a request traced is told its id. */
function showsRequestId(
  { requestHeaders, trusted }: StreamExchange,
  { alwaysSetRequestIdInResponse }: HttpConnectionManagerConfig,
): boolean {
  if (!requestHeaders.has('x-request-id')) return false
  return alwaysSetRequestIdInResponse || (trusted && requestHeaders.has('x-envoy-force-trace'))
}
