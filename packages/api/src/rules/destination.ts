import type { Destination } from '../kinds/networking/routing/destination.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkHost, wildcardFault } from './hosts.ts'
import { isDnsLabel } from './names.ts'
import { checkPort } from './values.ts'

export function checkDestination(destination: Destination | undefined, path: string, report: Report): void {
  if (destination === undefined) return
  const { host, subset, port } = destination
  const fault = host === '*' ? '"*" is no destination; name a host' : wildcardFault(host)
  checkHost(host, fault, `${path}.host`, report)
  if (subset !== undefined && subset !== '') checkSubsetName(subset, `${path}.subset`, report)
  if (port !== undefined) checkPort(port.number ?? 0, `${path}.port.number`, report)
}

export function checkSubsetName(name: string, path: string, report: Report): void {
  if (!isDnsLabel(name)) refuse(report, 'bad-name', path, `"${name}" is not a subset name`, 'use letters, digits and -')
}

interface Weighted {
  readonly destination: Destination
  readonly weight?: number
}

/** Weights are relative: they need no sum, but among several one must be more than 0. */
export function checkDestinations(routes: readonly Weighted[] | undefined, path: string, report: Report): void {
  let total = 0
  routes?.forEach(({ destination, weight = 0 }, index) => {
    const at = itemPath(path, index)
    checkDestination(destination, `${at}.destination`, report)
    if (weight < 0) refuse(report, 'bad-weight', `${at}.weight`, `weight ${weight} is less than 0`)
    total += weight
  })
  if (routes !== undefined && routes.length > 1 && total === 0) {
    refuse(report, 'bad-weight', path, 'all weights are 0, so that no destination is chosen', 'give one a weight')
  }
}
