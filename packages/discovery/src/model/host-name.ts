import { HostSet } from './host-set.ts'

/**
 * Host names as Istio compares them: a name, or a wildcard that starts with `*` (`*`, `*.example.com`).
 */

export function isWildcard(host: string): boolean {
  return host.startsWith('*')
}

/** True if some name is meant by both. */
export function hostsOverlap(left: string, right: string): boolean {
  if (isWildcard(left) && isWildcard(right)) {
    return left.length < right.length ? right.endsWith(left.slice(1)) : left.endsWith(right.slice(1))
  }
  if (isWildcard(left)) return right.endsWith(left.slice(1))
  if (isWildcard(right)) return left.endsWith(right.slice(1))
  return left === right
}

/** True if every name that `host` means is meant by `other` too. */
export function isSubsetOf(host: string, other: string): boolean {
  if (isWildcard(host)) {
    return isWildcard(other) && host.length >= other.length && host.slice(1).endsWith(other.slice(1))
  }
  return isWildcard(other) ? host.endsWith(other.slice(1)) : host === other
}

/** What both lists mean, by the more specific name of each pair that overlaps; without repetition. */
export function intersectHosts(left: readonly string[], right: readonly string[]): string[] {
  const [lefts, rights] = [new HostSet(left), new HostSet(right)]
  return [...new Set([...left.filter((host) => rights.covers(host)), ...right.filter((host) => lefts.covers(host))])]
}

/** Sorts the more specific first: names before wildcards, longer before shorter, then by the alphabet. */
export function compareSpecificity(left: string, right: string): number {
  if (isWildcard(left) !== isWildcard(right)) return isWildcard(left) ? 1 : -1
  if (left.length !== right.length) return right.length - left.length
  return left < right ? -1 : left > right ? 1 : 0
}

/** The most specific of `candidates` that covers all of `host`. For many questions to the same candidates keep a `HostSet`. */
export function mostSpecificMatch(host: string, candidates: Iterable<string>): string | undefined {
  const [best] = new HostSet(candidates).covering(host)
  return best
}

/** The hosts of a Gateway server that objects of `namespace` may use, without their `namespace/` part. */
export function hostsForNamespace(hosts: readonly string[], namespace: string): string[] {
  return hosts.flatMap((host) => {
    const slash = host.indexOf('/')
    if (slash === -1) return [host]
    const owner = host.slice(0, slash)
    return owner === '*' || owner === namespace ? [host.slice(slash + 1)] : []
  })
}

/**
 * The full name of a host in an object of `namespace`: a name without any dot gets `.<namespace>.svc.<domain>`; all
 * others (`reviews.prod`, `*`, addresses) stay as they are.
 */
export function resolveShortName(host: string, namespace: string, domain: string): string {
  if (host.includes('.') || host.includes(':') || isWildcard(host) || host === '') return host
  return host + (namespace === '' ? '' : `.${namespace}`) + (domain === '' ? '' : `.svc.${domain}`)
}
