import { create, type JsonObject } from '@bufbuild/protobuf'
import { type Metadata, MetadataSchema } from '@mizzen/xds/gen/envoy/config/core/v3/base_pb.js'

/** Envoy's metadata from JSON by namespace; undefined if there is none. */
export function metadata(namespaces: Readonly<Record<string, JsonObject | undefined>>): Metadata | undefined {
  const given = Object.entries(namespaces).filter(([, value]) => value !== undefined) as [string, JsonObject][]
  if (given.length === 0) return undefined
  return create(MetadataSchema, { filterMetadata: Object.fromEntries(given) })
}

/** The kinds that configuration is named after. */
const KEBAB: Readonly<Record<string, string>> = {
  VirtualService: 'virtual-service',
  DestinationRule: 'destination-rule',
  Gateway: 'gateway',
}

/** Istio's way to say which object a route or cluster comes from, for people who read a configuration dump. */
export function configPath(origin: string): string {
  const [kind = '', namespace, name] = origin.split('/')
  return `/apis/networking.istio.io/v1/namespaces/${namespace}/${KEBAB[kind] ?? kind.toLowerCase()}/${name}`
}

/** The key of the object that `configPath` names; undefined for other texts. */
export function originOfConfigPath(path: string): string | undefined {
  const parts = /^\/apis\/networking\.istio\.io\/[^/]+\/namespaces\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(path)
  if (parts === null) return undefined
  const kind = Object.keys(KEBAB).find((key) => KEBAB[key] === parts[2])
  return kind && `${kind}/${parts[1]}/${parts[3]}`
}
