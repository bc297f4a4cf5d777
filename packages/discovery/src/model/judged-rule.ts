import type { Canary, CanarySpec } from '@mizzen/api'
import { resolveShortName } from './host-name.ts'
import type { MeshSettings } from './mesh-settings.ts'
import type { VirtualServiceModel } from './virtual-service.ts'

/** A VirtualService whose routes a rollout judges one by one: servers are to tell them apart too. */
export interface JudgedRule {
  /** Key of the VirtualService. */
  readonly rule: string
  /** Services that the two versions are called by. What shares are, and whether a version has one now, does not show. */
  readonly hosts: readonly string[]
  /** Those of `hosts` that are versions by themselves: a route that leads to one may lead to the other at any time. */
  readonly versions: readonly string[]
}

/** Key of the VirtualService that a Canary names. */
export function ruleOfCanary({ metadata, spec }: Canary): string {
  return `VirtualService/${metadata.namespace ?? ''}/${spec.traffic.virtualService}`
}

/** Undefined if nobody asks for single routes, or no HTTP route leads to a version. */
export function judgedRule(canary: Canary, rule: VirtualServiceModel, mesh: MeshSettings): JudgedRule | undefined {
  const { stable, canary: tried, analysis } = canary.spec as CanarySpec
  if (analysis?.perRoute === false) return undefined
  const named = [stable, tried].flatMap(({ host }) => host ?? [])
  const versions = named.map((host) => resolveShortName(host, rule.origin.namespace, mesh.domain))
  const subsets = [stable, tried].flatMap(({ subset }) => subset ?? [])
  const called = rule.http
    .flatMap(({ route = [] }) => route.map(({ destination }) => destination))
    .filter(({ host, subset }) => versions.includes(host) || (subset !== undefined && subsets.includes(subset)))
  if (called.length === 0) return undefined
  const hosts = [...new Set([...versions, ...called.map(({ host }) => host)])].sort()
  return { rule: rule.origin.key, hosts, versions: versions.sort() }
}
