import type { Condition, ObjectKey } from '@mizzen/api'

/** What one proxy has to do with an object, as far as anybody knows now. */
export interface ProxyFacts {
  /** `pod.namespace`. */
  readonly name: string
  /** False for a proxy that is expected, because its Pod runs, and is not connected. */
  readonly connected: boolean
  /** The store revision up to which the proxy has answered everything (refusals are answers). */
  readonly answeredRevision: number
  /** The proxy's words about the object, if it refused something made from it. */
  readonly rejection?: string
  /** What has to come first, if something made from the object is held back. */
  readonly waitsFor?: string
}

export interface ObjectFacts {
  readonly key: ObjectKey
  readonly generation: number
  /** The store revision that brought this generation. */
  readonly revision: number
}

export type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>

/**
 * Whether `object` is live in every one of `proxies`, which are those that it affects. Reasons: `Programmed`,
 * `Pending` (a proxy has not acknowledged it yet) and `Rejected` (a proxy refused it and goes on with what it had).
 */
export function programmed(object: ObjectFacts, proxies: readonly ProxyFacts[]): Verdict {
  const rejecting = proxies.filter((proxy) => proxy.rejection !== undefined)
  const lacking = proxies.filter((proxy) => lacks(proxy, object) !== undefined)
  const count = `${proxies.length - new Set([...rejecting, ...lacking]).size} of ${proxies.length} proxies`
  const [refusing] = rejecting
  if (refusing !== undefined) return no('Rejected', `${count}; ${refusing.name} refused it: ${refusing.rejection}`)
  const [waiting] = lacking
  if (waiting !== undefined) return no('Pending', `${count}; ${waiting.name} ${lacks(waiting, object)}`)
  const note = proxies.length === 0 ? ': no proxy uses it' : ''
  return { status: 'True', reason: 'Programmed', message: `${count}${note}` }
}

function lacks(proxy: ProxyFacts, object: ObjectFacts): string | undefined {
  if (!proxy.connected) return 'is not connected'
  if (proxy.answeredRevision < object.revision) return 'has not acknowledged it yet'
  if (proxy.waitsFor !== undefined) return `waits for ${proxy.waitsFor}`
  return undefined
}

function no(reason: string, message: string): Verdict {
  return { status: 'False', reason, message }
}
