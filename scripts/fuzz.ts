/**
 * `npm run fuzz [-- TARGET…] [--seconds N] [--seed N] [--input HEX]`: tries variants of known inputs on each parser that has a
 * target in packages/proxy/test/fuzz, N seconds in sum (60). What fails is printed as hex, with the seed; `--input` tries that
 * one input again.
 *
 * Exit status: 0 nothing found, 1 a parser failed, 2 wrong usage.
 */
import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { targetNames } from './fuzz/fuzz-target.ts'
import { runWatched, type WatchedOutcome } from './fuzz/watched-run.ts'

const TARGETS = resolve(import.meta.dirname, '../packages/proxy/test/fuzz')

class UsageError extends Error {}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`--${name} ${text}: not a whole number`)
  return Number(text)
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(randomInt(2 ** 32)) },
      input: { type: 'string' },
    },
  })
  const known = targetNames(TARGETS)
  const unknown = positionals.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new UsageError(`unknown: ${unknown.join(', ')} (known: ${known.join(', ')})`)
  return {
    names: positionals.length === 0 ? known : positionals,
    seconds: wholeNumber('seconds', values.seconds),
    seed: wholeNumber('seed', values.seed),
    input: values.input === undefined ? {} : { input: Buffer.from(values.input, 'hex') },
  }
}

/** Prints what came of it. @returns whether the parser is well */
function report(name: string, seed: number, { tried, finding }: WatchedOutcome): boolean {
  if (finding === undefined) {
    process.stdout.write(`${name}: ${tried} inputs, no failure (seed ${seed})\n`)
    return true
  }
  const hex = Buffer.from(finding.input).toString('hex')
  process.stdout.write(`${name}: FAILED at input ${tried} (seed ${seed})\n${finding.reason}\ninput: ${hex}\n`)
  process.stdout.write(`again: npm run fuzz -- ${name} --input ${hex}\n`)
  return false
}

async function main(): Promise<number> {
  const { names, seconds, seed, input } = readArguments()
  let well = true
  for (const name of names) {
    const milliseconds = (seconds * 1000) / names.length
    const outcome = await runWatched({ folder: TARGETS, name, seed, milliseconds, ...input })
    well = report(name, seed, outcome) && well
  }
  return well ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  const wrong = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  if (!wrong) throw error
  process.stderr.write(`fuzz: ${(error as Error).message}\n`)
  process.exitCode = 2
}
