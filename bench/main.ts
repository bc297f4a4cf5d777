/**
 * `npm run bench -- NAME [OPTIONS]`. bench/README.md says what each measures and how the figures are made.
 *
 * Exit status: 0 measured (whether or not targets were met), 1 something could not be run, 2 wrong usage.
 */
import { ServerError } from '../test/server-process.ts'
import { analysisCommand } from './analysis/command.ts'
import { readArguments, UsageError } from './arguments.ts'
import { attacksCommand } from './attacks/command.ts'
import type { Bench } from './bench.ts'
import { BenchError } from './bench-error.ts'
import { canaryKillsCommand } from './canary-kills/command.ts'
import { canaryRunsCommand } from './canary-runs/command.ts'
import { canarySimulationCommand } from './canary-simulation/command.ts'
import { discoveryCommand } from './discovery/command.ts'
import { enduranceCommand } from './endurance/command.ts'
import { noLossCommand } from './no-loss/command.ts'
import { propagationCommand } from './propagation/command.ts'
import { proxyCommand } from './proxy/command.ts'
import { telemetryCommand } from './telemetry/command.ts'
import { validationCommand } from './validation/command.ts'

const BENCHES: Readonly<Record<string, Bench>> = {
  proxy: proxyCommand,
  endurance: enduranceCommand,
  attacks: attacksCommand,
  propagation: propagationCommand,
  'no-loss': noLossCommand,
  discovery: discoveryCommand,
  analysis: analysisCommand,
  validation: validationCommand,
  telemetry: telemetryCommand,
  'canary-simulation': canarySimulationCommand,
  'canary-runs': canaryRunsCommand,
  'canary-kills': canaryKillsCommand,
}

const USAGE = Object.entries(BENCHES)
  .map(([name, { usage }], index) => `${index === 0 ? 'usage:' : '      '} npm run bench -- ${name} ${usage} [-o json]`)
  .join('\n')

async function main(signal: AbortSignal): Promise<void> {
  const { name, given } = readArguments(process.argv.slice(2))
  const bench = BENCHES[name]
  if (bench === undefined) throw new UsageError(`which bench? there are: ${Object.keys(BENCHES).join(', ')}`)
  const outcome = await bench.run(given, signal, (line) => process.stderr.write(`${line}\n`))
  process.stdout.write(given.output === 'json' ? `${JSON.stringify(outcome.facts, null, 2)}\n` : `\n${outcome.text}\n`)
  if (outcome.incomplete) process.exitCode = 1
}

const interruption = new AbortController()
// `on`, not `once`: a second signal must not end the bench before it has ended its children. They end within seconds.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort())

try {
  await main(interruption.signal)
} catch (error) {
  if (interruption.signal.aborted) process.stderr.write('bench: interrupted\n')
  else if (error instanceof UsageError) process.stderr.write(`bench: ${error.message}\n${USAGE}\n`)
  else if (error instanceof BenchError || error instanceof ServerError)
    process.stderr.write(`bench: ${error.message}\n`)
  else throw error
  process.exitCode = error instanceof UsageError ? 2 : 1
}
