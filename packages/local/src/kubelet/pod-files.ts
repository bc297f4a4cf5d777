import { dirname, join, resolve } from 'node:path'
import type { Pod } from '@mizzen/api'

type Named = Pick<Pod, 'metadata'>

/** One file for each container: `logs/NAMESPACE_POD_CONTAINER.log`. A restarted container goes on in it. */
export function logPath(stateDir: string, pod: Named, container: string): string {
  return join(stateDir, 'logs', `${pod.metadata.namespace}_${pod.metadata.name}_${container}.log`)
}

/** What the proxy of a Pod keeps across its restarts. */
export function proxyDirectory(stateDir: string, pod: Named): string {
  return join(stateDir, 'proxies', `${pod.metadata.namespace}_${pod.metadata.name}`)
}

export function bootstrapPath(stateDir: string, pod: Named): string {
  return join(proxyDirectory(stateDir, pod), 'bootstrap.json')
}

/** The directory of the file that an object is written in, if that is one of the user's; else the user's directory. */
export function baseDirectoryOf(file: string | undefined, userDirectory: string): string {
  const root = resolve(userDirectory)
  const directory = file === undefined ? root : dirname(resolve(file))
  return directory === root || directory.startsWith(`${root}/`) ? directory : root
}
