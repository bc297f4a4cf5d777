import { rename, rm, writeFile } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { createLogger, formatError, type Level } from '@mizzen/base'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { type ControlPlaneOptions, formatAddress } from './options.ts'

export interface RunOptions extends ControlPlaneOptions {
  readonly logLevel?: Level
  /** Written, as one JSON object `{pid, xds, api}`, when the program is ready. */
  readonly readyFile?: string | undefined
}

/**
 * By itself V8 collects when the heap has grown to a multiple of what was alive, and all of that is resident: hundreds of MB
 * after many proxies came at once. With this it is 1.4 times, for a few percent more CPU.
 */
const HEAP_GROWTH = '--heap-growing-percent=40'

/** What a parent with an IPC channel is told, and what the ready file holds. Addresses are `host:port`. */
export interface ReadyMessage {
  readonly type: 'ready'
  readonly pid: number
  readonly xds: string
  readonly api: string
}

/**
 * The control plane as a program: runs until SIGTERM or SIGINT, or until the parent that holds its IPC channel is gone.
 * Resolves with the exit status: 0 after a graceful end, 1 if it could not start (with one line on standard error).
 */
export async function runControlPlane(options: RunOptions): Promise<number> {
  const logger = createLogger({ scope: 'control-plane', level: options.logLevel ?? 'info' })
  const ended = endRequested()
  // The channel to the parent must not keep this process alive.
  process.channel?.unref()
  let controlPlane: ControlPlane
  try {
    // One of an earlier run must not be taken for ours.
    if (options.readyFile !== undefined) await rm(options.readyFile, { force: true })
    controlPlane = await startControlPlane(options, { logger })
  } catch (error) {
    process.stderr.write(`mizzen: ${formatError(error)}\n`)
    return 1
  }
  // Not before: what is read at the start stays, and to collect again and again while it grows would only take time.
  setFlagsFromString(HEAP_GROWTH)
  await tellReady(controlPlane, options.readyFile)
  logger.info('ready', { xds: formatAddress(controlPlane.xds), api: formatAddress(controlPlane.api) })
  logger.info(`${await ended}, stopping`)
  await controlPlane.close()
  return 0
}

async function tellReady({ xds, api }: ControlPlane, readyFile: string | undefined): Promise<void> {
  const message: ReadyMessage = { type: 'ready', pid: process.pid, xds: formatAddress(xds), api: formatAddress(api) }
  process.send?.(message)
  if (readyFile === undefined) return
  await writeFile(`${readyFile}.new`, `${JSON.stringify(message)}\n`)
  await rename(`${readyFile}.new`, readyFile)
}

/** Resolves with the reason. A second signal ends the process at once, as nobody listens for it any more. */
function endRequested(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('got SIGTERM'))
    process.once('SIGINT', () => resolve('got SIGINT'))
    process.once('disconnect', () => resolve('the parent is gone'))
  })
}
