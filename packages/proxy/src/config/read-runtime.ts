import type { ConfigNode } from './config-node.ts'

/** Numbers of envoy.config.bootstrap.v3.LayeredRuntime's static layers by their full names; later layers come before earlier ones. */
export function readRuntime(node: ConfigNode): Readonly<Record<string, number>> {
  const numbers: Record<string, number> = {}
  node.list('layers', (layer) => {
    layer.ignore('name', 'disk_layer', 'admin_layer', 'rtds_layer')
    flatten(layer.raw('static_layer'), '', numbers)
  })
  return numbers
}

/** Names are nested, or have dots; both mean the same. Other values are switches of Envoy's own. */
function flatten(value: unknown, name: string, into: Record<string, number>): void {
  if (typeof value === 'number') into[name] = value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  for (const [key, item] of Object.entries(value)) flatten(item, name === '' ? key : `${name}.${key}`, into)
}
