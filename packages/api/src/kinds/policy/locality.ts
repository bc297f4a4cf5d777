import { flag, list, map, message, type Of, text, uint32, uint64 } from '../../schema/fields.ts'

export const LocalityDistribute = message({}, { from: text, to: map(uint32) })
export type LocalityDistribute = Of<typeof LocalityDistribute>

export const LocalityFailover = message({}, { from: text, to: text })
export type LocalityFailover = Of<typeof LocalityFailover>

export const LocalityLoadBalancerSetting = message(
  {},
  {
    distribute: list(LocalityDistribute),
    failover: list(LocalityFailover),
    failoverPriority: list(text),
    enabled: flag,
  },
)
export type LocalityLoadBalancerSetting = Of<typeof LocalityLoadBalancerSetting>

export const ZoneAwareFailover = message({}, { from: text, to: text })
export type ZoneAwareFailover = Of<typeof ZoneAwareFailover>

export const ZoneAwareLoadBalancerSetting = message(
  {},
  { enabled: flag, failover: list(ZoneAwareFailover), failoverPriority: list(text), minClusterSize: uint64 },
)
export type ZoneAwareLoadBalancerSetting = Of<typeof ZoneAwareLoadBalancerSetting>
