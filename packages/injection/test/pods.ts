import type { Pod } from '@mizzen/api'

/** A Pod of the canary example, as its ReplicaSet makes it. */
export const applicationPod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'myapp-v1-5d4f8c7b9-x2x7q',
    namespace: 'default',
    labels: { app: 'myapp', version: 'v1', 'pod-template-hash': '5d4f8c7b9' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'myapp-v1-5d4f8c7b9', controller: true }],
  },
  spec: {
    containers: [{ name: 'myapp', command: ['node', 'server.js'], ports: [{ name: 'http', containerPort: 8080 }] }],
  },
}

export const gatewayPod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'istio-ingressgateway-7c9f8b6d5-abcde',
    namespace: 'istio-system',
    labels: { istio: 'ingressgateway', 'pod-template-hash': '7c9f8b6d5' },
    annotations: { 'inject.istio.io/templates': 'gateway' },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'istio-ingressgateway-7c9f8b6d5', controller: true },
    ],
  },
  spec: { containers: [{ name: 'istio-proxy', image: 'auto', env: [{ name: 'TRUST_DOMAIN', value: 'own.example' }] }] },
}
