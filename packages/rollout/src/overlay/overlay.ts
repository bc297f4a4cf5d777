import type { Canary, CanarySpec, Resource, VirtualService } from '@mizzen/api'
import type { RolloutState } from '../decide/state.ts'
import { withAffinity, withHeaderRoute } from '../reconcile/route-variants.ts'
import { withMirror, withoutStable, withWeight } from '../reconcile/route-weights.ts'
import { stateOf } from '../reconcile/status.ts'

/** Whether the live weight is kept out of the VirtualService's spec (`weightMode: overlay`): that stays as git has it. */
export function isOverlay(spec: CanarySpec): boolean {
  return spec.traffic.weightMode === 'overlay'
}

/** Says on a VirtualService whose live weights these are: `namespace/name` of the Canary. */
const ANNOTATION = 'mizzen.io/weights-by'

/** The VirtualService as it is in force: with what the rollouts of these Canaries lay over it. Itself if they don't. */
export function overlaid(virtualService: VirtualService, canaries: readonly Canary[]): VirtualService {
  const { namespace, name } = virtualService.metadata
  return canaries.reduce((current, canary) => {
    const { spec, metadata } = canary
    const state = stateOf(canary)
    const isMeant = spec?.traffic.virtualService === name && metadata.namespace === namespace
    return spec !== undefined && state !== null && isMeant && isOverlay(spec) && !waits(state)
      ? signed(apply(current, spec, state), canary)
      : current
  }, virtualService)
}

/** It has not had the routes yet. */
function waits({ phase, reason }: RolloutState): boolean {
  return phase === 'Initializing' && reason.code === 'RouteTaken'
}

/** All objects, with each VirtualService as it is in force. */
export function overlaidObjects(objects: readonly Resource[]): readonly Resource[] {
  const canaries = objects.filter(({ kind }) => kind === 'Canary') as readonly Canary[]
  return objects.map((one) => (one.kind === 'VirtualService' ? overlaid(one as VirtualService, canaries) : one))
}

function apply(virtualService: VirtualService, spec: CanarySpec, state: RolloutState): VirtualService {
  const weighted = withMirror(withWeight(virtualService, spec, state.weight), spec, state.mirror)
  const sticky = withAffinity(weighted, spec, state.affinity ? state.canaryRevision : null)
  const routed = withHeaderRoute(sticky, spec, state.headerRoute ? headerMatch(spec, state) : null)
  return state.routesRemoved ? withoutStable(routed, spec) : routed
}

/** What the last step that said something about headers asked for. */
function headerMatch(spec: CanarySpec, { step }: RolloutState) {
  const said = (spec.steps ?? []).slice(0, step + 1).findLast(({ setHeaderRoute }) => setHeaderRoute !== undefined)
  return said?.setHeaderRoute?.match ?? null
}

function signed(virtualService: VirtualService, { metadata }: Canary): VirtualService {
  const annotations = { ...virtualService.metadata.annotations, [ANNOTATION]: `${metadata.namespace}/${metadata.name}` }
  return { ...virtualService, metadata: { ...virtualService.metadata, annotations } }
}
