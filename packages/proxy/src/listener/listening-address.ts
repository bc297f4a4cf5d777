import { lstatSync, rmSync } from 'node:fs'
import type { ListenOptions } from 'node:net'
import type { Address, ListenerConfig } from '../config/model.ts'
import { isPipe, pipePath } from '../http/pipe-address.ts'
import type { BindOptions, SocketCalls } from './socket-calls.ts'

/** Connections that wait to be accepted; the kernel caps it (net.core.somaxconn). */
const BACKLOG = 4096
/** Elsewhere Node has no such option, or refuses it. */
export const CAN_REUSE_PORT = process.platform === 'linux' || process.platform === 'freebsd'

/**
 * How a server is told to listen where the configuration says.
 * @param calls is only asked for what Node cannot do by itself
 * @param descriptor of a socket that is bound there already
 */
export function listenOptions(
  config: ListenerConfig,
  calls: () => Pick<SocketCalls, 'bind'>,
  descriptor?: number,
): ListenOptions & { fd?: number } {
  if (descriptor !== undefined) return { fd: descriptor, backlog: BACKLOG }
  const { address, transparent = false, freebind = false } = config
  if (isPipe(address)) return { path: pipePath(address), backlog: BACKLOG }
  const reusePort = config.reusePort && CAN_REUSE_PORT
  if (!transparent && !freebind) return { ...address, backlog: BACKLOG, reusePort }
  const options: BindOptions = { transparent, freebind, reusePort }
  return { fd: calls().bind(address, options), backlog: BACKLOG }
}

/** Removes what a process that ended without closing has left at the path of a Unix domain socket (as Envoy does). */
export function removeStaleSocket({ host }: Address): void {
  if (host.startsWith('@')) return
  if (lstatSync(host, { throwIfNoEntry: false })?.isSocket() === true) rmSync(host, { force: true })
}
