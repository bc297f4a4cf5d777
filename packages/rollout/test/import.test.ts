import { parseDocuments, validate } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { fromArgo, fromFlagger, type Imported } from '../src/index.ts'

function problemsOf({ name, namespace, spec }: Imported) {
  return validate({
    apiVersion: 'mizzen.io/v1alpha1',
    kind: 'Canary',
    metadata: { name, namespace },
    spec,
  }).filter(({ severity }) => severity === 'error')
}

const FLAGGER = {
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  metadata: { name: 'podinfo', namespace: 'test' },
  spec: {
    targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' },
    progressDeadlineSeconds: 60,
    autoscalerRef: { name: 'podinfo' },
    service: { port: 9898 },
    analysis: {
      interval: '30s',
      threshold: 5,
      maxWeight: 50,
      stepWeight: 20,
      metrics: [
        { name: 'request-success-rate', thresholdRange: { min: 99 }, interval: '1m' },
        { name: 'request-duration', thresholdRange: { max: 500 }, interval: '30s' },
        { name: 'my-metric', templateRef: { name: 'x' } },
      ],
      webhooks: [{ name: 'load', url: 'http://tester/', timeout: '5s', metadata: { cmd: 'hey' } }],
    },
  },
}

describe("Flagger's Canary", () => {
  it('becomes one of ours, with its steps, bounds and hooks', () => {
    const imported = fromFlagger(FLAGGER)
    expect(imported.spec).toMatchObject({
      traffic: { virtualService: 'podinfo' },
      stable: { host: 'podinfo-primary' },
      canary: { host: 'podinfo-canary' },
      progressDeadline: '60s',
      steps: [20, 40, 60].flatMap((setWeight) => [{ setWeight }, { pause: { duration: '30s' } }]),
      promoteBy: 'copy',
      scaling: { canary: 'followWeight', afterRollback: 'scaleToZero' },
    })
    expect(imported.spec.analysis?.metrics?.map(({ name }) => name)).toEqual([
      'request-success-rate',
      'request-duration',
    ])
    expect(imported.spec.analysis?.webhooks?.[0]).toMatchObject({
      ...{ type: 'rollout', timeout: '5s', retries: 5, interval: '30s' },
    })
    expect(problemsOf(imported)).toEqual([])
  })

  it('says what is lost', () => {
    const { notes } = fromFlagger(FLAGGER)
    expect(notes.join('\n')).toMatch(/spec\.autoscalerRef/)
    expect(notes.join('\n')).toMatch(/threshold/)
    expect(notes.join('\n')).toMatch(/my-metric refers to a MetricTemplate/)
  })

  it('with a match and iterations is a test by headers', () => {
    const match = [{ headers: { 'x-canary': { exact: 'insider' } } }]
    const imported = fromFlagger({
      ...FLAGGER,
      spec: { ...FLAGGER.spec, analysis: { interval: '1m', iterations: 2, match } },
    })
    expect(imported.spec.steps).toEqual([
      { setHeaderRoute: { match } },
      { pause: { duration: '1m' } },
      { pause: { duration: '1m' } },
    ])
    expect(problemsOf(imported)).toEqual([])
  })
})

const ARGO = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'rollouts-demo' },
  spec: {
    strategy: {
      canary: {
        maxSurge: '25%',
        trafficRouting: {
          istio: {
            virtualService: { name: 'demo-vsvc', routes: ['primary'] },
            destinationRule: { name: 'demo', canarySubsetName: 'canary', stableSubsetName: 'stable' },
          },
        },
        steps: [
          { setCanaryScale: { weight: 25 } },
          { setWeight: 5 },
          { pause: { duration: 10 } },
          { pause: { duration: '1h' } },
          { pause: {} },
          { setMirrorRoute: { name: 'm', percentage: 35 } },
          { setHeaderRoute: { name: 'h', match: [{ headerName: 'Agent', headerValue: { prefix: 'x' } }] } },
          { experiment: {} },
        ],
      },
    },
  },
}

