import type {
  Canary,
  CanarySpec,
  Deployment,
  DestinationRule,
  HorizontalPodAutoscaler,
  VirtualService,
} from '@mizzen/api'
import type { Logger } from '@mizzen/base'
import type { Store } from '@mizzen/store'
import type { Action } from '../decide/action.ts'
import { isOverlay } from '../overlay/overlay.ts'
import { sendAlert } from './alerts.ts'
import { autoscalerOf, withFloor, withoutFloor } from './autoscaler.ts'
import { retired, withoutSubset, withTemplateOf } from './clean-up.ts'
import type { Scene } from './observe.ts'
import { withAffinity, withHeaderRoute } from './route-variants.ts'
import { withMirror, withoutStable, withWeight } from './route-weights.ts'
import type { Post } from './webhooks.ts'

interface ActorDeps {
  readonly store: Store
  readonly logger: Logger
  readonly post: Post
}

/** The VirtualService as if the canary had never been there. */
function withoutCanary(virtualService: VirtualService, spec: CanarySpec): VirtualService {
  const plain = withHeaderRoute(withAffinity(virtualService, spec, null), spec, null)
  return withMirror(withWeight(plain, spec, 0), spec, 0)
}

type Edit = (virtualService: VirtualService, spec: CanarySpec) => VirtualService

/** Does what was decided, in the store and by calls out. Everything here may be done again without harm. */
export class Actor {
  readonly #deps: ActorDeps

  constructor(deps: ActorDeps) {
    this.#deps = deps
  }

  /** @param action any but those that are about the rollout's own memory and hooks */
  async act(canary: Canary, scene: Scene, action: Action): Promise<void> {
    const edit = editOf(action)
    if (action.kind === 'set-weight' && action.weight === 0) await this.#releaseFloor(scene)
    if (edit !== null) return this.#edit(canary, edit)
    switch (action.kind) {
      case 'release':
        return this.#edit({ ...canary, spec: { ...canary.spec, ...action.target } }, withoutCanary)
      case 'scale-canary':
        return this.#scale(scene, action.percent, action.atLeast === true)
      case 'scale-canary-to-zero':
        // An autoscaler leaves what is scaled to 0 alone.
        return this.#setReplicas(scene.canary?.deployment, 0)
      case 'copy-template':
        return this.#copyTemplate(scene)
      case 'alert':
        return this.#alert(canary, action)
      case 'clean-up':
        await this.#releaseFloor(scene)
        return this.#cleanUp(canary, scene)
    }
  }

  #alert(canary: Canary, alert: Extract<Action, { kind: 'alert' }>): void {
    const { logger, post } = this.#deps
    const { namespace, name } = canary.metadata
    logger.info(alert.message, { canary: `${namespace}/${name}`, severity: alert.severity })
    sendAlert(canary, alert, post, logger)
  }

  /** Reads the object anew: several actions of one decision build on each other. An overlay follows from the state alone. */
  async #edit({ metadata, spec }: Canary, edit: Edit): Promise<void> {
    if (spec === undefined || isOverlay(spec)) return
    const name = spec.traffic.virtualService
    const current = this.#deps.store.get('VirtualService', metadata.namespace ?? 'default', name) as
      | VirtualService
      | undefined
    if (current === undefined) return
    const next = edit(current, spec)
    if (JSON.stringify(next.spec) !== JSON.stringify(current.spec)) await this.#deps.store.apply(next)
  }

  async #scale({ stable, canary }: Scene, percent: number, atLeast: boolean): Promise<void> {
    const part = Math.max(1, Math.ceil(((stable?.health.wanted ?? 1) * percent) / 100))
    const wanted = Math.min(part, canary?.health.most ?? part)
    const deployment = canary?.deployment
    if (deployment !== undefined) await this.#setFloor(deployment, (autoscaler) => withFloor(autoscaler, wanted))
    await this.#setReplicas(deployment, atLeast ? Math.max(wanted, canary?.health.wanted ?? 0) : wanted)
  }

  /** The rollout needs no replicas of its own any more. */
  async #releaseFloor({ canary }: Scene): Promise<void> {
    if (canary?.deployment !== undefined) await this.#setFloor(canary.deployment, withoutFloor)
  }

  async #setFloor(
    deployment: Deployment,
    change: (autoscaler: HorizontalPodAutoscaler) => HorizontalPodAutoscaler,
  ): Promise<void> {
    const autoscaler = autoscalerOf(this.#deps.store, deployment)
    const next = autoscaler && change(autoscaler)
    if (next !== undefined && next !== autoscaler) await this.#deps.store.apply(next)
  }

  async #setReplicas(deployment: Deployment | undefined, replicas: number): Promise<void> {
    if (deployment?.spec === undefined || (deployment.spec.replicas ?? 1) === replicas) return
    await this.#deps.store.apply({ ...deployment, spec: { ...deployment.spec, replicas } })
  }

  async #copyTemplate({ stable, canary }: Scene): Promise<void> {
    if (stable?.deployment === undefined || canary?.deployment === undefined) return
    await this.#deps.store.apply(withTemplateOf(stable.deployment, canary.deployment))
  }

  /** What nothing leads to any more. */
  async #cleanUp({ spec }: Canary, { stable }: Scene): Promise<void> {
    const policy = spec?.cleanUp ?? {}
    const { store } = this.#deps
    const subset = spec?.stable.subset
    if (policy.removeSubset === true && subset !== undefined && stable !== undefined) {
      const rule = stable.destinationRule
      if (rule !== undefined) await store.apply(withoutSubset(rule as DestinationRule, subset))
    }
    const deployment = stable?.deployment
    if (deployment === undefined) return
    const { namespace = 'default', name } = deployment.metadata
    if (policy.workload === 'delete') return void (await store.remove('Deployment', namespace, name))
    if (policy.workload === 'label') await store.apply(retired(deployment))
    const current = store.get('Deployment', namespace, name) as Deployment | undefined
    if (policy.scaleDown !== false) await this.#setReplicas(current, 0)
  }
}

/** The change of the VirtualService that an action is; null for others. */
function editOf(action: Action): Edit | null {
  switch (action.kind) {
    case 'set-weight':
      return (virtualService, spec) => withWeight(virtualService, spec, action.weight)
    case 'set-mirror':
      return (virtualService, spec) => withMirror(virtualService, spec, action.percentage)
    case 'set-header-route':
      return (virtualService, spec) => withHeaderRoute(virtualService, spec, action.match)
    case 'set-affinity':
      return (virtualService, spec) => withAffinity(virtualService, spec, action.value)
    case 'remove-routes':
      return withoutStable
    default:
      return null
  }
}
