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
  const parts =
    strategy.blueGreen === undefined
      ? canary(name, objectAt(strategy, 'canary'))
      : blueGreen(name, objectAt(strategy, 'blueGreen'))
  return {
    name,
    namespace: textAt(metadata, 'namespace') ?? 'default',
    spec: { ...parts.spec, ...(deadline === undefined ? {} : { progressDeadline: `${deadline}s` }) },
    notes: [
      ...parts.notes,
      'spec.template: a Rollout makes its own ReplicaSets; write one Deployment for each version instead',
    ],
  }
}

interface Parts {
  readonly spec: CanarySpec
  readonly notes: readonly string[]
}

function canary(name: string, given: Loose): Parts {
  const istio = objectAt(objectAt(given, 'trafficRouting'), 'istio')
  const virtualService = { ...listAt(istio, 'virtualServices')[0], ...objectAt(istio, 'virtualService') }
  const rule = objectAt(istio, 'destinationRule')
  const routes = Array.isArray(virtualService.routes) ? { routes: virtualService.routes as string[] } : {}
  const subsets = rule.name !== undefined
  const steps = listAt(given, 'steps').map(step)
  const delay = numberAt(given, 'scaleDownDelaySeconds')
  return {
    spec: {
      traffic: { virtualService: textAt(virtualService, 'name') ?? name, ...routes },
      stable: subsets
        ? { subset: textAt(rule, 'stableSubsetName') ?? 'stable' }
        : { host: textAt(given, 'stableService') ?? name },
      canary: subsets
        ? { subset: textAt(rule, 'canarySubsetName') ?? 'canary' }
        : { host: textAt(given, 'canaryService') ?? `${name}-canary` },
      steps: steps.flatMap((one) => one.steps),
      ...(delay === undefined ? {} : { cleanUp: { scaleDownDelay: `${delay}s` } }),
    },
    notes: [
      ...steps.flatMap(({ notes }, index) => notes.map((note) => `spec.strategy.canary.steps[${index}]${note}`)),
      ...unknownFields('spec.strategy.canary', given, CANARY_FIELDS, NO_COUNTERPART),
      ...(given.analysis === undefined
        ? []
        : [
            'spec.strategy.canary.analysis: the request stream is judged all the while; copy queries of its templates into analysis.metrics',
          ]),
    ],
  }
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
    const percent = numberAt(objectAt(given, 'setCanaryScale'), 'weight')
    if (percent !== undefined) return only({ setScale: percent })
  }
  if (kind === 'setMirrorRoute') {
    const percentage = numberAt(objectAt(given, 'setMirrorRoute'), 'percentage') ?? 0
    return only({ setMirror: { percentage } })
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

/** All headers must match. */
function headerMatch(given: Loose): readonly Loose[] {
  const headers = listAt(given, 'match').map(
    (one) => [textAt(one, 'headerName') ?? '', objectAt(one, 'headerValue')] as const,
  )
  return headers.length === 0 ? [] : [{ headers: Object.fromEntries(headers) }]
}

/** The new version is tried without traffic, then takes all of it. */
function blueGreen(name: string, given: Loose): Parts {
  const seconds = numberAt(given, 'autoPromotionSeconds')
  const manual = given.autoPromotionEnabled === false && seconds === undefined
  const delay = numberAt(given, 'scaleDownDelaySeconds')
  return {
    spec: {
      traffic: { virtualService: name },
      stable: { host: textAt(given, 'activeService') ?? name },
      canary: { host: textAt(given, 'previewService') ?? `${name}-preview` },
      steps: seconds === undefined ? [] : [{ pause: { duration: `${seconds}s` } }],
      // Nobody but testers reaches a preview, so there may never be evidence.
      analysis: { onNotEnough: 'pass' },
      promotion: manual ? 'manual' : 'automatic',
      ...(delay === undefined ? {} : { cleanUp: { scaleDownDelay: `${delay}s` } }),
    },
    notes: unknownFields('spec.strategy.blueGreen', given, BLUE_GREEN_FIELDS, NO_COUNTERPART),
  }
}

const BLUE_GREEN_FIELDS = [
  'activeService',
  'previewService',
  'autoPromotionEnabled',
  'autoPromotionSeconds',
  'scaleDownDelaySeconds',
]
