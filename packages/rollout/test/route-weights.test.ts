import type { CanarySpec, VirtualService } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { withHeaderRoute } from '../src/reconcile/route-variants.ts'
import { weightsOf, withMirror, withoutStable, withWeight } from '../src/reconcile/route-weights.ts'

const SPEC: CanarySpec = { traffic: { virtualService: 'myapp' }, stable: { subset: 'v1' }, canary: { subset: 'v2' } }

type Http = NonNullable<VirtualService['spec']>['http']

function virtualService(http: Http): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'myapp', namespace: 'default' },
    spec: { hosts: ['*'], http },
  }
}

const to = (subset: string, weight?: number) => ({
  destination: { host: 'myapp', subset },
  ...(weight === undefined ? {} : { weight }),
})

describe('the weight of a canary', () => {
  it('is its part of what both versions get', () => {
    expect(weightsOf(virtualService([{ route: [to('v1', 70), to('v2', 30)] }]), SPEC)).toEqual({
      weight: 30,
      mirror: 0,
    })
    expect(weightsOf(virtualService([{ route: [to('v1')] }]), SPEC)).toEqual({ weight: 0, mirror: 0 })
    expect(weightsOf(virtualService([{ route: [to('v2')] }]), SPEC)).toEqual({ weight: 100, mirror: 0 })
    expect(weightsOf(virtualService([{ route: [to('v1', 40), to('v2', 40), to('v3', 20)] }]), SPEC)).toMatchObject({
      weight: 50,
    })
  })

  it('is the highest where routes differ', () => {
    const routes = [{ route: [to('v1', 90), to('v2', 10)] }, { route: [to('v1', 50), to('v2', 50)] }]
    expect(weightsOf(virtualService(routes), SPEC)).toMatchObject({ weight: 50 })
  })

  it('is unknown where no route leads to either, or a named one is missing', () => {
    expect(weightsOf(virtualService([{ route: [to('v9')] }]), SPEC)).toHaveProperty('problem')
    const named = { ...SPEC, traffic: { virtualService: 'myapp', routes: ['api'] } }
    expect(weightsOf(virtualService([{ name: 'web', route: [to('v1')] }]), named)).toHaveProperty('problem')
  })
})

describe('setting the weight', () => {
  it('adds the canary where only the stable version was, and leaves everything else alone', () => {
    const before = virtualService([
      { name: 'other', route: [to('v9')] },
      { name: 'api', timeout: '3s', retries: { attempts: 2 }, route: [to('v1')] },
    ])
    const after = withWeight(before, SPEC, 10)
    expect(after.spec?.http?.[0]).toEqual(before.spec?.http?.[0])
    expect(after.spec?.http?.[1]).toEqual({
      name: 'api',
      timeout: '3s',
      retries: { attempts: 2 },
      route: [to('v1', 90), to('v2', 10)],
    })
  })

  it('always sums to 100, with third destinations as they were', () => {
    for (let weight = 0; weight <= 100; weight += 1) {
      const after = withWeight(virtualService([{ route: [to('v1', 50), to('v2', 17), to('v3', 33)] }]), SPEC, weight)
      const weights = after.spec?.http?.[0]?.route?.map((one) => one.weight ?? 0) ?? []
      expect(weights.reduce((sum, one) => sum + one, 0)).toBe(100)
      expect(weights[2]).toBe(33)
    }
  })

  it('touches the named routes only', () => {
    const spec = { ...SPEC, traffic: { virtualService: 'myapp', routes: ['api'] } }
    const before = virtualService([
      { name: 'web', route: [to('v1')] },
      { name: 'api', route: [to('v1')] },
    ])
    const after = withWeight(before, spec, 20)
    expect(after.spec?.http?.map(({ route }) => route?.length)).toEqual([1, 2])
  })
})

describe('other ways to the canary', () => {
  const plain = virtualService([{ route: [to('v1', 100), to('v2', 0)] }])

  it('a mirror comes and goes', () => {
    const mirrored = withMirror(plain, SPEC, 5)
    expect(weightsOf(mirrored, SPEC)).toEqual({ weight: 0, mirror: 5 })
    expect(withMirror(mirrored, SPEC, 0)).toEqual(plain)
  })

  it('a route for some headers stands in front, and its weight is none of the split', () => {
    const match = [{ headers: { 'x-beta': { exact: 'yes' } } }]
    const early = withHeaderRoute(plain, SPEC, match)
    expect(early.spec?.http?.[0]).toEqual({ name: 'mizzen-canary-header', match, route: [to('v2')] })
    expect(weightsOf(early, SPEC)).toEqual({ weight: 0, mirror: 0 })
    expect(withHeaderRoute(early, SPEC, null)).toEqual(plain)
  })

  it('the stable version goes from the routes at last', () => {
    const after = withoutStable(withWeight(plain, SPEC, 100), SPEC)
    expect(after.spec?.http?.[0]?.route).toEqual([to('v2', 100)])
  })
})
