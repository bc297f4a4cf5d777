import type { CanarySpec, CanaryStep } from '@mizzen/api'
import { type Imported, type Loose, listAt, numberAt, objectAt, textAt, unknownFields } from './imported.ts'

const NO_COUNTERPART = 'has no counterpart'

/** Argo's Rollout (argoproj.io/v1alpha1), canary or blue-green, with Istio's traffic routing or with two Services. */
export function fromArgo(document: Loose): Imported {
  const metadata = objectAt(document, 'metadata')
  const given = objectAt(document, 'spec')
  const strategy = objectAt(given, 'strategy')
  const name = textAt(metadata, 'name') ?? 'rollout'
  const deadline = numberAt(given, 'progressDeadlineSeconds')
  const paused = given.paused === true ? { paused: true } : {}
  const parts =
    strategy.blueGreen === undefined
      ? canary(name, objectAt(strategy, 'canary'))
      : blueGreen(name, objectAt(strategy, 'blueGreen'))
  return {
    name,
    namespace: textAt(metadata, 'namespace') ?? 'default',
    spec: { ...parts.spec, ...(deadline === undefined ? {} : { progressDeadline: `${deadline}s` }), ...paused },
    notes: [
      ...parts.notes,
      ...unknownFields('spec', given, SPEC_FIELDS, NO_COUNTERPART),
      given.workloadRef === undefined
        ? 'spec.template: a Rollout makes its own ReplicaSets; write a Deployment for the stable version and one for the canary instead'
        : 'spec.workloadRef: write a second Deployment for the canary; the one that is named is the stable version',
      'promotion waits until the request stream is judged, also after the last step (analysis.onNotEnough)',
    ],
  }
}

/** What Kubernetes makes of a Rollout's Pods is said by Deployments here. */
const SPEC_FIELDS = [
  ...['replicas', 'selector', 'template', 'strategy', 'workloadRef', 'progressDeadlineSeconds', 'paused'],
  ...['revisionHistoryLimit', 'minReadySeconds'],
]

interface Parts {
  readonly spec: CanarySpec
  readonly notes: readonly string[]
}

function canary(name: string, given: Loose): Parts {
  const istio = objectAt(objectAt(given, 'trafficRouting'), 'istio')
  const virtualServices = listAt(istio, 'virtualServices')
  const virtualService = { ...virtualServices[0], ...objectAt(istio, 'virtualService') }
  const rule = objectAt(istio, 'destinationRule')
  const subsets = rule.name !== undefined
  const steps = listAt(given, 'steps').map(step)
  const delay = numberAt(given, 'scaleDownDelaySeconds')
  return {
    spec: {
      traffic: { virtualService: textAt(virtualService, 'name') ?? name, ...routesOf(virtualService) },
      stable: subsets
        ? { subset: textAt(rule, 'stableSubsetName') ?? 'stable' }
        : { host: textAt(given, 'stableService') ?? name },
      canary: subsets
        ? { subset: textAt(rule, 'canarySubsetName') ?? 'canary' }
        : { host: textAt(given, 'canaryService') ?? `${name}-canary` },
      steps: steps.flatMap((one) => one.steps),
      // Without steps it is a rolling update: nothing is tried, so there may never be evidence.
      ...(steps.length === 0 ? { analysis: { onNotEnough: 'pass' as const } } : {}),
      ...(follows(given) ? { scaling: { canary: 'followWeight' as const } } : {}),
      // As a Rollout does: what was stable becomes the new version, and takes the traffic back.
      promoteBy: 'copy',
      ...(delay === undefined ? {} : { cleanUp: { scaleDownDelay: `${delay}s` } }),
    },
    notes: [
      ...steps.flatMap(({ notes }, index) => notes.map((note) => `spec.strategy.canary.steps[${index}]${note}`)),
      ...unknownFields('spec.strategy.canary', given, CANARY_FIELDS, NO_COUNTERPART),
      ...trafficNotes(objectAt(given, 'trafficRouting'), virtualServices, subsets),
      ...(given.analysis === undefined
        ? []
        : [
            'spec.strategy.canary.analysis: the request stream is judged all the while; copy queries of its templates into analysis.metrics',
          ]),
    ],
  }
}

/** Its routes, in the words that are the same here. */
function routesOf({ routes, tcpRoutes, tlsRoutes }: Loose): Loose {
  return {
    ...(Array.isArray(routes) && routes.length > 0 ? { routes } : {}),
    ...(Array.isArray(tcpRoutes) ? { tcpRoutes } : {}),
    ...(Array.isArray(tlsRoutes) ? { tlsRoutes } : {}),
  }
}

/** Whether its replicas are to follow the weight, as a Rollout's do where nothing else is said. */
function follows(given: Loose): boolean {
  const scales = listAt(given, 'steps').map((step) => objectAt(step, 'setCanaryScale'))
  return scales.every((scale) => scale.weight === undefined && scale.replicas === undefined)
}

