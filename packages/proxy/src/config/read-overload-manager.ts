import type { ConfigNode } from './config-node.ts'

/** What bounds the whole process. */
export interface OverloadConfig {
  /** Client connections at once; undefined = no limit. */
  readonly maxConnections?: number
  /** What `actions` depend on; undefined = nothing, and there are none. */
  readonly heap?: HeapConfig
  readonly actions?: readonly OverloadActionConfig[]
  /** How often memory is looked at, ms. */
  readonly refreshMs?: number
}

/** Memory of the process; its share of `maxBytes` is the pressure that actions depend on. */
export interface HeapConfig {
  /** Of the monitor. */
  readonly name: string
  readonly maxBytes: number
}

export interface OverloadActionConfig {
  readonly action: OverloadAction
  /** Envoy's name of it. */
  readonly name: string
  /** Pressure from which on it is done more and more, and that from which on it is done always; alike = all at once. */
  readonly from: number
  readonly to: number
}

export type OverloadAction = (typeof ACTIONS)[keyof typeof ACTIONS]

const ACTIONS = {
  'envoy.overload_actions.stop_accepting_requests': 'refuse-requests',
  'envoy.overload_actions.disable_http_keepalive': 'close-after-response',
  'envoy.overload_actions.stop_accepting_connections': 'hold-connections',
  'envoy.overload_actions.reject_incoming_connections': 'reject-connections',
} as const

const MONITORS = 'envoy.extensions.resource_monitors'
const CONNECTIONS = `${MONITORS}.downstream_connections.v3.DownstreamConnectionsConfig`
const FIXED_HEAP = `${MONITORS}.fixed_heap.v3.FixedHeapConfig`

/** Envoy's default. */
const REFRESH_MS = 1_000

/**
 * envoy.config.overload.v3.OverloadManager: the limit of client connections, and actions that depend on memory. Other
 * monitors and actions are refused: who relies on them must not believe that they work.
 */
export function readOverloadManager(node: ConfigNode): OverloadConfig {
  node.ignore('buffer_factory_config')
  const monitors = node.list('resource_monitors', readMonitor)
  const maxConnections = soleOf(
    monitors.flatMap((one) => ('connections' in one ? [one.connections] : [])),
    node,
  )
  const heap = soleOf(
    monitors.flatMap((one) => ('maxBytes' in one ? [one] : [])),
    node,
  )
  const actions = node.list('actions', (action) => readAction(action, heap?.name))
  return { maxConnections, heap, actions, refreshMs: node.duration('refresh_interval') || REFRESH_MS }
}

function soleOf<T>(found: readonly T[], node: ConfigNode): T | undefined {
  if (found.length > 1) throw node.error('bad-config', 'may be given once', 'resource_monitors')
  return found[0]
}

function readMonitor(node: ConfigNode): { readonly connections: number } | HeapConfig {
  const name = node.string('name')
  const read = node.typed<{ readonly connections: number } | HeapConfig>('typed_config', {
    [CONNECTIONS]: (config) => ({ connections: config.count('max_active_downstream_connections', 0) }),
    [FIXED_HEAP]: (config) => ({ name, maxBytes: config.count('max_heap_size_bytes', 0) }),
  })
  if (read === undefined) throw node.error('bad-config', 'is missing', 'typed_config')
  if ('connections' in read && read.connections === 0) {
    throw node.error('bad-config', 'must limit connections to at least one', 'typed_config')
  }
  if ('maxBytes' in read && read.maxBytes === 0) {
    throw node.error('bad-config', 'must allow at least one byte', 'typed_config.max_heap_size_bytes')
  }
  return read
}

/** @param monitor the name of the only one that actions may depend on */
function readAction(node: ConfigNode, monitor: string | undefined): OverloadActionConfig {
  const name = node.requiredString('name')
  if (!Object.hasOwn(ACTIONS, name)) {
    throw node.error(
      'unsupported-config',
      `${name} is not supported; supported: ${Object.keys(ACTIONS).join(', ')}`,
      'name',
    )
  }
  const triggers = node.list('triggers', (trigger) => readTrigger(trigger, monitor))
  if (triggers.length !== 1) throw node.error('bad-config', 'there must be one', 'triggers')
  return { action: ACTIONS[name as keyof typeof ACTIONS], name, ...(triggers[0] as { from: number; to: number }) }
}

function readTrigger(node: ConfigNode, monitor: string | undefined): { readonly from: number; readonly to: number } {
  const name = node.requiredString('name')
  if (name !== monitor) throw node.error('bad-config', `${name} is no monitor of memory`, 'name')
  const threshold = node.child('threshold', (at) => share(at, 'value'))
  const scaled = node.child('scaled', (at) => {
    const range = { from: share(at, 'scaling_threshold'), to: share(at, 'saturation_threshold') }
    if (range.from >= range.to)
      throw at.error('bad-config', 'must be less than saturation_threshold', 'scaling_threshold')
    return range
  })
  const range = scaled ?? (threshold === undefined ? undefined : { from: threshold, to: threshold })
  if (range === undefined || (scaled !== undefined && threshold !== undefined)) {
    throw node.error('bad-config', 'must be given, and not both', 'threshold or scaled')
  }
  return range
}

function share(node: ConfigNode, name: string): number {
  const value = node.number(name, 0)
  if (value < 0 || value > 1) throw node.error('bad-config', 'must be from 0 to 1', name)
  return value
}
