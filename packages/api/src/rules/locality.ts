import type { LocalityLoadBalancerSetting, ZoneAwareLoadBalancerSetting } from '../kinds/networking/policy/locality.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath, itemPath } from '../schema/field-path.ts'
import { refuse, warn } from './findings.ts'

/** Labels of places, from the widest; `failover` already says what happens between regions. */
const TOPOLOGY = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone']

export function checkLocality(
  setting: LocalityLoadBalancerSetting | undefined,
  path: string,
  hasOutlierDetection: boolean,
  report: Report,
): void {
  if (setting === undefined) return
  const { distribute = [], failover = [], failoverPriority = [] } = setting
  if (distribute.length > 0 && failover.length > 0) {
    refuse(report, 'conflict', `${path}.failover`, 'only one of distribute and failover may be set')
  }
  const label = failoverPriority.find((name) => TOPOLOGY.includes(name))
  if (failover.length > 0 && label !== undefined) {
    refuse(report, 'conflict', `${path}.failoverPriority`, `${label} and failover say the same thing twice`)
  }
  distribute.forEach(({ to = {} }, index) => {
    checkShares(to, `${itemPath(`${path}.distribute`, index)}.to`, report)
  })
  checkLocalities(
    distribute.map(({ from = '' }) => from),
    `${path}.distribute`,
    report,
  )
  checkFailover(setting, path, hasOutlierDetection, report)
}

export function checkZoneAware(
  setting: ZoneAwareLoadBalancerSetting | undefined,
  path: string,
  hasOutlierDetection: boolean,
  report: Report,
): void {
  if (setting === undefined) return
  setting.failoverPriority?.forEach((label, index) => {
    if (!TOPOLOGY.includes(label)) return
    const at = itemPath(`${path}.failoverPriority`, index)
    refuse(report, 'conflict', at, `${label} is already what zone-aware balancing goes by`)
  })
  checkFailover(setting, path, hasOutlierDetection, report)
}

/** Without outlier detection nothing tells that a place is down. */
function checkFailover(
  { failover = [], failoverPriority = [] }: ZoneAwareLoadBalancerSetting,
  path: string,
  hasOutlierDetection: boolean,
  report: Report,
): void {
  if (failover.length + failoverPriority.length > 0 && !hasOutlierDetection) {
    warn(report, 'no-outlier-detection', path, 'failover needs outlierDetection to take effect', 'add outlierDetection')
  }
  failover.forEach(({ from = '', to = '' }, index) => {
    const at = itemPath(`${path}.failover`, index)
    if (from === to) refuse(report, 'conflict', at, 'from and to must be different regions')
    if (/[/*]/.test(from + to)) refuse(report, 'bad-locality', at, 'failover is between regions, without / and *')
  })
}

function checkShares(to: Readonly<Record<string, number>>, path: string, report: Report): void {
  let total = 0
  for (const [locality, share] of Object.entries(to)) {
    if (share < 1 || share > 100)
      refuse(report, 'bad-weight', fieldPath(path, locality), `${share} is not from 1 to 100`)
    total += share
  }
  if (total !== 100) refuse(report, 'bad-weight', path, `the shares make ${total}, not 100`)
  checkLocalities(Object.keys(to), path, report)
}

/** `region`, `region/zone` or `region/zone/subzone`; a final * stands for the rest; none may lie within another. */
export function checkLocalities(localities: readonly string[], path: string, report: Report): void {
  const seen = new LocalityTree()
  for (const locality of localities) {
    const wildcard = locality.indexOf('*')
    const parts = locality.split('/')
    if (wildcard !== -1 && wildcard !== locality.length - 1) {
      refuse(report, 'bad-locality', path, `"${locality}": a * may only be the last part`)
    } else if (parts.some((part) => part === '')) {
      refuse(report, 'bad-locality', path, `"${locality}" has an empty part`)
    } else {
      const own = parts.filter((part) => part !== '*')
      const other = seen.overlapping(own)
      if (other !== undefined) refuse(report, 'duplicate', path, `"${locality}" overlaps with "${other}"`)
      seen.add(own, locality)
    }
  }
}

interface Place {
  readonly inside: Map<string, Place>
  /** The first locality that is this place or lies in it. */
  readonly first: string
  /** The locality that is this place as a whole. */
  whole: string | undefined
}

class LocalityTree {
  #world: Place | undefined

  add(parts: readonly string[], locality: string): void {
    this.#world ??= { inside: new Map(), first: locality, whole: undefined }
    let place = this.#world
    for (const part of parts) {
      const next = place.inside.get(part) ?? { inside: new Map(), first: locality, whole: undefined }
      place.inside.set(part, next)
      place = next
    }
    place.whole ??= locality
  }

  /** A locality around this one, or in it. */
  overlapping(parts: readonly string[]): string | undefined {
    let place = this.#world
    for (const part of parts) {
      if (place === undefined || place.whole !== undefined) return place?.whole
      place = place.inside.get(part)
    }
    return place?.first
  }
}
