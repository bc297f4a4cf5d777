import { type CanarySpec, type VirtualService, validate } from '@mizzen/api'
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

describe('routes of TCP and TLS', () => {
  const l4 = (spec: object) =>
    ({ ...virtualService([]), spec: { hosts: ['*'], gateways: ['gate'], ...spec } }) as VirtualService
  const tls = (host: string) => ({ match: [{ port: 443, sniHosts: [host] }], route: [to('v1', 100)] })
  const weights = (one: VirtualService, kind: 'tcp' | 'tls') =>
    (one.spec?.[kind] ?? []).map(({ route = [] }) => route.map(({ weight }) => weight))

  it('are shifted like those of HTTP, and nothing else is touched', () => {
    const before = l4({ tcp: [{ match: [{ port: 1 }], route: [to('v1')] }, { route: [to('v9')] }], tls: [tls('a')] })
    const after = withWeight(before, SPEC, 30)
    expect(weightsOf(after, SPEC)).toEqual({ weight: 30, mirror: 0 })
    expect([weights(after, 'tcp'), weights(after, 'tls')]).toEqual([[[70, 30], [undefined]], [[70, 30]]])
    expect(after.spec?.tcp?.[0]?.match).toEqual([{ port: 1 }])
    expect(after.spec).not.toHaveProperty('http')
    expect(validate(after)).toEqual([])
    expect(weights(withoutStable(after, SPEC), 'tcp')).toEqual([[30], [undefined]])
    for (const one of [withMirror(after, SPEC, 10), withHeaderRoute(after, SPEC, [{}])]) expect(one).toEqual(after)
  })

  it('are chosen by port and server name', () => {
    const both = l4({
      http: [{ name: 'web', route: [to('v1')] }],
      tcp: [
        { match: [{ port: 1 }], route: [to('v1')] },
        { match: [{ port: 2 }], route: [to('v1')] },
      ],
      tls: [tls('a'), tls('b')],
    })
    const spec = {
      ...SPEC,
      traffic: { virtualService: 'myapp', tcpRoutes: [{ port: 2 }], tlsRoutes: [{ port: 443, sniHosts: ['b'] }] },
    }
    const after = withWeight(both, spec, 10)
    expect(after.spec?.http).toEqual(both.spec?.http)
    expect([weights(after, 'tcp'), weights(after, 'tls')]).toEqual([
      [[undefined], [90, 10]],
      [[100], [90, 10]],
    ])
    const web = withWeight(both, { ...SPEC, traffic: { virtualService: 'myapp', routes: ['web'] } }, 10)
    expect(web.spec?.tcp).toEqual(both.spec?.tcp)
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
