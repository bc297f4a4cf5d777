import { about, list, map, message, type Of, text, uint32 } from '../../schema/fields.ts'

const Endpoints = message(
  {},
  {
    fromCidr: about('Addresses of the network.', text),
    fromRegistry: about('Cluster whose Pods are in the network.', text),
  },
  { oneofs: [['fromCidr', 'fromRegistry']] },
)

const NetworkGateway = message(
  {},
  {
    registryServiceName: about('Service of the gateway: fully qualified name.', text),
    address: about('Address of the gateway from outside.', text),
    port: uint32,
    locality: text,
  },
  { oneofs: [['registryServiceName', 'address']] },
)

/** `meshNetworks` of the ConfigMap `istio`: which endpoints are where, and the gateways between. */
export const MeshNetworks = message(
  {},
  { networks: map(message({}, { endpoints: list(Endpoints), gateways: list(NetworkGateway) })) },
)
export type MeshNetworks = Of<typeof MeshNetworks>
