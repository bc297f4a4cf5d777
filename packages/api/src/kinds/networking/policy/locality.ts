import { about, flag, integer, list, map, message, type Of, text, uint32 } from '../../../schema/fields.ts'

const LocalityDistribute = message(
  {},
  {
    from: about('Locality of callers: REGION/ZONE/SUBZONE, * at the end.', text),
    to: about('Percent by locality; 100 together.', map(uint32)),
  },
)

const LocalityFailover = message(
  {},
  { from: about('Region of callers.', text), to: about('Region that takes over.', text) },
)

export const LocalityLoadBalancerSetting = message(
  {},
  {
    distribute: about('Shares by locality. Not with failover.', list(LocalityDistribute)),
    failover: about('Which region takes over; needs outlierDetection.', list(LocalityFailover)),
    failoverPriority: about(
      'Labels in order: endpoints that share more of them with the caller come first.',
      list(text),
    ),
    enabled: about('Whether locality counts.', flag, true),
  },
)
export type LocalityLoadBalancerSetting = Of<typeof LocalityLoadBalancerSetting>

const ZoneAwareFailover = message(
  {},
  { from: about('Region of callers.', text), to: about('Region that takes over.', text) },
)

export const ZoneAwareLoadBalancerSetting = message(
  {},
  {
    enabled: about('Whether zones count.', flag, true),
    failover: about('Which region takes over.', list(ZoneAwareFailover)),
    failoverPriority: about('Labels in order.', list(text)),
    minClusterSize: about('Fewest endpoints for which zones count.', integer(1, Number.MAX_SAFE_INTEGER), 6),
  },
)
export type ZoneAwareLoadBalancerSetting = Of<typeof ZoneAwareLoadBalancerSetting>
