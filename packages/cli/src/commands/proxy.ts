import { parseArgs } from 'node:util'
import type { RunOptions } from '@mizzen/proxy'

export const PROXY_USAGE = `Runs the data plane from an Envoy bootstrap file.

Usage: mizzen proxy -c BOOTSTRAP [options]

  -c, --config-path FILE   bootstrap in YAML or JSON
  --concurrency N          threads that carry traffic (default 1: no thread beside the process's own)
  --cache DIR              keep what the control plane sent, to start with when it is away
  --drain-time-s N         how long requests may take to end after SIGTERM (default 5)
  --drain-strategy S       immediate ends each connection with its next response, gradual more and more of them
                           over the drain time (default immediate)

Example: mizzen proxy -c bootstrap.yaml`

const EXIT_USAGE = 2

const OPTIONS = {
  'config-path': { type: 'string', short: 'c' },
  concurrency: { type: 'string' },
  cache: { type: 'string' },
  'drain-time-s': { type: 'string' },
  'drain-strategy': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** `mizzen proxy`, with as little around it as possible. Resolves with the exit status. */
export async function proxy(argv: readonly string[], environment: RunOptions['environment'] = {}): Promise<number> {
  const options = parse(argv)
  if (options === undefined) return EXIT_USAGE
  if (options === 'help') {
    process.stdout.write(`${PROXY_USAGE}\n`)
    return 0
  }
  const { runProxy } = await import('@mizzen/proxy')
  return runProxy({ ...options, environment })
}

/** Undefined, having said why, for what can't be understood. */
function parse(argv: readonly string[]): RunOptions | 'help' | undefined {
  try {
    const { values } = parseArgs({ args: [...argv], options: OPTIONS })
    if (values.help === true) return 'help'
    const { 'config-path': bootstrapPath, cache: cacheDir } = values
    if (bootstrapPath === undefined) throw new Error('-c BOOTSTRAP is missing')
    const concurrency = wholeNumber('concurrency', values.concurrency, 1)
    const drainTimeS = wholeNumber('drain-time-s', values['drain-time-s'], 0)
    return { bootstrapPath, cacheDir, concurrency, drainTimeS, drainStrategy: strategy(values['drain-strategy']) }
  } catch (error) {
    process.stderr.write(`mizzen: ${(error as Error).message} (see mizzen proxy --help)\n`)
    return undefined
  }
}

function strategy(text: string | undefined): RunOptions['drainStrategy'] {
  if (text === undefined || text === 'immediate' || text === 'gradual') return text
  throw new Error(`--drain-strategy must be immediate or gradual, and is ${JSON.stringify(text)}`)
}

function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isInteger(value) && value >= least) return value
  throw new Error(`--${option} must be a whole number of at least ${least}, and is ${JSON.stringify(text)}`)
}
