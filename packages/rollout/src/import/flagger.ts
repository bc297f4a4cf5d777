import type { CanaryMetric, CanarySpec, CanaryStep, CanaryWebhook } from '@mizzen/api'
import { type Imported, type Loose, listAt, numberAt, objectAt, textAt, unknownFields } from './imported.ts'

const NO_COUNTERPART = 'has no counterpart'

/**
 * Flagger's Canary (flagger.app/v1beta1). Its two Services stay what they are: `NAME-primary` is the stable version,
 * `NAME-canary` the one that is tried. A failed check more or less is no question here: evidence decides, so `threshold`
 * goes, and each step lasts one interval.
 */
export function fromFlagger(document: Loose): Imported {
  const metadata = objectAt(document, 'metadata')
  const given = objectAt(document, 'spec')
  const analysis = { ...objectAt(given, 'canaryAnalysis'), ...objectAt(given, 'analysis') }
  const name = textAt(objectAt(given, 'targetRef'), 'name') ?? textAt(metadata, 'name') ?? 'canary'
  const service = textAt(objectAt(given, 'service'), 'name') ?? name
  const deadline = numberAt(given, 'progressDeadlineSeconds')
  const affinity = objectAt(analysis, 'sessionAffinity')
  const maxAge = numberAt(affinity, 'maxAge')
  const spec: CanarySpec = {
    traffic: { virtualService: service },
    stable: { host: `${service}-primary` },
    canary: { host: `${service}-canary` },
    workloads: { stable: `${name}-primary`, canary: name },
    steps: stepsOf(analysis),
    analysis: {
      metrics: listAt(analysis, 'metrics').flatMap(metric),
      webhooks: listAt(analysis, 'webhooks').flatMap(webhook),
    },
    ...(deadline === undefined ? {} : { progressDeadline: `${deadline}s` }),
    ...(textAt(affinity, 'cookieName') === undefined
      ? {}
      : {
          sessionAffinity: {
            cookieName: textAt(affinity, 'cookieName'),
            ...(maxAge === undefined ? {} : { maxAge: `${maxAge}s` }),
          },
        }),
  }
  return {
    name: textAt(metadata, 'name') ?? name,
    namespace: textAt(metadata, 'namespace') ?? 'default',
    spec,
    notes: notesOf(given, analysis),
  }
}

const DEFAULT_INTERVAL = '1m'

function stepsOf(analysis: Loose): CanaryStep[] {
  const pause = { pause: { duration: textAt(analysis, 'interval') ?? DEFAULT_INTERVAL } }
  const iterations = numberAt(analysis, 'iterations') ?? 0
  const match = listAt(analysis, 'match')
  const mirror = analysis.mirror === true
  const mirrored: CanaryStep[] = mirror
    ? [
        { setMirror: { percentage: numberAt(analysis, 'mirrorWeight') ?? 100 } },
        pause,
        { setMirror: { percentage: 0 } },
      ]
    : []
  if (iterations > 0) {
    const rounds = Array.from({ length: iterations }, () => pause)
    if (match.length === 0) return [...mirrored, ...rounds]
    return [...mirrored, { setHeaderRoute: { match } } as CanaryStep, ...rounds]
  }
  return [...mirrored, ...weightsOf(analysis).flatMap((setWeight) => [{ setWeight }, pause])]
}

function weightsOf(analysis: Loose): readonly number[] {
  const { stepWeights } = analysis
  if (Array.isArray(stepWeights)) return stepWeights.filter((weight): weight is number => Number.isInteger(weight))
  const step = numberAt(analysis, 'stepWeight') ?? 10
  const most = numberAt(analysis, 'maxWeight') ?? 50
  if (step <= 0) return [most]
  return Array.from({ length: Math.floor(most / step) }, (_, index) => step * (index + 1))
}

function metric(given: Loose): CanaryMetric[] {
  const name = textAt(given, 'name')
  if (name === undefined || given.templateRef !== undefined) return []
  const range = objectAt(given, 'thresholdRange')
  const threshold = numberAt(given, 'threshold')
  const min = numberAt(range, 'min') ?? (name === 'request-success-rate' ? threshold : undefined)
  const max = numberAt(range, 'max') ?? (name === 'request-success-rate' ? undefined : threshold)
  return [
    {
      name,
      thresholdRange: { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) },
      ...(textAt(given, 'interval') === undefined ? {} : { interval: textAt(given, 'interval') }),
      ...(textAt(given, 'query') === undefined ? {} : { query: textAt(given, 'query') }),
    },
  ]
}

function webhook(given: Loose): CanaryWebhook[] {
  const name = textAt(given, 'name')
  const url = textAt(given, 'url')
  if (name === undefined || url === undefined) return []
  const metadata = objectAt(given, 'metadata') as Record<string, string>
  return [
    {
      name,
      url,
      type: (textAt(given, 'type') ?? 'rollout') as CanaryWebhook['type'],
      ...(textAt(given, 'timeout') === undefined ? {} : { timeout: textAt(given, 'timeout') }),
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    },
  ]
}

function notesOf(spec: Loose, analysis: Loose): readonly string[] {
  const known = ['targetRef', 'service', 'analysis', 'canaryAnalysis', 'progressDeadlineSeconds']
  const templates = listAt(analysis, 'metrics').filter((one) => one.templateRef !== undefined)
  return [
    ...unknownFields('spec', spec, known, NO_COUNTERPART),
    ...unknownFields('spec.analysis', analysis, ANALYSIS, NO_COUNTERPART),
    ...(analysis.threshold === undefined
      ? []
      : ['spec.analysis.threshold: evidence decides, not a number of failed checks']),
    ...templates.map(
      (one) => `spec.analysis.metrics: ${textAt(one, 'name')} refers to a MetricTemplate: copy its query`,
    ),
    'spec.service: Flagger wrote the VirtualService and the Services; from now on they are yours',
  ]
}

const ANALYSIS = [
  'interval',
  'threshold',
  'maxWeight',
  'stepWeight',
  'stepWeights',
  'iterations',
  'match',
  'mirror',
  'mirrorWeight',
  'metrics',
  'webhooks',
  'sessionAffinity',
]
