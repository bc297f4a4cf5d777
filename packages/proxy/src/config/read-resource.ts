import {
  CLUSTER_TYPE,
  ENDPOINT_TYPE,
  EXTENSION_TYPE,
  LISTENER_TYPE,
  ROUTE_TYPE,
  SECRET_TYPE,
  VIRTUAL_HOST_TYPE,
} from '@mizzen/xds/types'
import { ConfigNode, typeName } from './config-node.ts'
import { readExtension } from './extension-configs.ts'
import type { ClusterConfig, EndpointsConfig, ListenerConfig, RouteConfig, VirtualHostConfig } from './model.ts'
import { decodeMessage } from './protobuf/decode.ts'
import { readCluster } from './read-cluster.ts'
import { readEndpoints } from './read-endpoints.ts'
import { readListener } from './read-listener.ts'
import { readRoutes, readVirtualHost } from './read-routes.ts'
import { readSecret } from './read-secret.ts'
import type { SecretConfig } from './tls-model.ts'

/** A resource of the control plane, as what it means here. */
export type ReadResource =
  | { readonly kind: 'cluster'; readonly config: ClusterConfig }
  | { readonly kind: 'endpoints'; readonly config: EndpointsConfig }
  | { readonly kind: 'listener'; readonly config: ListenerConfig }
  | { readonly kind: 'routes'; readonly config: RouteConfig }
  | { readonly kind: 'virtual-host'; readonly config: VirtualHostConfig }
  /** An Any in JSON form: what it is depends on the listener that names it. */
  | { readonly kind: 'extension'; readonly typed: unknown }
  | { readonly kind: 'secret'; readonly config: SecretConfig }

const READERS: Readonly<Record<string, (node: ConfigNode) => ReadResource>> = {
  [CLUSTER_TYPE]: (node) => ({ kind: 'cluster', config: readCluster(node) }),
  [ENDPOINT_TYPE]: (node) => ({ kind: 'endpoints', config: readEndpoints(node) }),
  [LISTENER_TYPE]: (node) => ({ kind: 'listener', config: readListener(node) }),
  [ROUTE_TYPE]: (node) => ({ kind: 'routes', config: readRoutes(node) }),
  [VIRTUAL_HOST_TYPE]: (node) => ({ kind: 'virtual-host', config: readVirtualHost(node) }),
  [EXTENSION_TYPE]: (node) => ({ kind: 'extension', typed: readExtension(node) }),
  [SECRET_TYPE]: (node) => ({ kind: 'secret', config: readSecret(node, 'ads') }),
}

/** Throws MizzenError with the field's path for what is no valid message, or asks for what this proxy cannot do. */
export function readResource(typeUrl: string, body: Uint8Array): ReadResource {
  const read = READERS[typeUrl]
  if (read === undefined) throw new Error(`the type ${typeUrl} was not asked for`)
  return ConfigNode.read(decodeMessage(typeName(typeUrl), body), '', read)
}
