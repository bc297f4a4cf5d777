import { type Fields, fields, items, type Labels, labelsIn, text, whole } from '../loose.ts'
import type { Subject } from '../subject.ts'

/** The name that injection gives the sidecar. */
export const PROXY_CONTAINER = 'istio-proxy'

/** A Pod, or what a template makes Pods of. */
export interface PodFacts {
  readonly labels: Labels
  readonly annotations: Labels
  readonly containers: readonly Fields[]
  readonly initContainers: readonly Fields[]
  readonly hostNetwork: boolean
  readonly nodeName: string
  /** User id that the Pod's security context asks for. */
  readonly runAsUser: number | undefined
}

export function podFacts({ labels, annotations, spec }: Pick<Subject, 'labels' | 'annotations' | 'spec'>): PodFacts {
  return {
    labels,
    annotations,
    containers: items(spec.containers),
    initContainers: items(spec.initContainers),
    hostNetwork: spec.hostNetwork === true,
    nodeName: text(spec.nodeName),
    runAsUser: whole(fields(spec.securityContext).runAsUser),
  }
}

/** Of a Deployment and its like. */
export function templateFacts({ spec }: Subject): PodFacts {
  const template = fields(spec.template)
  const metadata = fields(template.metadata)
  return podFacts({
    labels: labelsIn(metadata.labels),
    annotations: labelsIn(metadata.annotations),
    spec: fields(template.spec),
  })
}

/** True if a sidecar is there, as a container or, native, as an init container. */
export function hasProxy({ containers, initContainers }: PodFacts): boolean {
  return proxyContainers({ containers, initContainers }).some(({ image }) => text(image) !== '')
}

export function proxyContainers({ containers, initContainers }: Pick<PodFacts, 'containers' | 'initContainers'>) {
  return [...containers, ...initContainers].filter(({ name }) => name === PROXY_CONTAINER)
}
