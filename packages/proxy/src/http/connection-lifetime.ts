import type { Deadline } from './deadline-wheel.ts'
import type { HttpService } from './http-service.ts'
import type { ServedConnection, ServerRuntime } from './server-port.ts'

/**
 * Ends a client's connection gracefully when it has become too old (`max_connection_duration`).
 * @returns to be cancelled when the connection is gone; null = it may become as old as it likes
 */
export function limitLifetime(
  connection: ServedConnection,
  { config, stats }: HttpService,
  { wheel }: ServerRuntime,
): Deadline | null {
  const { maxConnectionDurationMs = 0, drainTimeoutMs } = config
  if (maxConnectionDurationMs === 0) return null
  const deadline = wheel.deadline(() => {
    stats.downstreamCxMaxDurationReached += 1
    connection.drain(drainTimeoutMs)
  })
  deadline.arm(maxConnectionDurationMs)
  return deadline
}
