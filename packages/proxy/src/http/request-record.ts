import type { HttpService } from './http-service.ts'
import type { StreamExchange } from './stream-exchange.ts'

/** A request is over: counted, traced and logged, once. */
export function recordRequest(exchange: StreamExchange, { stats, recorders, accessLogs }: HttpService): void {
  stats.downstreamRqActive -= 1
  stats.countResponse(exchange.status)
  stats.downstreamRqTime.record(exchange.endedAt - exchange.startedAt)
  for (const recorder of recorders) recorder.record(exchange)
  exchange.trace?.finish(exchange)
  for (const log of accessLogs) log.log(exchange)
  exchange.trace = null
}
