import type { Pod } from '@mizzen/api'

interface PodShape {
  readonly ip?: string
  readonly ready?: boolean
  readonly terminating?: boolean
  readonly labels?: Readonly<Record<string, string>>
  readonly namespace?: string
  readonly created?: string
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[]
  readonly owner?: string
}

/** A Pod as the plans see it. */
export function podLike(name: string, shape: PodShape = {}): Pod {
  const {
    ip = '127.10.0.1',
    ready = true,
    terminating = false,
    labels = { app: 'hello' },
    namespace = 'default',
  } = shape
  const owner = shape.owner && [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: shape.owner, controller: true }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels,
      creationTimestamp: shape.created ?? '2026-01-01T00:00:00Z',
      ...(terminating ? { deletionTimestamp: '2026-01-01T00:01:00Z' } : {}),
      ...(owner ? { ownerReferences: owner } : {}),
    },
    spec: { containers: [{ name: 'main', ports: shape.ports ?? [{ name: 'web', containerPort: 8080 }] }] },
    status: {
      phase: 'Running',
      podIP: ip,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  }
}
