import { duration, flag, list, message, number, type Of, text, uint64, words } from '../../schema/fields.ts'
import { LocalityLoadBalancerSetting, ZoneAwareLoadBalancerSetting } from './locality.ts'

export const HTTPCookieAttribute = message({ name: text }, { value: text })
export type HTTPCookieAttribute = Of<typeof HTTPCookieAttribute>

export const HTTPCookie = message({ name: text }, { path: text, ttl: duration, attributes: list(HTTPCookieAttribute) })
export type HTTPCookie = Of<typeof HTTPCookie>

export const RingHash = message({}, { minimumRingSize: uint64 })
export type RingHash = Of<typeof RingHash>

export const MagLev = message({}, { tableSize: uint64 })
export type MagLev = Of<typeof MagLev>

export const ConsistentHashLB = message(
  {},
  {
    httpHeaderName: text,
    httpCookie: HTTPCookie,
    useSourceIp: flag,
    httpQueryParameterName: text,
    ringHash: RingHash,
    maglev: MagLev,
    minimumRingSize: uint64,
  },
  {
    oneofs: [
      ['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'],
      ['ringHash', 'maglev'],
    ],
  },
)
export type ConsistentHashLB = Of<typeof ConsistentHashLB>

export const WarmupConfiguration = message({ duration: duration }, { minimumPercent: number, aggression: number })
export type WarmupConfiguration = Of<typeof WarmupConfiguration>

export const LoadBalancerSettings = message(
  {},
  {
    simple: words('UNSPECIFIED', 'LEAST_CONN', 'RANDOM', 'PASSTHROUGH', 'ROUND_ROBIN', 'LEAST_REQUEST'),
    consistentHash: ConsistentHashLB,
    localityLbSetting: LocalityLoadBalancerSetting,
    zoneAwareLbSetting: ZoneAwareLoadBalancerSetting,
    warmupDurationSecs: duration,
    warmup: WarmupConfiguration,
  },
  { oneofs: [['simple', 'consistentHash']] },
)
export type LoadBalancerSettings = Of<typeof LoadBalancerSettings>
