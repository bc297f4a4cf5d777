import { about, duration, flag, list, message, number, type Of, text, uint64, words } from '../../../schema/fields.ts'
import { LocalityLoadBalancerSetting, ZoneAwareLoadBalancerSetting } from './locality.ts'

const HTTPCookieAttribute = message(
  { name: about('Name of the attribute.', text) },
  { value: about('Value of the attribute.', text) },
)

const HTTPCookie = message(
  { name: about('Name of the cookie.', text) },
  {
    path: about('Path of the cookie.', text),
    ttl: about('Life of the cookie; 0s for a session cookie.', duration),
    attributes: about('Further attributes, as SameSite.', list(HTTPCookieAttribute)),
  },
)

const RingHash = message({}, { minimumRingSize: about('Entries of the ring.', uint64, 1024) })

const MagLev = message({}, { tableSize: about('Entries of the table; a prime number.', uint64, 65537) })

export const ConsistentHashLB = message(
  {},
  {
    httpHeaderName: about('By a header.', text),
    httpCookie: about('By a cookie, which is made if there is none.', HTTPCookie),
    useSourceIp: about('By the address of the client.', flag),
    httpQueryParameterName: about('By a query parameter.', text),
    ringHash: about('Ring of hashes.', RingHash),
    maglev: about('Maglev table: even, and fast to build.', MagLev),
    minimumRingSize: about('Old form of ringHash.minimumRingSize.', uint64),
  },
  {
    oneofs: [
      ['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'],
      ['ringHash', 'maglev'],
    ],
  },
)
export type ConsistentHashLB = Of<typeof ConsistentHashLB>

const WarmupConfiguration = message(
  { duration: about('How long an endpoint that is new gets less.', duration) },
  {
    minimumPercent: about('Percent that it starts with.', number, 10),
    aggression: about('How fast it rises: 1 is linear.', number, 1),
  },
)

export const LoadBalancerSettings = message(
  {},
  {
    simple: about(
      'Algorithm.',
      words('UNSPECIFIED', 'LEAST_CONN', 'RANDOM', 'PASSTHROUGH', 'ROUND_ROBIN', 'LEAST_REQUEST'),
      'LEAST_REQUEST',
    ),
    consistentHash: about('The same client keeps its endpoint.', ConsistentHashLB),
    localityLbSetting: about('Locality: replaces that of the mesh as a whole.', LocalityLoadBalancerSetting),
    zoneAwareLbSetting: about('Prefers the own zone as far as it can take the load.', ZoneAwareLoadBalancerSetting),
    warmupDurationSecs: about('Old form of warmup.', duration),
    warmup: about('New endpoints get less at first.', WarmupConfiguration),
  },
  { oneofs: [['simple', 'consistentHash']] },
)
export type LoadBalancerSettings = Of<typeof LoadBalancerSettings>
