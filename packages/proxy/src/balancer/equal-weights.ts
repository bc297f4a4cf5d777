import type { Weighted } from './picker.ts'

/** Policies have a cheaper way where all weigh the same. */
export function equalWeights(hosts: readonly Weighted[]): boolean {
  return hosts.every((host) => host.weight === hosts[0]?.weight)
}
