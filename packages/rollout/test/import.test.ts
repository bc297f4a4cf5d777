import { validate } from '@mizzen/api'
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
      steps: [{ setWeight: 20 }, { pause: { duration: '30s' } }, { setWeight: 40 }, { pause: { duration: '30s' } }],
    })
    expect(imported.spec.analysis?.metrics?.map(({ name }) => name)).toEqual([
      'request-success-rate',
      'request-duration',
    ])
    expect(imported.spec.analysis?.webhooks?.[0]).toMatchObject({ type: 'rollout', timeout: '5s' })
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
      { setHeaderRoute: { match: [{ headers: { Agent: { prefix: 'x' } } }] } },
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
