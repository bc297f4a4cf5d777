import { fromBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { DeltaDiscoveryResponseSchema } from '../gen/envoy/service/discovery/v3/discovery_pb.js'
import type { XdsResource } from '../src/index.ts'
import { SharedPayloads } from '../src/shared-payloads.ts'

function resources(count: number, from = 0): XdsResource[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ typeUrl: 'type.googleapis.com/t', name: `r${from + index}`, version: '1' },
    ...{ body: new Uint8Array([1, 2, 3]), refs: [], origins: [] },
  }))
}

describe('payloads', () => {
  it('are the same bytes for all that get the same resources, but for the last few', () => {
    const payloads = new SharedPayloads('delta')
    const shared = resources(128)
    const one = payloads.encode([...shared, ...resources(1, 500)])
    const other = payloads.encode([...shared, ...resources(2, 600)])
    expect(one).toHaveLength(3)
    expect(other.slice(0, 2).map((piece, index) => piece === one[index])).toEqual([true, true])
    expect(other[2]).not.toBe(one[2])
  })

  it('keep nothing in memory but themselves', () => {
    const [piece] = new SharedPayloads('delta').encode(resources(2)) as [Uint8Array]
    expect(piece.buffer.byteLength).toBe(piece.byteLength)
  })

  it('are encoded anew where a resource of theirs changed', () => {
    const payloads = new SharedPayloads('delta')
    const [first, second] = resources(2) as [XdsResource, XdsResource]
    payloads.encode([first, second])
    const changed = payloads.encode([first, { ...second, version: '2' }])
    const response = fromBinary(DeltaDiscoveryResponseSchema, Buffer.concat(changed))
    expect(response.resources.map(({ name, version }) => `${name} ${version}`)).toEqual(['r0 1', 'r1 2'])
  })
})
