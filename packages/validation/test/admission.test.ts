import { describe, expect, it } from 'vitest'
import { reviewAdmission } from '../src/index.ts'

const object = (spec: unknown) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'a', namespace: 'b' },
  spec,
})
const review = (request: object) =>
  reviewAdmission({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request })
const good = { hosts: ['a'], http: [{ route: [{ destination: { host: 'a' } }] }] }

describe('the validating webhook', () => {
  it('allows what is valid', () => {
    expect(review({ uid: '1', operation: 'CREATE', object: object(good) })).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: '1', allowed: true },
    })
  })

  it('refuses what is not, with every problem and its field', () => {
    const { response } = review({ uid: '1', operation: 'UPDATE', object: object({ hosts: ['a b'], htp: [] }) })!
    expect(response).toMatchObject({ uid: '1', allowed: false, status: { code: 422, reason: 'Invalid' } })
    expect(response.status!.details.causes.map(({ reason, field }) => `${reason} ${field}`)).toEqual([
      'unknown-field spec.htp',
      'bad-host spec.hosts[0]',
    ])
    expect(response.status!.message).toContain('did you mean "http"?')
  })

  it('passes warnings on, short enough for the server', () => {
    const http = [{ route: good.http[0]!.route }, { name: 'x'.repeat(500), route: good.http[0]!.route }]
    const { response } = review({ uid: '1', object: object({ ...good, http }) })!
    expect(response.allowed).toBe(true)
    expect(response.warnings).not.toEqual([])
    expect(response.warnings!.every((text) => text.length <= 256)).toBe(true)
  })

  it('lets deletions, statuses and foreign kinds pass', () => {
    expect(review({ uid: '1', operation: 'DELETE', object: null })!.response.allowed).toBe(true)
    expect(review({ uid: '1', subResource: 'status', object: object({}) })!.response.allowed).toBe(true)
    const foreign = { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'a' } }
    expect(review({ uid: '1', operation: 'CREATE', object: foreign })!.response.allowed).toBe(true)
  })

  it.each([undefined, null, 'x', {}, { kind: 'AdmissionReview' }, { kind: 'AdmissionReview', request: { uid: 1 } }])(
    'of %j is no review',
    (body) => {
      expect(reviewAdmission(body)).toBeUndefined()
    },
  )

  it.each([null, 'x', {}, { kind: 'Pod' }])('of the object %j is refused', (value) => {
    expect(review({ uid: '1', operation: 'CREATE', object: value })!.response.allowed).toBe(false)
  })
})
