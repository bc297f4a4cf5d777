import type { ObjectMeta, PodSpec } from '@mizzen/api'

export interface InjectionPolicy {
  /** Pods in namespaces without any injection label are injected unless they say no. Istio's default is false. */
  readonly byDefault: boolean
  /** The control plane's revision; `default` unless several run side by side. */
  readonly revision: string
}

export interface Decision {
  readonly inject: boolean
  /** Why, as a sentence without a final stop; names the label that decided. */
  readonly reason: string
}

const INJECT = 'sidecar.istio.io/inject'
const NAMESPACE_LABEL = 'istio-injection'
const REVISION_LABEL = 'istio.io/rev'
/** Kubernetes' own namespaces never get sidecars. */
const SYSTEM_NAMESPACES: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage']

const yes = (reason: string): Decision => ({ inject: true, reason })
const no = (reason: string): Decision => ({ inject: false, reason })

/**
 * Whether a Pod gets a proxy, as Istio's webhooks and injector decide together: the namespace's `istio-injection` comes
 * before `istio.io/rev`, what it disables no Pod can enable; the Pod's label comes before its (deprecated) annotation;
 * a value that is neither true nor false is as if it were not there.
 */
export function decideInjection(
  meta: Pick<ObjectMeta, 'namespace' | 'labels' | 'annotations'>,
  spec: Pick<PodSpec, 'hostNetwork'>,
  namespaceLabels: Readonly<Record<string, string>>,
  policy: InjectionPolicy,
): Decision {
  const namespace = meta.namespace ?? 'default'
  if (spec.hostNetwork === true) return no('the Pod uses the network of its host')
  if (SYSTEM_NAMESPACES.includes(namespace)) return no(`namespace ${namespace} belongs to Kubernetes`)

  const asked = askedByPod(meta)
  if (asked?.value === 'false') return no(`${asked.source} ${INJECT} is false`)

  const chosen = chosenByNamespace(namespaceLabels, policy)
  if (chosen !== undefined) return chosen

  const revision = meta.labels?.[REVISION_LABEL]
  if (revision !== undefined) {
    return revision === policy.revision
      ? yes(`label ${REVISION_LABEL} of the Pod is ${revision}`)
      : no(`label ${REVISION_LABEL} of the Pod asks for revision ${revision}`)
  }
  if (asked?.value === 'true') return yes(`${asked.source} ${INJECT} is true`)
  return policy.byDefault ? yes('injection is on by default') : no(`namespace ${namespace} has no injection label`)
}

function chosenByNamespace(labels: Readonly<Record<string, string>>, policy: InjectionPolicy): Decision | undefined {
  const switched = labels[NAMESPACE_LABEL]
  if (switched === 'enabled') return yes(`label ${NAMESPACE_LABEL} of the namespace is enabled`)
  if (switched !== undefined) return no(`label ${NAMESPACE_LABEL} of the namespace is ${switched}`)
  const revision = labels[REVISION_LABEL]
  if (revision === undefined) return undefined
  return revision === policy.revision
    ? yes(`label ${REVISION_LABEL} of the namespace is ${revision}`)
    : no(`label ${REVISION_LABEL} of the namespace asks for revision ${revision}`)
}

function askedByPod(meta: Pick<ObjectMeta, 'labels' | 'annotations'>) {
  const candidates = [
    { source: 'label', value: meta.labels?.[INJECT] },
    { source: 'annotation', value: meta.annotations?.[INJECT] },
  ]
  const first = candidates.find((candidate) => candidate.value !== undefined)
  return first?.value === 'true' || first?.value === 'false' ? first : undefined
}
