import { formatError, type Level, systemClock } from '@mizzen/base'
import { createSwitchedLogger } from './admin/switched-logger.ts'
import { type Bootstrap, readBootstrapFile } from './config/bootstrap.ts'
import { checkListener } from './config/check-listener.ts'
import type { EndRequest } from './end-request.ts'
import type { DrainStrategy } from './listener/drain.ts'
import { ProxyProgram } from './proxy-program.ts'
import { severalWorkers } from './worker/several-workers.ts'

/** Istio's default of terminationDrainDuration. */
const DEFAULT_DRAIN_S = 5

export interface RunOptions {
  /** An Envoy bootstrap, JSON or YAML. */
  readonly bootstrapPath: string
  /** Threads that carry traffic; default 1: the process's own. With more, that one only has the configuration. */
  readonly concurrency?: number
  /** Folder where the last accepted configuration is kept. */
  readonly cacheDir?: string
  /** Time for connections to end after SIGTERM, seconds; default 5. */
  readonly drainTimeS?: number
  /**
   * `immediate` ends each connection with its next response, `gradual` more and more of them over the drain time. Default
   * `immediate`, as Istio starts Envoy; Envoy's own is `gradual`.
   */
  readonly drainStrategy?: DrainStrategy | undefined
  readonly logLevel?: Level
  /** The process's environment, for tags and resources of traces; default: empty. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** `validate` only reads the bootstrap and compiles what it says, as Envoy's `--mode validate`. Default `serve`. */
  readonly mode?: 'serve' | 'validate'
  /** Called once the proxy has opened what its bootstrap says. */
  readonly onStarted?: () => void
}

/**
 * Runs a proxy as this process: until SIGTERM or SIGINT, which drains it (the second one ends it at once). Resolves with
 * the exit status: 0, or 1 if it could not start, having said why in one line on standard error.
 */
export async function runProxy(options: RunOptions, end: EndRequest): Promise<number> {
  try {
    const bootstrap = await readBootstrapFile(options.bootstrapPath)
    if (options.mode === 'validate') {
      for (const { config } of bootstrap.listeners) checkListener(config, Math.random)
      process.stdout.write(`configuration '${options.bootstrapPath}' OK\n`)
    } else {
      await serve(bootstrap, options, end)
    }
    return 0
  } catch (error) {
    process.stderr.write(`mizzen proxy: ${formatError(error)}\n`)
    return 1
  }
}

/** Resolves when the proxy has ended. */
async function serve(bootstrap: Bootstrap, options: RunOptions, end: EndRequest): Promise<void> {
  const logger = createSwitchedLogger('proxy', options.logLevel ?? 'info')
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const proxy = new ProxyProgram({
    bootstrap,
    cacheDir: options.cacheDir,
    workers: await severalWorkers(options.concurrency ?? 1),
    drainStrategy: options.drainStrategy,
    drainMs: (options.drainTimeS ?? DEFAULT_DRAIN_S) * 1000,
    clock: systemClock,
    random: Math.random,
    logger,
    memory: () => process.memoryUsage(),
    environment: options.environment,
    onQuit: end.tell,
    onFailed: failed.reject,
  })
  try {
    // What an end brings a start to is no failure.
    const started = await Promise.race([proxy.start().then(() => true), end.first.then(() => false)])
    if (!started) return
    options.onStarted?.()
    logger.info('started', { node: bootstrap.node.id, admin: proxy.adminPort })
    await Promise.race([end.first, failed.promise])
    logger.info('draining')
    await Promise.race([proxy.drain(), end.second, failed.promise])
  } finally {
    await proxy.close()
  }
}
