import { ResponseFlag } from '../http/exchange.ts'

const NAMES = Object.entries(ResponseFlag)
/** For a TCP connection Envoy finds out in this order. */
const TCP_NAMES = [...NAMES.filter(([name]) => name !== 'URX'), ...NAMES.filter(([name]) => name === 'URX')]

/** Long names, as `%RESPONSE_FLAGS_LONG%` prints them (Envoy: StreamInfo::ResponseFlagUtils). */
const LONG_NAMES: Readonly<Record<keyof typeof ResponseFlag, string>> = {
  UH: 'NoHealthyUpstream',
  UF: 'UpstreamConnectionFailure',
  UO: 'UpstreamOverflow',
  NR: 'NoRouteFound',
  URX: 'UpstreamRetryLimitExceeded',
  NC: 'NoClusterFound',
  UT: 'UpstreamRequestTimeout',
  UR: 'UpstreamRemoteReset',
  UC: 'UpstreamConnectionTermination',
  DC: 'DownstreamConnectionTermination',
  DR: 'DownstreamRemoteReset',
  DPE: 'DownstreamProtocolError',
  UPE: 'UpstreamProtocolError',
  SI: 'StreamIdleTimeout',
  DI: 'DelayInjected',
  FI: 'FaultInjected',
  RL: 'RateLimited',
  UAEX: 'UnauthorizedExternalService',
  DT: 'DurationTimeout',
  UMSDR: 'UpstreamMaxStreamDurationReached',
  OM: 'OverloadManagerTerminated',
  NFCF: 'NoFilterConfigFound',
  DF: 'DnsResolutionFailed',
}

/** Short names joined by commas; `-` if no flag is set. */
export function formatFlags(flags: number): string {
  if (flags === 0) return '-'
  return NAMES.filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join(',')
}

/** As `formatFlags`, of a TCP connection. */
export function formatTcpFlags(flags: number): string {
  if (flags === 0) return '-'
  return TCP_NAMES.filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join(',')
}

/** Long names joined by commas; `-` if no flag is set. */
export function formatLongFlags(flags: number): string {
  if (flags === 0) return '-'
  return NAMES.filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => LONG_NAMES[name as keyof typeof ResponseFlag])
    .join(',')
}