describe("Argo's Rollout", () => {
  it('becomes a Canary, step by step', () => {
    const imported = fromArgo(ARGO)
    expect(imported.spec).toMatchObject({
      traffic: { virtualService: 'demo-vsvc', routes: ['primary'] },
      stable: { subset: 'stable' },
      canary: { subset: 'canary' },
    })
    expect(imported.spec.steps).toEqual([
      { setScale: 25 },
      { setWeight: 5 },
      { pause: { duration: '10s' } },
      { pause: { duration: '1h' } },
      { pause: {} },
      { setMirror: { percentage: 35 } },
      { setHeaderRoute: { match: [{ headers: { agent: { prefix: 'x' } } }] } },
    ])
    expect(imported.notes.join('\n')).toMatch(/steps\[7\]\.experiment: has no counterpart/)
    expect(imported.notes.join('\n')).toMatch(/maxSurge/)
    expect(problemsOf(imported)).toEqual([])
  })

  it('blue-green waits for a hand if told so', () => {
    const blueGreen = { activeService: 'active', previewService: 'preview', autoPromotionEnabled: false }
    const imported = fromArgo({ ...ARGO, spec: { strategy: { blueGreen } } })
    expect(imported.spec).toMatchObject({
      stable: { host: 'active' },
      canary: { host: 'preview' },
      promotion: 'manual',
    })
    expect(problemsOf(imported)).toEqual([])
  })
})

const documents = (yaml: string) => parseDocuments(yaml, 'file').map(({ written = {} }) => written)

/** As Flagger's pages on strategies, metrics, alerts and webhooks have them. */
function flagger(analysis: string, more = '', others = ''): Imported {
  const [canary = {}, ...rest] = documents(`
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: podinfo, namespace: test}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: podinfo}
  service: {port: 9898}
  ${more}
  analysis: ${analysis}
---
${others}`)
  return fromFlagger(canary, rest)
}

const pause = { pause: { duration: '1m' } }

describe("what Flagger's pages show", () => {
  it.each([
    [
      'weights of their own',
      flagger('{interval: 1m, stepWeights: [1, 2, 10, 80]}'),
      { steps: [1, 2, 10, 80].flatMap((setWeight) => [{ setWeight }, pause]) },
      /promotion waits/,
    ],
    [
      'weights of a thousand',
      flagger('{stepWeights: [1, 800]}'),
      { steps: [{ setWeight: 1 }, pause] },
      /stepWeights: 800 is no percentage/,
    ],
    ['no weight at all', flagger('{interval: 1m}'), { steps: [{ setWeight: 100 }, pause] }, /promotion waits/],
    [
      'blue-green',
      flagger('{interval: 1m, iterations: 2}'),
      { steps: [pause, pause], analysis: { onNotEnough: 'pass' } },
      /iterations: nothing has traffic before the switch/,
    ],
    [
      'blue-green with a mirror',
      flagger('{interval: 1m, iterations: 2, mirror: true}'),
      { steps: [{ setMirror: { percentage: 100 } }, pause, pause, { setMirror: { percentage: 0 } }] },
      /nothing has traffic/,
    ],
    [
      'a mirror before the weights',
      flagger('{maxWeight: 20, stepWeight: 10, mirror: true, mirrorWeight: 30}'),
      {
        steps: [
          ...[{ setMirror: { percentage: 30 } }, pause, { setMirror: { percentage: 0 } }],
          ...[{ setWeight: 10 }, pause, { setWeight: 20 }, pause],
        ],
      },
      /spec\.service/,
    ],
    [
      'gates',
      flagger(`{interval: 1m, threshold: 10, stepWeight: 50, webhooks: [
        {name: gate, type: confirm-rollout, url: "http://t/gate/check", muteAlert: true},
        {name: smoke, type: pre-rollout, url: "http://t/", timeout: 3m, metadata: {type: helmv3, clone: 100}},
        {name: load, url: "http://t/", retries: 20, disableTLS: true},
        {name: back, type: rollback, url: "http://t/rollback/check"},
        {name: news, type: event, url: "http://t/slack"}]}`),
      {
        analysis: {
          webhooks: [
            { name: 'gate', url: 'http://t/gate/check', type: 'confirm-rollout', muteAlert: true },
            {
              ...{ name: 'smoke', url: 'http://t/', type: 'pre-rollout', retries: 10, timeout: '3m' },
              metadata: { type: 'helmv3', clone: '100' },
            },
            { name: 'load', url: 'http://t/', type: 'rollout', retries: 20, interval: '1m' },
            { name: 'back', url: 'http://t/rollback/check', type: 'rollback' },
            { name: 'news', url: 'http://t/slack', type: 'event' },
          ],
        },
      },
      /webhooks\.load\.disableTLS: has no counterpart/,
    ],
    [
      'a metric by a template, and an alert',
      flagger(
        '{metrics: [{name: p, templateRef: {name: t}, thresholdRange: {max: 1}}], alerts: [{name: ops, severity: error, providerRef: {name: slack}}, {name: dev, providerRef: {name: teams}}]}',
        '',
        `apiVersion: flagger.app/v1beta1
kind: MetricTemplate
metadata: {name: t}
spec: {provider: {type: prometheus, address: "http://p"}, query: 'sum(rate(x{ns="{{ namespace }}"}[{{ interval }}]))'}
---
apiVersion: flagger.app/v1beta1
kind: AlertProvider
metadata: {name: slack}
spec: {type: slack, channel: c, address: "https://hooks.slack.com/services/X"}`,
      ),
      {
        analysis: {
          metrics: [
            { name: 'p', thresholdRange: { max: 1 }, query: 'sum(rate(x{ns="{{ namespace }}"}[{{ interval }}]))' },
          ],
        },
        alerts: [{ url: 'https://hooks.slack.com/services/X', format: 'slack', severity: 'error' }],
      },
      /alerts: dev refers to an AlertProvider/,
    ],
    [
      'session affinity',
      flagger('{stepWeight: 50, sessionAffinity: {cookieName: flagger-cookie, maxAge: 21600, primaryCookieName: p}}'),
      { sessionAffinity: { cookieName: 'flagger-cookie', maxAge: '21600s' } },
      /sessionAffinity\.primaryCookieName: has no counterpart/,
    ],
    [
      'what is switched off',
      flagger('{stepWeight: 50, primaryReadyThreshold: 80}', 'suspend: true\n  skipAnalysis: true'),
      { paused: true },
      /spec\.skipAnalysis: has no counterpart[\s\S]*primaryReadyThreshold/,
    ],
  ] as const)('%s', (_what, imported, spec, note) => {
    expect(problemsOf(imported)).toEqual([])
    expect(imported.spec).toMatchObject(spec)
    expect(imported.notes.join('\n')).toMatch(note)
  })

  it('a target that is no Deployment is told', () => {
    const [canary = {}] = documents(
      '{apiVersion: flagger.app/v1beta1, kind: Canary, metadata: {name: a}, spec: {targetRef: {kind: DaemonSet, name: a}, analysis: {stepWeight: 10}}}',
    )
    expect(fromFlagger(canary).notes.join('\n')).toMatch(/targetRef: a DaemonSet has no counterpart/)
  })
})

