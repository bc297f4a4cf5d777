import type { Store } from '@mizzen/store'
import type { ConfigLookup } from './kubelet/declared-variables.ts'

/** ConfigMaps and Secrets of one namespace, as environment variables see them. */
export function configLookup(store: Store): (namespace: string) => ConfigLookup {
  return (namespace) => ({
    entries(kind, name) {
      if (kind === 'ConfigMap') return store.get('ConfigMap', namespace, name)?.data
      const secret = store.get('Secret', namespace, name)
      if (secret === undefined) return undefined
      const decoded = Object.entries(secret.data ?? {}).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString(),
      ])
      return { ...Object.fromEntries(decoded), ...secret.stringData }
    },
  })
}
