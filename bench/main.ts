/**
 * `npm run bench -- http1 [--seconds N] [--runs N] [--connections N] [--only NAME,NAME] [-o json]`
 *
 * Exit status: 0 measured, 1 something could not be run, 2 wrong usage. bench/README.md says how the figures are made.
 */
import { parseArgs } from 'node:util'
import { locateTool } from '../scripts/tools/locate.ts'
import { BenchError } from './bench-error.ts'
import type { Contender } from './contenders/contender.ts'
import { envoy } from './contenders/envoy.ts'
import { haproxy } from './contenders/haproxy.ts'
import { mizzen } from './contenders/mizzen.ts'
import { nginx } from './contenders/nginx.ts'
import { http1 } from './http1/http1.ts'
import { rows, table } from './http1/report.ts'

const USAGE = 'usage: npm run bench -- http1 [--seconds N] [--runs N] [--connections N] [--only NAME,NAME] [-o json]'

/** In the order in which they take turns. */
const CONTENDERS: Readonly<Record<string, () => Contender>> = {
  mizzen: () => mizzen,
  envoy: () => envoy(tool('envoy')),
  nginx: () => nginx(tool('nginx')),
  haproxy: () => haproxy(tool('haproxy')),
}

function tool(name: string): string {
  const path = locateTool(name)
  if (path === undefined) throw new BenchError(`${name} is not here: npm run tools -- ${name}`)
  return path
}

class UsageError extends Error {}

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        seconds: { type: 'string', default: '3' },
        runs: { type: 'string', default: '5' },
        connections: { type: 'string', default: '64' },
        only: { type: 'string', default: Object.keys(CONTENDERS).join(',') },
        output: { type: 'string', short: 'o', default: 'table' },
      },
    })
    return { ...values, positionals }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function count(name: string, text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new UsageError(`--${name} ${text}: not a whole number from 1`)
  return Number(text)
}

function contenders(names: readonly string[]): Contender[] {
  const unknown = names.filter((name) => CONTENDERS[name] === undefined)
  if (unknown.length > 0)
    throw new UsageError(`--only: unknown ${unknown.join(', ')} (known: ${Object.keys(CONTENDERS).join(', ')})`)
  return Object.entries(CONTENDERS)
    .filter(([name]) => names.includes(name))
    .map(([, make]) => make())
}

async function main(signal: AbortSignal): Promise<void> {
  const { positionals, output, ...given } = options()
  if (positionals.length !== 1 || positionals[0] !== 'http1') throw new UsageError('which bench? there is: http1')
  if (output !== 'table' && output !== 'json') throw new UsageError(`-o ${output}: table or json`)
  const results = await http1({
    seconds: count('seconds', given.seconds),
    runs: count('runs', given.runs),
    connections: count('connections', given.connections),
    contenders: contenders(given.only.split(',')),
    nginx: tool('nginx'),
    wrk: tool('wrk'),
    signal,
    say: (line) => process.stderr.write(`${line}\n`),
  })
  const all = rows(results)
  process.stdout.write(output === 'json' ? `${JSON.stringify(all, null, 2)}\n` : `\n${table(all)}\n`)
}

const interruption = new AbortController()
// `on`, not `once`: a second signal must not end the bench before it has ended its children. They end within seconds.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort())

try {
  await main(interruption.signal)
} catch (error) {
  if (interruption.signal.aborted) process.stderr.write('bench: interrupted\n')
  else if (error instanceof UsageError) process.stderr.write(`bench: ${error.message}\n${USAGE}\n`)
  else if (error instanceof BenchError) process.stderr.write(`bench: ${error.message}\n`)
  else throw error
  process.exitCode = error instanceof UsageError ? 2 : 1
}
