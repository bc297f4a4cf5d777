import type { HttpConnectionManagerConfig } from '../config/model.ts'
import type { DateHeader } from './date-header.ts'
import { appendVia } from './request-preparation.ts'
import type { StreamExchange } from './stream-exchange.ts'

/** Adds to a response's head what the connection manager says, in Envoy's order. */
export function completeResponseHead(
  exchange: StreamExchange,
  config: HttpConnectionManagerConfig,
  date: DateHeader,
): void {
  const headers = exchange.responseFields
  if (!headers.has('date')) headers.append('date', date.value)
  const { mode, name } = config.serverHeader
  if (mode === 'overwrite') headers.set('server', name)
  else if (mode === 'append-if-absent' && !headers.has('server')) headers.append('server', name)
  showRequestId(exchange, config)
  if (config.via !== '') appendVia(headers, config.via)
}

/** Of any response, interim ones, too. Who had a request traced is told its id. */
export function showRequestId(
  { requestHeaders, responseFields, trusted }: StreamExchange,
  { alwaysSetRequestIdInResponse }: HttpConnectionManagerConfig,
): void {
  if (!alwaysSetRequestIdInResponse && !(trusted && requestHeaders.has('x-envoy-force-trace'))) return
  const id = requestHeaders.get('x-request-id')
  if (id !== undefined) responseFields.set('x-request-id', id)
}
