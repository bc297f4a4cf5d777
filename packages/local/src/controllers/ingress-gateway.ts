import type { Deployment, Service } from '@mizzen/api'
import { PROXY_CONTAINER } from '@mizzen/injection'
import { matchesAll } from './selector.ts'

const NAME = 'istio-ingressgateway'
const NAMESPACE = 'istio-system'
const LABELS = { istio: 'ingressgateway', app: NAME }

/** The Deployment and the Service of an ingress gateway, as Istio's gateway chart makes them. */
export interface IngressGateway {
  readonly deployment: Deployment
  readonly service: Service
}

/** True if somebody brings a gateway of their own: ours would be a second one on the same port. */
export function bringsIngressGateway(deployments: readonly Deployment[]): boolean {
  const wanted = { istio: LABELS.istio }
  return deployments.some(({ spec }) => matchesAll(wanted, spec.template.metadata?.labels ?? {}))
}

/** Where the gateway takes connections for servers on port 443, as Istio's chart has it: nobody needs to be root for it. */
const HTTPS_PORT = 8_443

/** @param port where the gateway takes connections for servers on port 80. */
export function ingressGateway(port: number): IngressGateway {
  return {
    deployment: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: NAME, namespace: NAMESPACE, labels: LABELS },
      spec: {
        replicas: 1,
        selector: { matchLabels: LABELS },
        template: {
          metadata: {
            labels: { ...LABELS, 'sidecar.istio.io/inject': 'true' },
            annotations: { 'inject.istio.io/templates': 'gateway' },
          },
          spec: { containers: [{ name: PROXY_CONTAINER, image: 'auto' }] },
        },
      },
    },
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: NAME, namespace: NAMESPACE, labels: LABELS },
      spec: {
        type: 'LoadBalancer',
        selector: LABELS,
        ports: [
          { name: 'http2', port: 80, targetPort: port, protocol: 'TCP' },
          { name: 'https', port: 443, targetPort: HTTPS_PORT, protocol: 'TCP' },
        ],
      },
    },
  }
}
