import { parseArgs } from 'node:util'
import { endRequest } from './end-request.ts'
import { tuneForStart, tuneForTraffic } from './engine-tuning.ts'
import type { RunOptions } from './run-proxy.ts'

export const PROXY_USAGE = `Runs the data plane from an Envoy bootstrap file.

Usage: mizzen proxy -c BOOTSTRAP [options]

  -c, --config-path FILE   bootstrap in YAML or JSON
  --concurrency N          threads that carry traffic (default 1: no thread beside the process's own)
  --cache DIR              keep what the control plane sent, to start with when it is away
  --drain-time-s N         how long requests may take to end after SIGTERM (default 5)
  --drain-strategy S       immediate ends each connection with its next response, gradual more and more of them
                           over the drain time (default immediate)
  --mode M                 validate only reads the bootstrap and says what is wrong with it (default serve)

Example: mizzen proxy -c bootstrap.yaml`

const EXIT_USAGE = 2

const OPTIONS = {
  'config-path': { type: 'string', short: 'c' },
  concurrency: { type: 'string' },
  cache: { type: 'string' },
  'drain-time-s': { type: 'string' },
  'drain-strategy': { type: 'string', default: 'immediate' },
  mode: { type: 'string', default: 'serve' },
  help: { type: 'boolean', short: 'h' },
} as const

/**
 * Runs a proxy as this process, as its arguments say. Resolves with the exit status: 0, 1 if it could not start, 2 for
 * arguments that make no sense; what is wrong was said in one line on standard error.
 * @param environment the process's, for tags and resources of traces
 */
export async function proxyCommand(
  argv: readonly string[],
  environment: NonNullable<RunOptions['environment']>,
): Promise<number> {
  let options: RunOptions | 'help'
  try {
    options = readArguments(argv)
  } catch (error) {
    process.stderr.write(`mizzen proxy: ${(error as Error).message} (see mizzen proxy --help)\n`)
    return EXIT_USAGE
  }
  if (options !== 'help') return run({ ...options, environment })
  process.stdout.write(`${PROXY_USAGE}\n`)
  return 0
}

/** See `run-proxy.ts`, which is loaded here: whoever only lists a program's commands must not pay for it. */
async function run(options: RunOptions): Promise<number> {
  tuneForStart()
  const end = endRequest()
  try {
    const { runProxy } = await import('./run-proxy.ts')
    return await runProxy({ ...options, onStarted: () => tuneForTraffic((options.concurrency ?? 1) === 1) }, end)
  } finally {
    end.forget()
  }
}

/** Throws an Error that says what makes no sense. */
function readArguments(argv: readonly string[]): RunOptions | 'help' {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS })
  if (values.help === true) return 'help'
  const { 'config-path': bootstrapPath, cache: cacheDir } = values
  if (bootstrapPath === undefined) throw new Error('-c BOOTSTRAP is missing')
  return {
    bootstrapPath,
    cacheDir,
    concurrency: wholeNumber('concurrency', values.concurrency, 1),
    drainTimeS: wholeNumber('drain-time-s', values['drain-time-s'], 0),
    drainStrategy: oneOf('drain-strategy', values['drain-strategy'], ['immediate', 'gradual']),
    mode: oneOf('mode', values.mode, ['serve', 'validate']),
  }
}

function oneOf<const W extends string>(option: string, text: string, words: readonly W[]): W {
  const known = words.find((word) => word === text)
  if (known !== undefined) return known
  throw new Error(`--${option} must be ${words.join(' or ')}, and is ${JSON.stringify(text)}`)
}

function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text !== '' && Number.isInteger(value) && value >= least) return value
  throw new Error(`--${option} must be a whole number of at least ${least}, and is ${JSON.stringify(text)}`)
}
