import type { Canary, CanarySpec, VirtualService } from '@mizzen/api'
import type { Store } from '@mizzen/store'
import type { Judged, Observation, Route, VersionHealth } from '../decide/observation.ts'
import type { Judgement } from '../judge/judgement.ts'
import type { Sample } from '../judge/sample.ts'
import { answerOf, verdictOf } from '../judge/verdict.ts'
import { overlaid } from '../overlay/overlay.ts'
import { describeVerdict } from '../report/describe-verdict.ts'
import { weightsOf } from './route-weights.ts'
import { type Selected, selectVersion } from './versions.ts'

/** What the world looks like to one rollout, without the judgement. */
export interface Scene {
  readonly virtualService: VirtualService | undefined
  readonly route: Route
  readonly stable: Selected | undefined
  readonly canary: Selected | undefined
  /** Why a version is not there. */
  readonly missing?: { readonly stable?: string; readonly canary?: string }
}

export const ABSENT: VersionHealth = { revision: '', build: '', wanted: 0, ready: 0, crashing: false }

/** @param meant weights that the route is meant to have; where others share in it, what it has may be rounded */
export function sceneOf(store: Store, canary: Canary, meant: readonly number[] = []): Scene {
  const spec = canary.spec as CanarySpec
  const namespace = canary.metadata.namespace ?? 'default'
  const name = spec.traffic.virtualService
  const virtualService = store.get('VirtualService', namespace, name) as VirtualService | undefined
  if (virtualService === undefined) {
    const route = { kind: 'missing' as const, message: `there is no VirtualService ${namespace}/${name}` }
    return { virtualService, route, stable: undefined, canary: undefined }
  }
  const objects = { store, namespace, virtualService }
  const stable = selectVersion(objects, spec, spec.stable)
  const tried = selectVersion(objects, spec, spec.canary)
  return {
    virtualService,
    route: routeOf(overlaid(virtualService, [canary]), spec, meant),
    stable: 'missing' in stable ? undefined : stable,
    canary: 'missing' in tried ? undefined : tried,
    missing: {
      ...('missing' in stable && { stable: stable.missing }),
      ...('missing' in tried && { canary: tried.missing }),
    },
  }
}

function routeOf(virtualService: VirtualService, spec: CanarySpec, meant: readonly number[]): Route {
  const weights = weightsOf(virtualService, spec, meant)
  if ('problem' in weights) return { kind: 'missing', message: weights.problem }
  return { kind: 'there', ...weights, programmed: isProgrammed(virtualService) }
}

function isProgrammed({ metadata, status }: VirtualService): boolean {
  const condition = status?.conditions?.find(({ type }) => type === 'Programmed')
  return condition?.status === 'True' && (condition.observedGeneration ?? 0) >= (metadata.generation ?? 0)
}

export interface Evidence {
  readonly judgement: Judgement
  /** False when samples have stopped coming. */
  readonly fresh: boolean
  /** Samples since the last change of weight was live. */
  readonly recent: readonly Sample[]
}

export function observationOf(
  scene: Scene,
  evidence: Evidence,
  results: Omit<Observation, 'route' | 'stable' | 'canary' | 'judged'>,
): Observation {
  return {
    route: scene.route,
    stable: scene.stable?.health ?? { ...ABSENT, missing: scene.missing?.stable },
    canary: scene.canary?.health ?? { ...ABSENT, missing: scene.missing?.canary },
    judged: evidence.fresh ? judged(evidence) : null,
    ...results,
  }
}

function judged({ judgement, recent }: Evidence): Judged {
  const whole = judgement.channels.filter(({ route }) => route === '')
  const channel = whole.find(({ side }) => side === 'caller') ?? whole[0]
  const answer = answerOf(judgement)
  return {
    answer,
    // Most ticks show it to nobody.
    get message() {
      return describeVerdict(verdictOf(judgement))
    },
    canaryRequests: channel?.canary.requests ?? 0,
    recent: { canary: sum(recent, 'canary'), stable: sum(recent, 'stable') },
  }
}

function sum(samples: readonly Sample[], version: 'canary' | 'stable'): number {
  const whole = samples.flatMap(({ channels }) =>
    channels.filter(({ route, side }) => route === '' && side === 'caller'),
  )
  return whole.reduce((total, channel) => total + channel[version].requests, 0)
}
