import type { CanaryMetric, CanarySpec, CanaryStep, CanaryWebhook } from '@mizzen/api'
import { type Imported, type Loose, listAt, numberAt, objectAt, textAt, unknownFields } from './imported.ts'

const NO_COUNTERPART = 'has no counterpart'

/**
 * Flagger's Canary (flagger.app/v1beta1). Its two Services stay what they are: `NAME-primary` is the stable version,
 * `NAME-canary` the one that is tried. A failed check more or less is no question here: evidence decides, so of
 * `threshold` only the hooks keep something, as retries. Each step lasts one interval.
 *
 * @param others further documents: MetricTemplates, whose queries are copied, and AlertProviders
 */
export function fromFlagger(document: Loose, others: readonly Loose[] = []): Imported {
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
      metrics: listAt(analysis, 'metrics').flatMap((one) => metric(one, others)),
      webhooks: listAt(analysis, 'webhooks').flatMap((one) => webhook(one, analysis)),
      // Nobody but hooks reaches it before the switch, so there may never be evidence.
      ...(isBlueGreen(analysis) ? { onNotEnough: 'pass' as const } : {}),
    },
    ...alertsOf(analysis, others),
    // As Flagger does: the target is scaled up to be tried, copied to the primary, and scaled down again.
    scaling: { canary: 'followWeight', afterRollback: 'scaleToZero' },
    promoteBy: 'copy',
    ...(given.suspend === true ? { paused: true } : {}),
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
    notes: notesOf(given, analysis, others),
  }
}

const DEFAULT_INTERVAL = '1m'

function isBlueGreen(analysis: Loose): boolean {
  return (numberAt(analysis, 'iterations') ?? 0) > 0 && listAt(analysis, 'match').length === 0
}

function stepsOf(analysis: Loose): CanaryStep[] {
  const pause = { pause: { duration: textAt(analysis, 'interval') ?? DEFAULT_INTERVAL } }
  const iterations = numberAt(analysis, 'iterations') ?? 0
  const match = listAt(analysis, 'match')
  const rounds = Array.from({ length: iterations }, () => pause)
  const mirrored = (during: readonly CanaryStep[]): CanaryStep[] =>
    analysis.mirror === true
      ? [
          { setMirror: { percentage: numberAt(analysis, 'mirrorWeight') ?? 100 } },
          ...during,
          { setMirror: { percentage: 0 } },
        ]
      : []
  if (iterations > 0 && match.length > 0) return [{ setHeaderRoute: { match } } as CanaryStep, ...rounds]
  if (iterations > 0) return analysis.mirror === true ? mirrored(rounds) : rounds
  return [...mirrored([pause]), ...weightsOf(analysis).flatMap((setWeight) => [{ setWeight }, pause])]
}

/** The last one may be above `maxWeight`: Flagger adds a step as long as it is below. */
function weightsOf(analysis: Loose): readonly number[] {
  const { stepWeights } = analysis
  if (Array.isArray(stepWeights)) return stepWeights.filter(isWeight)
  const step = numberAt(analysis, 'stepWeight') ?? 0
  const most = numberAt(analysis, 'maxWeight') ?? 100
  if (step <= 0) return [most]
  return Array.from({ length: Math.ceil(most / step) }, (_, index) => Math.min(100, step * (index + 1)))
}

function isWeight(weight: unknown): weight is number {
  return Number.isInteger(weight) && (weight as number) >= 0 && (weight as number) <= 100
}

/** The query of a MetricTemplate, if it is for Prometheus. */
function templateQuery(given: Loose, others: readonly Loose[]): string | undefined {
  const name = textAt(objectAt(given, 'templateRef'), 'name')
  const template = others.find(
    (one) => one.kind === 'MetricTemplate' && textAt(objectAt(one, 'metadata'), 'name') === name,
  )
  const spec = objectAt(template, 'spec')
  return textAt(objectAt(spec, 'provider'), 'type') === 'prometheus' ? textAt(spec, 'query') : undefined
}

function metric(given: Loose, others: readonly Loose[]): CanaryMetric[] {
  const name = textAt(given, 'name')
  const query = textAt(given, 'query') ?? templateQuery(given, others)
  if (name === undefined || (query === undefined && !BUILT_IN.includes(name))) return []
  const range = objectAt(given, 'thresholdRange')
  const threshold = numberAt(given, 'threshold')
  const min = numberAt(range, 'min') ?? (name === 'request-success-rate' ? threshold : undefined)
  const max = numberAt(range, 'max') ?? (name === 'request-success-rate' ? undefined : threshold)
  return [
    {
      name,
      thresholdRange: { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) },
      ...(textAt(given, 'interval') === undefined ? {} : { interval: textAt(given, 'interval') }),
      ...(query === undefined ? {} : { query }),
    },
  ]
}

const BUILT_IN = ['request-success-rate', 'request-duration']
/** Checks of the analysis: how often one may fail is its own matter here. */
const CHECKS = ['rollout', 'pre-rollout']
const MOST_RETRIES = 100

