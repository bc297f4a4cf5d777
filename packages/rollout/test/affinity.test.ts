import { type CanarySpec, type VirtualService, validate } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { ownRoute, withAffinity } from '../src/reconcile/route-variants.ts'
import { weightsOf, withWeight } from '../src/reconcile/route-weights.ts'

const SPEC: CanarySpec = {
  traffic: { virtualService: 'myapp' },
  stable: { subset: 'v1' },
  canary: { subset: 'v2' },
  sessionAffinity: { cookieName: 'try.it', maxAge: '1h' },
}

const PLAIN: VirtualService = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'myapp', namespace: 'default' },
  spec: {
    hosts: ['myapp'],
    http: [
      {
        name: 'cart',
        match: [{ uri: { prefix: '/cart' } }],
        timeout: '3s',
        route: [
          { destination: { host: 'myapp', subset: 'v1' }, weight: 90 },
          { destination: { host: 'myapp', subset: 'v2' }, weight: 10 },
        ],
      },
      { name: 'other', route: [{ destination: { host: 'other' } }] },
    ],
  },
} as VirtualService

describe('session affinity', () => {
  const sticky = withAffinity(PLAIN, SPEC, 'abcd1234')

  it('gives the cookie with the answers of the canary alone', () => {
    const route = sticky.spec?.http?.find(({ name }) => name === 'cart')?.route ?? []
    expect(route.map(({ headers }) => headers?.response?.add)).toEqual([
      undefined,
      { 'Set-Cookie': 'try.it=abcd1234; Path=/; Max-Age=3600; HttpOnly' },
    ])
  })

  it('sends those who have it to the canary, under the conditions and settings of the route', () => {
    const [variant] = sticky.spec?.http ?? []
    expect(variant).toMatchObject({ name: 'mizzen-canary-affinity-cart', timeout: '3s' })
    expect(variant?.route).toEqual([{ destination: { host: 'myapp', subset: 'v2' } }])
    const [match] = variant?.match ?? []
    expect(match?.uri).toEqual({ prefix: '/cart' })
    const regex = new RegExp(`^(?:${match?.headers?.cookie?.regex})$`)
    expect(['try.it=abcd1234', 'a=b; try.it=abcd1234; c=d'].every((cookie) => regex.test(cookie))).toBe(true)
    expect(['try.it=other', 'tryXit=abcd1234', 'xtry.it=abcd1234'].some((cookie) => regex.test(cookie))).toBe(false)
  })

  it('is asked for beside what a route asks of cookies itself, and that is valid', () => {
    const users = { regex: '^(.*; )?user=jason(;.*)?$' }
    const [cart] = PLAIN.spec?.http ?? []
    const http = [{ ...cart, match: [{ headers: { cookie: users } }] }]
    const both = withAffinity({ ...PLAIN, spec: { ...PLAIN.spec, http } } as VirtualService, SPEC, 'abcd1234')
    const { cookie, Cookie } = both.spec?.http?.[0]?.match?.[0]?.headers ?? {}
    expect([cookie, Cookie?.regex]).toEqual([users, expect.stringContaining('abcd1234')])
    expect(validate(both)).toEqual([])
  })

  it('is no part of the split, and stays when that changes', () => {
    expect(weightsOf(sticky, SPEC)).toEqual({ weight: 10, mirror: 0 })
    const more = withWeight(sticky, SPEC, 50)
    expect(weightsOf(more, SPEC)).toEqual({ weight: 50, mirror: 0 })
    expect(withAffinity(more, SPEC, null)).toEqual(withWeight(PLAIN, SPEC, 50))
  })

  it('is gone without a trace at its end, and is no other when it is set twice', () => {
    expect(withAffinity(sticky, SPEC, null)).toEqual(PLAIN)
    expect(withAffinity(sticky, SPEC, 'abcd1234')).toEqual(sticky)
  })

  it('counts for the route that it was made of', () => {
    expect(['cart', 'mizzen-canary-affinity-cart', 'mizzen-canary-header'].map(ownRoute)).toEqual([
      'cart',
      'cart',
      null,
    ])
  })
})