/** As Argo's examples and its page on Istio have them. */
function argo(strategy: string, more = ''): Imported {
  const [rollout = {}] = documents(`
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: demo}
spec:
  replicas: 5
  ${more}
  strategy: ${strategy}`)
  return fromArgo(rollout)
}

const ISTIO =
  'canaryService: demo-canary, stableService: demo-stable, trafficRouting: {istio: {virtualService: {name: demo-vsvc, routes: [primary]}}}'

describe("what Argo's examples show", () => {
  it.each([
    [
      'two Services',
      argo(`{canary: {${ISTIO}, steps: [{setWeight: 10}, {pause: {}}]}}`),
      {
        ...{ stable: { host: 'demo-stable' }, canary: { host: 'demo-canary' }, promoteBy: 'copy' },
        ...{ traffic: { virtualService: 'demo-vsvc', routes: ['primary'] }, scaling: { canary: 'followWeight' } },
      },
      /adds the version to their selectors/,
    ],
    [
      'several VirtualServices, TLS and TCP routes',
      argo(`{canary: {trafficRouting: {istio: {destinationRule: {name: d, stableSubsetName: s, canarySubsetName: c},
        virtualServices: [{name: one, tlsRoutes: [{port: 443, sniHosts: [a.b]}], tcpRoutes: [{port: 3000}]}, {name: two}]}}, steps: [{setWeight: 5}]}}`),
      {
        traffic: { virtualService: 'one', tlsRoutes: [{ port: 443, sniHosts: ['a.b'] }], tcpRoutes: [{ port: 3000 }] },
        ...{ stable: { subset: 's' }, canary: { subset: 'c' } },
      },
      /virtualServices\[1\]: write a Canary of the same group[\s\S]*give each subset a label/,
    ],
    [
      'a mirror of some requests, by a scale of its own',
      argo(
        `{canary: {${ISTIO}, steps: [{setCanaryScale: {weight: 50}}, {setMirrorRoute: {name: m, percentage: 50, match: [{method: {exact: POST}}]}}, {pause: {}}, {setMirrorRoute: {name: m}}]}}`,
      ),
      { steps: [{ setScale: 50 }, { setMirror: { percentage: 50 } }, { pause: {} }, { setMirror: { percentage: 0 } }] },
      /steps\[1\]\.setMirrorRoute\.match: has no counterpart/,
    ],
    [
      'headers, of which one is enough',
      argo(
        `{canary: {${ISTIO}, steps: [{setCanaryScale: {replicas: 1}}, {setHeaderRoute: {name: h, match: [{headerName: X-Canary, headerValue: {exact: a}}, {headerName: baggage, headerValue: {regex: b}}]}}, {pause: {duration: 10}}, {setHeaderRoute: {name: h}}, {setCanaryScale: {matchTrafficWeight: true}}]}}`,
      ),
      {
        steps: [
          {
            setHeaderRoute: {
              match: [{ headers: { 'x-canary': { exact: 'a' } } }, { headers: { baggage: { regex: 'b' } } }],
            },
          },
          { pause: { duration: '10s' } },
          { setHeaderRoute: { match: [] } },
        ],
      },
      /steps\[0\]\.setCanaryScale\.replicas[\s\S]*steps\[4\]\.setCanaryScale\.matchTrafficWeight/,
    ],
    [
      'an analysis, an experiment, a plugin',
      argo(
        `{canary: {${ISTIO}, steps: [{setWeight: 25}, {analysis: {templates: [{templateName: x}]}}, {experiment: {}}, {plugin: {name: p}}]}}`,
      ),
      { steps: [{ setWeight: 25 }, { analysis: {} }] },
      /steps\[1\]\.analysis[\s\S]*steps\[2\]\.experiment: has no counterpart[\s\S]*steps\[3\]\.plugin/,
    ],
    [
      'another router',
      argo('{canary: {trafficRouting: {nginx: {stableIngress: a}}, steps: [{setWeight: 5}]}}'),
      { traffic: { virtualService: 'demo' } },
      /trafficRouting\.nginx: has no counterpart: write a VirtualService/,
    ],
    [
      'replicas alone, by a reference',
      argo(
        '{canary: {steps: [{setWeight: 20}, {pause: {duration: 10s}}]}}',
        'workloadRef: {kind: Deployment, name: demo}',
      ),
      { steps: [{ setWeight: 20 }, { pause: { duration: '10s' } }] },
      /weights by numbers of replicas[\s\S]*workloadRef: write a second Deployment/,
    ],
    [
      'a rolling update',
      argo('{canary: {maxSurge: 1}}'),
      { steps: [], analysis: { onNotEnough: 'pass' } },
      /maxSurge: has no counterpart/,
    ],
    [
      'blue-green after some time',
      argo('{blueGreen: {activeService: a, previewService: p, autoPromotionEnabled: false, autoPromotionSeconds: 30}}'),
      { steps: [{ pause: { duration: '30s' } }], promotion: 'automatic' },
      /write a VirtualService demo with both Services/,
    ],
    [
      'blue-green at once, whose seconds do not count',
      argo('{blueGreen: {activeService: a, autoPromotionSeconds: 30, prePromotionAnalysis: {}}}', 'paused: true'),
      { steps: [], promotion: 'automatic', paused: true },
      /prePromotionAnalysis: has no counterpart/,
    ],
    [
      'what stands beside the strategy',
      argo(
        `{canary: {${ISTIO}, steps: [{setWeight: 5}]}}`,
        'rollbackWindow: {revisions: 3}\n  progressDeadlineAbort: true',
      ),
      { steps: [{ setWeight: 5 }] },
      /spec\.rollbackWindow: has no counterpart[\s\S]*spec\.progressDeadlineAbort/,
    ],
  ] as const)('%s', (_what, imported, spec, note) => {
    expect(problemsOf(imported)).toEqual([])
    expect(imported.spec).toMatchObject(spec)
    const notes = imported.notes.join('\n')
    for (const part of note.source.split('[\\s\\S]*')) expect(notes).toMatch(new RegExp(part))
  })
})
