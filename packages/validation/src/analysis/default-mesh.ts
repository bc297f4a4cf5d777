import type { Fields } from './loose.ts'
import { type Subject, subjectOf } from './subject.ts'

/**
 * What every mesh has and few files bring: the ingress gateway that Gateways select by `istio: ingressgateway`. Target
 * ports are those of Istio's chart and of its older manifests.
 */
export function defaultMesh(): readonly Subject[] {
  const objects = [GATEWAY_POD, GATEWAY_SERVICE]
  return objects.flatMap((object) => subjectOf(object) ?? [])
}

const NAMESPACE = 'istio-system'
const LABELS = { istio: 'ingressgateway' }

const GATEWAY_POD: Fields = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'istio-ingressgateway', namespace: NAMESPACE, labels: LABELS },
  spec: { containers: [{ name: 'istio-proxy' }] },
}

const PORTS = [
  [80, 80],
  [80, 8080],
  [443, 443],
  [443, 8443],
  [31400, 31400],
  [15443, 15443],
] as const

const GATEWAY_SERVICE: Fields = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'istio-ingressgateway', namespace: NAMESPACE, labels: LABELS },
  spec: {
    selector: LABELS,
    ports: PORTS.map(([port, targetPort]) => ({ name: `tcp-${targetPort}`, port, targetPort })),
  },
}
