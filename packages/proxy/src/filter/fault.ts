import type { FaultConfig } from '../config/model.ts'
import { ResponseFlag } from '../http/exchange.ts'
import { hits } from '../http/fraction.ts'
import type { Filter } from './filter.ts'

/**
 * Envoy's fault filter: delays, then aborts, a share of the requests, each drawn by itself. The route's own faults
 * replace the listener's. It is two filters, so that the abort comes when the delay is over.
 */
export function createFaultFilters(ofListener: FaultConfig): readonly Filter[] {
  return [createDelayFilter(ofListener), createAbortFilter(ofListener)]
}

function createDelayFilter(ofListener: FaultConfig): Filter {
  return {
    name: 'fault-delay',
    onRequest(stream) {
      const { delay } = stream.route?.entry.fault ?? ofListener
      if (delay === undefined || delay.ms <= 0 || !hits(delay.percent, stream.random)) return 'continue'
      stream.exchange.flags |= ResponseFlag.DI
      stream.proceedAfter(delay.ms)
      return 'stop'
    },
  }
}

function createAbortFilter(ofListener: FaultConfig): Filter {
  return {
    name: 'fault-abort',
    onRequest(stream) {
      const { abort } = stream.route?.entry.fault ?? ofListener
      if (abort === undefined || !hits(abort.percent, stream.random)) return 'continue'
      const { status, grpcStatus } = abort
      stream.reply(status, 'fault filter abort', 'fault_filter_abort', ResponseFlag.FI, undefined, grpcStatus)
      return 'stop'
    },
  }
}
