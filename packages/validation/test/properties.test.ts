import { findKind, kinds, normalise, parseDocuments, type Resource, validate } from '@mizzen/api'
import { configurationFor, specOf } from '@mizzen/discovery'
import { assert, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentOf } from './arbitrary-object.ts'

const STEP = /\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g

/** Whether the field at a path, or what lacks it, is in the document. */
function isInDocument(document: unknown, path: string): boolean {
  let value = document
  const steps = [...path.matchAll(STEP)].map(([, name, index, quoted]) => name ?? index ?? JSON.parse(quoted!))
  for (const [index, step] of steps.entries()) {
    if (typeof value !== 'object' || value === null) return false
    if (!Object.hasOwn(value, step)) return index >= steps.length - 1
    value = (value as Readonly<Record<string, unknown>>)[step]
  }
  return steps.join('').length > 0 || path === ''
}

describe('whatever is refused', () => {
  it.each(kinds.map(({ id }) => id))('of kind %s names a path that exists, and a place', (id) => {
    const kind = kinds.find((known) => known.id === id)!
    const named = property(documentOf(kind, true), (document) => {
      const [parsed] = parseDocuments(JSON.stringify(document), 'f.yaml')
      for (const { code, path, place, message } of parsed!.problems) {
        expect({ code, path, found: isInDocument(document, path) }).toEqual({ code, path, found: true })
        expect(place!.line).toBe(1)
        expect(message).not.toBe('')
      }
    })
    assert(named, { numRuns: 60 })
  })
})

const SERVICES: readonly Resource[] = ['a', 'b'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 80 }] },
}))
const PROXIES = [
  specOf({ type: 'sidecar', namespace: 'default', labels: { app: 'a' }, ip: '10.0.0.1' }),
  specOf({ type: 'sidecar', labels: { app: 'a' }, ip: '10.0.0.3', metadata: { INTERCEPTION_MODE: 'TPROXY' } }),
  specOf({ type: 'router', namespace: 'default', labels: { istio: 'ingressgateway' }, ip: '10.0.0.2' }),
]

describe('whatever validates', () => {
  it.each([
    ['VirtualService', 'Gateway'],
    ['DestinationRule', 'VirtualService'],
    ['ServiceEntry', 'DestinationRule'],
    ['Sidecar', 'ServiceEntry'],
    ['PeerAuthentication', 'AuthorizationPolicy'],
    ['RequestAuthentication', 'Telemetry'],
    ['Service', 'EndpointSlice'],
  ])('of %s and %s translates without an exception', { timeout: 60_000 }, (left, right) => {
    let valid = 0
    const objects = tuple(documentOf(findKind(left)!, false), documentOf(findKind(right)!, false))
    const translates = property(objects, (documents) => {
      const good = documents.filter((document) =>
        validate(document as unknown as Resource).every(({ severity }) => severity !== 'error'),
      )
      valid += good.length
      const resources = [...SERVICES, ...good.map((document) => normalise(document as unknown as Resource))]
      for (const proxy of PROXIES) expect(() => configurationFor(resources, proxy)).not.toThrow()
    })
    assert(translates, { numRuns: 100 })
    expect(valid).toBeGreaterThan(10)
  })
})
