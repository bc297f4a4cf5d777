import { type Condition, findKind, objectKey, type Resource } from '@mizzen/api'
import type { LocalPod } from '@mizzen/local'
import type { ApiClient } from '../mesh/api-client.ts'
import type { GatewayTarget } from './gateway-target.ts'
import { statusOf } from './load-generator.ts'

/** What is asked, in this order. */
export interface ReadinessSources {
  readonly mesh: ApiClient
  readonly pods: () => readonly LocalPod[]
  /** Whether every Deployment has had all its Pods ready. */
  readonly podsReady: () => boolean
  /** EndpointSlices as they were written last. */
  readonly slices: () => readonly Resource[]
  readonly target: () => GatewayTarget | undefined
}

/** The kinds that tell whether they are live. */
const PROGRAMMED_KINDS = ['gateways', 'virtualservices', 'destinationrules', 'services']

/**
 * What is still missing for the mesh to be ready, as a sentence; undefined if nothing is: Pods are ready, every object
 * is in every proxy (or refused, which is told elsewhere), and the gateway answers.
 */
export async function missing({
  mesh,
  pods,
  podsReady,
  slices,
  target,
}: ReadinessSources): Promise<string | undefined> {
  if (!podsReady()) return waitingPods(pods())
  const behind = (await endpointsBehind(mesh, slices())) ?? (await firstUnprogrammed(mesh))
  if (behind !== undefined) return behind
  const to = target()
  if (to === undefined) return undefined
  const status = await statusOf(to)
  if (status === undefined) return `the gateway does not answer at ${to.url}`
  return status === 503 ? `the gateway answers 503 at ${to.url}` : undefined
}

function waitingPods(pods: readonly LocalPod[]): string {
  const waiting = pods.filter(({ ready, terminating }) => !ready && !terminating)
  const [first] = waiting
  if (first === undefined) return 'Pods are being made'
  const message = first.message === '' ? first.phase : first.message
  return `${pods.length - waiting.length} of ${pods.length} Pods are ready; ${first.name}: ${message}`
}

/** Endpoints come to proxies some milliseconds after Pods are ready; a request before that is answered 503. */
async function endpointsBehind(mesh: ApiClient, written: readonly Resource[]): Promise<string | undefined> {
  const { items, revision } = await mesh.listAt(findKind('endpointslices')!)
  const seen = new Map(items.map((slice) => [objectKey(slice), slice.metadata.resourceVersion]))
  if (written.some((slice) => seen.get(objectKey(slice)) !== slice.metadata.resourceVersion)) {
    return 'the control plane has not read all endpoints yet'
  }
  const late = (await mesh.syncStatuses()).find((status) => status.answered_revision < revision)
  return late && `${late.proxy} has not got all endpoints yet`
}

async function firstUnprogrammed(mesh: ApiClient): Promise<string | undefined> {
  for (const word of PROGRAMMED_KINDS) {
    const objects = await mesh.list(findKind(word)!)
    for (const object of objects) {
      const condition = programmedOf(object)
      if (condition?.status === 'True' || condition?.reason === 'Rejected') continue
      return `${object.kind} ${object.metadata.name} is not in every proxy yet: ${condition?.message ?? 'not looked at'}`
    }
  }
  return undefined
}

function programmedOf(object: Resource): Condition | undefined {
  const { conditions } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] }
  return conditions?.find(({ type }) => type === 'Programmed')
}
