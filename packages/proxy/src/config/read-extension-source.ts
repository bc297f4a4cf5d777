import { type ConfigNode, typeName } from './config-node.ts'
import type { DiscoverySource } from './model.ts'
import { readConfigSource } from './read-values.ts'

/**
 * `config_discovery` of a filter: where its configuration comes from, and what holds until then.
 * @param source envoy.config.core.v3.ExtensionConfigSource
 * @param readDefault reads its field `default_config`; undefined = it is not given
 */
export function readExtensionSource<T>(
  source: ConfigNode,
  name: string,
  readDefault: (source: ConfigNode) => T | undefined,
): DiscoverySource & { readonly kind: 'discovered'; readonly fallback?: T } {
  const timeoutMs = source.child('config_source', readConfigSource)
  if (timeoutMs === undefined) throw source.error('bad-config', 'must be given', 'config_source')
  const fallback = readDefault(source)
  const withoutWarming = source.boolean('apply_default_config_without_warming')
  if (withoutWarming && fallback === undefined) throw source.error('bad-config', 'must be given', 'default_config')
  const types = source.strings('type_urls').map(typeName)
  if (types.length === 0) throw source.error('bad-config', 'must name at least one', 'type_urls')
  const found = { kind: 'discovered', name, types, waits: !withoutWarming, timeoutMs } as const
  return fallback === undefined ? found : { ...found, fallback }
}

/** The type of an Any, or of what its TypedStruct stands for. */
export function typedName(typed: unknown): string {
  const { '@type': url = '', type_url: inner } = typed as { '@type'?: string; type_url?: string }
  return typeName(inner ?? url)
}
