import type { ListenerView } from '../worker/snapshot.ts'

/** Envoy's `/listeners`: `name::address`, one a line. */
export function listenersText(listeners: readonly ListenerView[]): string {
  return listeners.map(({ config, host, port }) => `${config.name}::${host}:${port}\n`).join('')
}

/** Envoy's `/listeners?format=json` (envoy.admin.v3.Listeners). */
export function listenersJson(listeners: readonly ListenerView[]): unknown {
  return {
    listener_statuses: listeners.map(({ config, host, port }) => ({
      name: config.name,
      local_address: { socket_address: { address: host, port_value: port } },
    })),
  }
}
