import { items, text, texts } from '../loose.ts'
import type { Subject } from '../subject.ts'
import type { Workload } from './workloads.ts'

/** Characters of one value that are looked at. */
const MAX_TEXT = 4_096

/** What follows the `//` of a URL, or stands before a port, or alone between separators. */
const HOST = /(?:\/\/|^|[\s,;=])([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?=[:/\s,;]|$)/gi

const known = new WeakMap<Subject, readonly string[]>()

/** Words in environment, arguments and command of the containers that may be names of hosts, in lower case. */
export function namedHosts({ subject, pod }: Workload): readonly string[] {
  const found =
    known.get(subject) ??
    hostsIn(
      pod.containers.flatMap(({ env, args, command }) => [
        ...items(env).map(({ value }) => text(value)),
        ...texts(args),
        ...texts(command),
      ]),
    )
  known.set(subject, found)
  return found
}

function hostsIn(values: readonly string[]): readonly string[] {
  const hosts = values.flatMap((value) => [...value.slice(0, MAX_TEXT).matchAll(HOST)].map((match) => match[1] ?? ''))
  return [...new Set(hosts.map((host) => host.toLowerCase()))]
}