function webhook(given: Loose, analysis: Loose): CanaryWebhook[] {
  const name = textAt(given, 'name')
  const url = textAt(given, 'url')
  if (name === undefined || url === undefined) return []
  const metadata = Object.fromEntries(
    Object.entries(objectAt(given, 'metadata')).map(([key, value]) => [key, String(value)]),
  )
  const type = (textAt(given, 'type') ?? 'rollout') as NonNullable<CanaryWebhook['type']>
  const tolerated = CHECKS.includes(type) ? (numberAt(analysis, 'threshold') ?? 0) : 0
  const retries = Math.min(MOST_RETRIES, Math.max(tolerated, numberAt(given, 'retries') ?? 0))
  const interval = textAt(analysis, 'interval')
  return [
    {
      name,
      url,
      type,
      ...(retries === 0 ? {} : { retries }),
      ...(type === 'rollout' && interval !== undefined ? { interval } : {}),
      ...(given.muteAlert === true ? { muteAlert: true } : {}),
      ...(textAt(given, 'timeout') === undefined ? {} : { timeout: textAt(given, 'timeout') }),
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    },
  ]
}

/** Those whose provider is here, with an address that is no secret. */
function alertsOf(analysis: Loose, others: readonly Loose[]): Pick<CanarySpec, 'alerts'> {
  const alerts = listAt(analysis, 'alerts').flatMap((one) => {
    const provider = providerOf(one, others)
    const url = textAt(provider, 'address')
    if (url === undefined) return []
    const format = textAt(provider, 'type') === 'slack' ? ('slack' as const) : ('json' as const)
    const severity = textAt(one, 'severity')
    return [{ url, format, ...(severity === undefined ? {} : { severity: severity as 'info' | 'warn' | 'error' }) }]
  })
  return alerts.length === 0 ? {} : { alerts }
}

function providerOf(alert: Loose, others: readonly Loose[]): Loose {
  const name = textAt(objectAt(alert, 'providerRef'), 'name')
  const isMeant = (one: Loose) => one.kind === 'AlertProvider' && textAt(objectAt(one, 'metadata'), 'name') === name
  return objectAt(others.find(isMeant), 'spec')
}

function notesOf(spec: Loose, analysis: Loose, others: readonly Loose[]): readonly string[] {
  const known = ['targetRef', 'service', 'analysis', 'canaryAnalysis', 'progressDeadlineSeconds', 'suspend']
  const at = 'spec.analysis'
  const kind = textAt(objectAt(spec, 'targetRef'), 'kind') ?? 'Deployment'
  const lost = listAt(analysis, 'metrics').filter((one) => metric(one, others).length === 0)
  const weights = Array.isArray(analysis.stepWeights) ? analysis.stepWeights.filter((one) => !isWeight(one)) : []
  return [
    ...unknownFields('spec', spec, known, NO_COUNTERPART),
    ...(kind === 'Deployment' ? [] : [`spec.targetRef: a ${kind} ${NO_COUNTERPART}; versions are made of Deployments`]),
    ...unknownFields(at, analysis, ANALYSIS, NO_COUNTERPART),
    ...unknownFields(
      `${at}.sessionAffinity`,
      objectAt(analysis, 'sessionAffinity'),
      ['cookieName', 'maxAge'],
      NO_COUNTERPART,
    ),
    ...weights.map((one) => `${at}.stepWeights: ${String(one)} is no percentage`),
    ...(analysis.threshold === undefined
      ? []
      : [`${at}.threshold: evidence decides, not a number of failed checks; hooks of the analysis have it as retries`]),
    ...(isBlueGreen(analysis)
      ? [
          `${at}.iterations: nothing has traffic before the switch, so hooks decide alone; the canary is judged once it has all`,
        ]
      : []),
    ...lost.map(
      (one) =>
        `${at}.metrics: ${textAt(one, 'name')} refers to a MetricTemplate that is not in this file, or not for Prometheus: copy its query`,
    ),
    ...listAt(analysis, 'webhooks').flatMap((one) =>
      unknownFields(`${at}.webhooks.${textAt(one, 'name')}`, one, WEBHOOK, NO_COUNTERPART),
    ),
    ...listAt(analysis, 'alerts')
      .filter((one) => textAt(providerOf(one, others), 'address') === undefined)
      .map(
        (one) =>
          `${at}.alerts: ${textAt(one, 'name')} refers to an AlertProvider that is not in this file, or has its address in a Secret: write it to spec.alerts`,
      ),
    'spec.service: Flagger wrote the VirtualService and the Services; from now on they are yours',
    'promotion waits until the request stream is judged, also after the last step (analysis.onNotEnough)',
  ]
}

const WEBHOOK = ['name', 'url', 'type', 'timeout', 'retries', 'metadata', 'muteAlert']

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
  'alerts',
]
