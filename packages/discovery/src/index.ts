export { createDiscovery, type Discovery, type DiscoveryOptions } from './discovery.ts'
export { parseClusterName } from './model/cluster-name.ts'
export { hostsForNamespace, hostsOverlap, intersectHosts, resolveShortName } from './model/host-name.ts'
export { DEFAULT_MESH_SETTINGS, type MeshSettings } from './model/mesh-settings.ts'
export { protocolOf } from './model/protocol.ts'
export { type NodeIdentity, type ProxyFacts, type ProxySpec, proxySpecOf, specOf } from './model/proxy.ts'
export {
  configurationFor,
  type ProxyConfiguration,
  type TranslatedJson,
  translateFor,
} from './offline.ts'
export { originOfConfigPath } from './translate/config-metadata.ts'
