/**
 * `npm run bench -- http1 [--seconds N] [--runs N] [--connections N] [--only NAME,NAME] [-o json]`
 * `npm run bench -- propagation [--runs N] [-o json]`
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
import { quantile } from './measure/statistics.ts'
import { propagation } from './propagation/propagation.ts'

const USAGE = `usage: npm run bench -- http1 [--seconds N] [--runs N] [--connections N] [--only NAME,NAME] [-o json]
       npm run bench -- propagation [--runs N] [-o json]`

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
        runs: { type: 'string' },
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

type Given = ReturnType<typeof options>

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
  const given = options()
  if (given.output !== 'table' && given.output !== 'json') throw new UsageError(`-o ${given.output}: table or json`)
  const bench = given.positionals.length === 1 ? BENCHES[given.positionals[0] as string] : undefined
  if (bench === undefined) throw new UsageError(`which bench? there are: ${Object.keys(BENCHES).join(', ')}`)
  const { facts, text } = await bench(given, signal)
  process.stdout.write(given.output === 'json' ? `${JSON.stringify(facts, null, 2)}\n` : `\n${text}\n`)
}

interface Outcome {
  readonly facts: unknown
  readonly text: string
}

const BENCHES: Readonly<Record<string, (given: Given, signal: AbortSignal) => Promise<Outcome>>> = {
  http1: benchHttp1,
  propagation: benchPropagation,
}

const say = (line: string) => process.stderr.write(`${line}\n`)

async function benchPropagation(given: Given, signal: AbortSignal): Promise<Outcome> {
  const facts = await propagation({ runs: count('runs', given.runs ?? '20'), signal, say })
  const row = (name: string, values: readonly number[]) =>
    [name.padEnd(42), ...[0.5, 0.99].map((share) => `${quantile(values, share).toFixed(0)} ms`.padStart(8))].join('')
  const head = `${'from saving the file'.padEnd(42)}${'p50'.padStart(8)}${'p99'.padStart(8)}`
  const rows = [
    row('to Programmed (all proxies have it)', facts.programmed),
    row('to the last answer of the old version', facts.lastOld),
  ]
  return { facts, text: [head, ...rows].join('\n') }
}

async function benchHttp1(given: Given, signal: AbortSignal): Promise<Outcome> {
  const results = await http1({
    seconds: count('seconds', given.seconds),
    runs: count('runs', given.runs ?? '5'),
    connections: count('connections', given.connections),
    contenders: contenders(given.only.split(',')),
    nginx: tool('nginx'),
    wrk: tool('wrk'),
    ...{ signal, say },
  })
  const facts = rows(results)
  return { facts, text: table(facts) }
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
