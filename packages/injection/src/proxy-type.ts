import type { Pod } from '@mizzen/api'
import { PROXY_CONTAINER } from './settings.ts'

/** `router` for gateways, `sidecar` beside an application. The first word of the node's id. */
export type ProxyType = 'sidecar' | 'router'

const TEMPLATES = 'inject.istio.io/templates'

/** A gateway asks for the template `gateway`, or brings its own proxy container that runs `proxy router`. */
export function proxyTypeOf(pod: Pick<Pod, 'metadata' | 'spec'>): ProxyType {
  const templates = (pod.metadata.annotations?.[TEMPLATES] ?? '').split(',').map((name) => name.trim())
  if (templates.includes('gateway')) return 'router'
  const own = pod.spec.containers.find((container) => container.name === PROXY_CONTAINER)
  return own?.args?.[0] === 'proxy' && own.args[1] === 'router' ? 'router' : 'sidecar'
}
