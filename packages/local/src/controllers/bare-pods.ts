import { objectKey, type Pod } from '@mizzen/api'
import { contentName } from './object-names.ts'

/** What a Pod that belongs to no controller was started from. */
export type BarePods = ReadonlyMap<string, string>

export interface BarePodPlan {
  readonly running: BarePods
  readonly create: readonly Pod[]
  /** Keys. */
  readonly remove: readonly string[]
}

/**
 * What is to be done about the Pods that users write themselves. One whose specification changed is ended, and started
 * again when it is gone (its name is in use until then).
 *
 * @param exists whether a Pod of this key still runs or is going away.
 */
export function planBarePods(wanted: readonly Pod[], running: BarePods, exists: (key: string) => boolean): BarePodPlan {
  const next = new Map<string, string>()
  const create: Pod[] = []
  const remove: string[] = []
  for (const pod of wanted) {
    const key = objectKey(pod)
    const { labels, annotations } = pod.metadata
    const content = contentName({ labels, annotations, spec: pod.spec })
    if (running.get(key) === content && exists(key)) next.set(key, content)
    else if (exists(key)) remove.push(key)
    else {
      next.set(key, content)
      create.push(pod)
    }
  }
  const named = new Set(wanted.map((pod) => objectKey(pod)))
  for (const key of running.keys()) if (!named.has(key)) remove.push(key)
  return { running: next, create, remove }
}
