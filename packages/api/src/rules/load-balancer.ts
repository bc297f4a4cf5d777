import type { ConsistentHashLB, LoadBalancerSettings } from '../kinds/networking/policy/load-balancer.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse, warn } from './findings.ts'
import { checkLocality, checkZoneAware } from './locality.ts'
import { checkDuration, checkPercent } from './values.ts'

/** Envoy's bound on the table of the Maglev balancer. */
const MAX_TABLE = 5_000_011

export function checkLoadBalancer(
  settings: LoadBalancerSettings | undefined,
  path: string,
  hasOutlierDetection: boolean,
  report: Report,
): void {
  if (settings === undefined) return
  checkHash(settings.consistentHash, `${path}.consistentHash`, report)
  checkLocality(settings.localityLbSetting, `${path}.localityLbSetting`, hasOutlierDetection, report)
  checkZoneAware(settings.zoneAwareLbSetting, `${path}.zoneAwareLbSetting`, hasOutlierDetection, report)
  if (settings.localityLbSetting && settings.zoneAwareLbSetting) {
    refuse(report, 'conflict', path, 'only one of localityLbSetting and zoneAwareLbSetting may be set')
  }
  checkDuration(settings.warmupDurationSecs, `${path}.warmupDurationSecs`, report)
  const { duration, minimumPercent, aggression = 1 } = settings.warmup ?? {}
  checkDuration(duration, `${path}.warmup.duration`, report)
  checkPercent(minimumPercent, `${path}.warmup.minimumPercent`, report)
  if (aggression < 1) refuse(report, 'out-of-range', `${path}.warmup.aggression`, `${aggression} is less than 1`)
}

function checkHash(hash: ConsistentHashLB | undefined, path: string, report: Report): void {
  if (hash === undefined) return
  const { httpCookie, minimumRingSize = 0, ringHash, maglev } = hash
  if (httpCookie !== undefined && httpCookie.name === '') {
    refuse(report, 'missing-field', `${path}.httpCookie.name`, 'a cookie needs a name')
  }
  checkAttributes(httpCookie?.attributes, `${path}.httpCookie.attributes`, report)
  if (minimumRingSize !== 0) {
    const hint = 'use ringHash.minimumRingSize'
    warn(report, 'deprecated', `${path}.minimumRingSize`, 'minimumRingSize is deprecated', hint)
    if (ringHash || maglev)
      refuse(report, 'conflict', `${path}.minimumRingSize`, 'can stand with neither ringHash nor maglev')
  }
  if (maglev !== undefined) checkTableSize(maglev.tableSize ?? 0, `${path}.maglev.tableSize`, report)
}

function checkAttributes(attributes: readonly { readonly name: string }[] = [], path: string, report: Report): void {
  const seen = new Set<string>()
  attributes.forEach(({ name }, index) => {
    const at = `${itemPath(path, index)}.name`
    if (name === '') refuse(report, 'missing-field', at, 'an attribute needs a name')
    else if (seen.has(name)) refuse(report, 'duplicate', at, `"${name}" is there already`)
    seen.add(name)
  })
}

function checkTableSize(size: number, path: string, report: Report): void {
  if (size === 0) refuse(report, 'missing-field', path, 'maglev needs a tableSize')
  else if (size >= MAX_TABLE) refuse(report, 'out-of-range', path, `${size} is not less than ${MAX_TABLE}`)
  else if (!isPrime(size)) refuse(report, 'out-of-range', path, `${size} is not a prime number`)
}

function isPrime(number: number): boolean {
  if (number < 4) return true
  if (number % 2 === 0) return false
  for (let factor = 3; factor * factor <= number; factor += 2) if (number % factor === 0) return false
  return true
}
