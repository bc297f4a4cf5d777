import type { Pod } from '@mizzen/api'
import { decideInjection, defaultMesh, inject } from '@mizzen/injection'
import { bootstrapPath, proxyDirectory } from '../kubelet/pod-files.ts'
import type { LocalSettings } from '../settings.ts'

/** One thread: a machine that runs a whole mesh has none to spare. */
const DEFAULT_PROXY_ARGS = ['--concurrency', '1']
const POLICY = { byDefault: true, revision: 'default' }

/** The Pod with its proxy, unless its labels or those of its namespace say no. */
export function injected(pod: Pod, namespaceLabels: Readonly<Record<string, string>>, settings: LocalSettings): Pod {
  if (!decideInjection(pod.metadata, pod.spec, namespaceLabels, POLICY).inject) return pod
  const { stateDir, proxyArgs = DEFAULT_PROXY_ARGS, mesh = defaultMesh } = settings
  return inject(pod, {
    mesh: { ...mesh, interceptionMode: 'NONE' },
    image: 'mizzen/proxy',
    bootstrapPath: bootstrapPath(stateDir, pod),
    extraArgs: [...proxyArgs, '--cache', `${proxyDirectory(stateDir, pod)}/cache`],
    revision: POLICY.revision,
  })
}
