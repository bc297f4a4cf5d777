import type { CanarySpec, RouteDestination } from '@mizzen/api'

/** `spec.stable` and `spec.canary`. */
export type Version = CanarySpec['stable']

type Versions = Pick<CanarySpec, 'stable' | 'canary'>
type Destination = RouteDestination['destination']
/** HTTP's destinations have more, which stays. */
type Share = Pick<RouteDestination, 'destination' | 'weight'>

export function isVersion(destination: Destination | undefined, version: Version): boolean {
  if (destination === undefined) return false
  return version.subset === undefined ? destination.host === version.host : destination.subset === version.subset
}

/** The same destination, of another version. */
export function at(destination: Destination, version: Version): Destination {
  if (version.subset !== undefined) return { ...destination, subset: version.subset }
  const { subset: _subset, ...rest } = destination
  return { ...rest, host: version.host ?? destination.host }
}

export function leadsToVersion(destinations: readonly Share[] | undefined, { stable, canary }: Versions): boolean {
  return (destinations ?? []).some(
    ({ destination }) => isVersion(destination, stable) || isVersion(destination, canary),
  )
}

/**
 * Destinations of neither version keep their shares; what the two have together is shared anew. Weights that do not sum
 * to 100, as they need not, do so from here on.
 *
 * @param weight percent
 */
export function split<One extends Share>(
  destinations: readonly One[],
  versions: Versions,
  weight: number,
): readonly (One | Share)[] {
  const stable = destinations.find(({ destination }) => isVersion(destination, versions.stable))
  const canary = destinations.find(({ destination }) => isVersion(destination, versions.canary))
  const known = stable ?? canary
  if (known === undefined) return destinations
  const given = destinations.filter((one) => one !== stable && one !== canary)
  const total = destinations.reduce((sum, one) => sum + (one.weight ?? 0), 0)
  const others =
    given.length === 0 || total === 0
      ? given
      : given.map((one) => ({ ...one, weight: Math.round((100 * (one.weight ?? 0)) / total) }))
  const rest = others.reduce((sum, one) => sum + (one.weight ?? 0), 0)
  const both = Math.max(0, 100 - rest)
  const share = shareOf(both, weight)
  const part = (old: One | undefined, version: Version, amount: number) => ({
    ...(old ?? { destination: at(known.destination, version) }),
    weight: amount,
  })
  return [part(stable, versions.stable, both - share), part(canary, versions.canary, share), ...others]
}

function shareOf(both: number, weight: number): number {
  return Math.round((both * weight) / 100)
}

/**
 * Percent that the canary gets of what both versions get together.
 *
 * @param meant what it may be meant to be: that is the answer where whole weights come no nearer to it
 */
export function weightIn(
  destinations: readonly Share[],
  { stable, canary }: Versions,
  meant: readonly number[] = [],
): number {
  const sum = (version: Version) =>
    destinations
      .filter(({ destination }) => isVersion(destination, version))
      .reduce((total, { weight }) => total + (weight ?? (destinations.length === 1 ? 100 : 0)), 0)
  const tried = sum(canary)
  const both = tried + sum(stable)
  if (both === 0) return 0
  return meant.find((weight) => shareOf(both, weight) === tried) ?? Math.round((100 * tried) / both)
}

export function withoutVersion<One extends Share>(destinations: readonly One[], version: Version): readonly One[] {
  return destinations.filter(({ destination }) => !isVersion(destination, version))
}
