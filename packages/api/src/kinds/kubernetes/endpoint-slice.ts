import type { Resource } from '../../resource.ts'
import { flag, list, message, type Of, text, uint32, words } from '../../schema/fields.ts'
import { defineKind } from '../kind.ts'

export const SliceEndpoint = message(
  { addresses: list(text) },
  {
    /** `ready` left out means ready; `serving` left out means as `ready`. */
    conditions: message({}, { ready: flag, serving: flag, terminating: flag }, { also: [] }),
    targetRef: message(
      {},
      { kind: text, name: text, namespace: text, uid: text },
      { also: ['apiVersion', 'resourceVersion', 'fieldPath'] },
    ),
    hostname: text,
    nodeName: text,
    zone: text,
  },
  { also: ['deprecatedTopology', 'hints'] },
)
export type SliceEndpoint = Of<typeof SliceEndpoint>

export const SlicePort = message(
  {},
  { name: text, port: uint32, protocol: words('TCP', 'UDP', 'SCTP'), appProtocol: text },
  { also: [] },
)
export type SlicePort = Of<typeof SlicePort>

const BODY = {
  required: { addressType: words('IPv4', 'IPv6', 'FQDN'), endpoints: list(SliceEndpoint) },
  optional: { ports: list(SlicePort) },
}
const EndpointSliceBody = message(BODY.required, BODY.optional)

/** The Service that a slice belongs to is named by its label `kubernetes.io/service-name`. */
export type EndpointSlice = Resource & Of<typeof EndpointSliceBody>

export const endpointSliceKind = defineKind({
  kind: 'EndpointSlice',
  group: 'discovery.k8s.io',
  versions: ['v1'],
  plural: 'endpointslices',
  shortNames: [],
  namespaced: true,
  ...BODY,
})