function trafficNotes(routing: Loose, virtualServices: readonly Loose[], subsets: boolean): readonly string[] {
  const path = 'spec.strategy.canary.trafficRouting'
  const others = unknownFields(path, routing, ['istio', 'managedRoutes'], `${NO_COUNTERPART}: write a VirtualService`)
  const further = virtualServices.slice(1).map((_, index) => {
    return `${path}.istio.virtualServices[${index + 1}]: write a Canary of the same group for it`
  })
  if (Object.keys(routing).length === 0) {
    return ['spec.strategy.canary: weights by numbers of replicas; write a VirtualService with both versions']
  }
  const selected = subsets
    ? 'istio.destinationRule: a Rollout adds the version to the labels of its subsets; give each subset a label that only its Deployment has'
    : 'canaryService, stableService: a Rollout adds the version to their selectors; give each Service a label that only its Deployment has'
  return [...others, ...further, `spec.strategy.canary: ${selected}`]
}

const CANARY_FIELDS = ['steps', 'trafficRouting', 'stableService', 'canaryService', 'scaleDownDelaySeconds', 'analysis']

interface Steps {
  readonly steps: readonly CanaryStep[]
  /** Paths within the step. */
  readonly notes: readonly string[]
}

function step(given: Loose): Steps {
  const [kind = ''] = Object.keys(given)
  const weight = numberAt(given, 'setWeight')
  if (weight !== undefined) return only({ setWeight: weight })
  if (kind === 'pause') return only({ pause: pauseOf(objectAt(given, 'pause')) })
  if (kind === 'analysis') {
    return {
      steps: [{ analysis: {} }],
      notes: ['.analysis: judges the request stream; copy queries into analysis.metrics'],
    }
  }
  if (kind === 'setCanaryScale') {
    const scale = objectAt(given, 'setCanaryScale')
    const percent = numberAt(scale, 'weight')
    if (percent !== undefined) return only({ setScale: percent })
    if (scale.matchTrafficWeight === true) {
      return {
        steps: [],
        notes: ['.setCanaryScale.matchTrafficWeight: for the whole rollout, by scaling.canary: followWeight'],
      }
    }
    return {
      steps: [],
      notes: [`.setCanaryScale.replicas: ${NO_COUNTERPART}; say it in percent of the stable replicas (setScale)`],
    }
  }
  if (kind === 'setMirrorRoute') {
    const mirror = objectAt(given, 'setMirrorRoute')
    const all = '.setMirrorRoute.match: has no counterpart; all requests of the routes are mirrored'
    const notes = mirror.match !== undefined && numberAt(mirror, 'percentage') !== undefined ? [all] : []
    return { steps: [{ setMirror: { percentage: numberAt(mirror, 'percentage') ?? 0 } }], notes }
  }
  if (kind === 'setHeaderRoute')
    return only({ setHeaderRoute: { match: headerMatch(objectAt(given, 'setHeaderRoute')) } } as CanaryStep)
  return { steps: [], notes: [`.${kind}: ${NO_COUNTERPART}`] }
}

function only(one: CanaryStep): Steps {
  return { steps: [one], notes: [] }
}

/** A number is seconds. */
function pauseOf(given: Loose): { duration?: string } {
  const seconds = numberAt(given, 'duration')
  if (seconds !== undefined) return { duration: `${seconds}s` }
  const text = textAt(given, 'duration')
  if (text === undefined) return {}
  return { duration: /^\d+$/.test(text) ? `${text}s` : text }
}

/** One of the headers is enough: a Rollout writes each as a match of its own. */
function headerMatch(given: Loose): readonly Loose[] {
  return listAt(given, 'match').map((one) => ({
    headers: { [(textAt(one, 'headerName') ?? '').toLowerCase()]: objectAt(one, 'headerValue') },
  }))
}

/** The new version is tried without traffic, then takes all of it. */
function blueGreen(name: string, given: Loose): Parts {
  const seconds = numberAt(given, 'autoPromotionSeconds')
  const waits = given.autoPromotionEnabled === false
  const delay = numberAt(given, 'scaleDownDelaySeconds')
  return {
    spec: {
      traffic: { virtualService: name },
      stable: { host: textAt(given, 'activeService') ?? name },
      canary: { host: textAt(given, 'previewService') ?? `${name}-preview` },
      // Argo heeds the seconds only where it does not promote by itself.
      steps: waits && seconds !== undefined ? [{ pause: { duration: `${seconds}s` } }] : [],
      // Nobody but testers reaches a preview, so there may never be evidence.
      analysis: { onNotEnough: 'pass' },
      promotion: waits && seconds === undefined ? 'manual' : 'automatic',
      promoteBy: 'copy',
      ...(delay === undefined ? {} : { cleanUp: { scaleDownDelay: `${delay}s` } }),
    },
    notes: [
      ...unknownFields('spec.strategy.blueGreen', given, BLUE_GREEN_FIELDS, NO_COUNTERPART),
      `spec.strategy.blueGreen: a Rollout changes the selector of the active Service; write a VirtualService ${name} with both Services`,
    ],
  }
}

const BLUE_GREEN_FIELDS = [
  'activeService',
  'previewService',
  'autoPromotionEnabled',
  'autoPromotionSeconds',
  'scaleDownDelaySeconds',
]
