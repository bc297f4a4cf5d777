/** Our encoding against the generated code of the same messages. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { NodeSchema } from '../gen/envoy/config/core/v3/base_pb.js'
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '../gen/envoy/service/discovery/v3/discovery_pb.js'
import { CLUSTER_TYPE } from '../src/index.ts'
import { decodeNode, encodeNode } from '../src/wire/node.ts'
import { decodeDeltaRequest, decodeSotwRequest, encodeDeltaRequest, encodeSotwRequest } from '../src/wire/requests.ts'
import {
  decodeDeltaResponse,
  decodeSotwResponse,
  encodeHead,
  encodeResource,
  type WireResponse,
} from '../src/wire/responses.ts'
import { decodeStruct } from '../src/wire/struct.ts'

/** A whole response, as the server puts it together. */
function encoded(mode: 'sotw' | 'delta', response: WireResponse): Uint8Array {
  const resources = response.resources.flatMap((resource) => encodeResource(mode, response.typeUrl, resource))
  return new Uint8Array(Buffer.concat([...resources, encodeHead(mode, response, 'me')]))
}

const NODE = {
  id: 'sidecar~127.1.2.3~web.default~default.svc.cluster.local',
  cluster: 'web.default',
  metadata: { LABELS: { app: 'web' }, PORTS: [80, 8080.5], ON: true, NONE: null, NAME: 'Größe', EMPTY: {} },
  locality: { region: 'r', zone: 'z', subZone: 's' },
  userAgentName: 'mizzen',
}

describe('messages', () => {
  it('write a node that others read, and read one that others write', () => {
    const read = fromBinary(NodeSchema, encodeNode({ ...NODE, userAgentVersion: '1' }))
    expect(read).toMatchObject({ ...NODE, userAgentVersionType: { case: 'userAgentVersion', value: '1' } })
    expect(decodeNode(toBinary(NodeSchema, create(NodeSchema, NODE)))).toEqual(NODE)
  })

  it('refuse a struct that is nested without end', () => {
    let metadata: Record<string, unknown> = {}
    for (let depth = 0; depth < 100; depth += 1) metadata = { metadata }
    expect(() => decodeNode(encodeNode({ ...NODE, metadata }))).toThrow('nested more than 32 deep')
    expect(() => decodeStruct(new Uint8Array([0x0a, 0x7f]))).toThrow()
  })

  it('write state-of-the-world requests that others read, and the other way', () => {
    const plain = {
      typeUrl: CLUSTER_TYPE,
      nonce: 'n',
      names: ['a', 'b'],
      error: 'no',
      version: 'v',
      node: encodeNode(NODE),
    }
    const read = fromBinary(DiscoveryRequestSchema, encodeSotwRequest(plain))
    const fields = { typeUrl: CLUSTER_TYPE, responseNonce: 'n', resourceNames: ['a', 'b'], versionInfo: 'v' }
    expect(read).toMatchObject({ ...fields, errorDetail: { code: 3, message: 'no' }, node: { id: NODE.id } })
    expect(decodeSotwRequest(toBinary(DiscoveryRequestSchema, read))).toMatchObject({
      ...plain,
      node: expect.anything(),
    })
  })

  it('write delta requests that others read, and the other way', () => {
    const lists = {
      subscribe: ['a'],
      unsubscribe: ['b'],
      initialVersions: new Map([
        ['c', '1'],
        ['d', '2'],
      ]),
    }
    const plain = { typeUrl: CLUSTER_TYPE, nonce: 'n', error: undefined, node: undefined, ...lists }
    const read = fromBinary(DeltaDiscoveryRequestSchema, encodeDeltaRequest(plain))
    expect(read).toMatchObject({
      ...{ typeUrl: CLUSTER_TYPE, responseNonce: 'n', resourceNamesSubscribe: ['a'], resourceNamesUnsubscribe: ['b'] },
      initialResourceVersions: { c: '1', d: '2' },
    })
    expect(read.errorDetail).toBeUndefined()
    expect(decodeDeltaRequest(toBinary(DeltaDiscoveryRequestSchema, read))).toEqual(plain)
  })

  it('write responses that others read, and the other way', () => {
    // A cluster whose name, its field 1, is "a".
    const body = new Uint8Array([0x0a, 1, 0x61])
    const resources = [{ name: 'a', version: '7', body }]
    const response = { typeUrl: CLUSTER_TYPE, version: '3.1', nonce: 'n', resources, removals: [] }
    const sotw = fromBinary(DiscoveryResponseSchema, encoded('sotw', response))
    const any = { typeUrl: CLUSTER_TYPE, value: body }
    const head = { typeUrl: CLUSTER_TYPE, nonce: 'n', controlPlane: { identifier: 'me' } }
    expect(sotw).toMatchObject({ ...head, versionInfo: '3.1', resources: [any] })
    const received = decodeSotwResponse(toBinary(DiscoveryResponseSchema, sotw))
    expect(received).toEqual({ ...response, resources: [{ name: 'a', version: '3.1', body }] })

    const removing = { ...response, removals: ['x', 'y'] }
    const delta = fromBinary(DeltaDiscoveryResponseSchema, encoded('delta', removing))
    expect(delta).toMatchObject({
      ...head,
      removedResources: ['x', 'y'],
      resources: [{ name: 'a', version: '7', resource: any }],
    })
    expect(decodeDeltaResponse(toBinary(DeltaDiscoveryResponseSchema, delta))).toEqual(removing)
  })

  it.each(['sotw', 'delta'] as const)('carry a body in pieces as if it were whole: %s', (mode) => {
    const whole = new Uint8Array([0x0a, 1, 0x61, 0x12, 1, 0x62])
    const resource = { name: 'a', version: '7', body: whole }
    const inPieces = { ...resource, body: [whole.subarray(0, 3), whole.subarray(3)] }
    const [one, other] = [resource, inPieces].map((some) => Buffer.concat(encodeResource(mode, CLUSTER_TYPE, some)))
    expect(other).toEqual(one)
  })

  it('skip fields that are not known, and refuse what is cut short', () => {
    const bytes = encoded('sotw', { typeUrl: CLUSTER_TYPE, version: '1', nonce: 'n', resources: [], removals: [] })
    const extended = Buffer.concat([bytes, Buffer.from([0xf8, 0x07, 0x01])])
    expect(decodeSotwResponse(extended)).toMatchObject({ nonce: 'n' })
    expect(() => decodeSotwResponse(bytes.subarray(0, bytes.byteLength - 2))).toThrow()
  })
})
