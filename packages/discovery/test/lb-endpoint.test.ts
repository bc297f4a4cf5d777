import { create, fromBinary } from '@bufbuild/protobuf'
import {
  LbEndpointSchema,
  LocalityLbEndpointsSchema,
} from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_components_pb.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { EndpointModel } from '../src/model/endpoint.ts'
import { EndpointEncoder, lbEndpoint } from '../src/translate/lb-endpoint.ts'

const word = fc.constantFrom('', 'shop', 'v1', 'a-name-that-is-longer'.repeat(8))
const workload = fc.record({
  ...{ name: word, namespace: word, canonicalName: word, canonicalRevision: word, app: word, version: word },
})
const endpoint: fc.Arbitrary<EndpointModel> = fc.record({
  address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
  ports: fc.constant({}),
  labels: fc.constant({}),
  health: fc.constantFrom('healthy' as const, 'draining' as const),
  weight: fc.integer({ min: 0, max: 1_000 }),
  workload: fc.option(workload, { nil: undefined }),
  locality: fc.constant(''),
})

it('endpoints that are written by hand are what the schema encodes', () => {
  fc.assert(
    fc.property(fc.array(endpoint), fc.integer({ min: 0, max: 65_535 }), (endpoints, port) => {
      const encoder = new EndpointEncoder('cluster-1')
      const bytes = Buffer.concat(endpoints.map((one) => encoder.encode(one, port)))
      const expected = endpoints.map((one) => create(LbEndpointSchema, lbEndpoint(one, port, 'cluster-1')))
      expect(fromBinary(LocalityLbEndpointsSchema, bytes).lbEndpoints).toEqual(expected)
    }),
  )
})
