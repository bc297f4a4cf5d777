/**
 * `npm run properties [-- --seconds N] [--only PATTERN]`: tries the property tests (those that use fast-check) with fresh
 * seeds, again and again for N seconds (300), each for far more runs than `npm test`, where the seed is fixed. PATTERN is
 * a part of a file's path. What fails is printed with the command that tries it again
 * (`--only FILE --test NAME --seed S --path P`).
 *
 * Exit status: 0 nothing found, 1 a property failed, 2 wrong usage.
 */
import { randomInt } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Finding, type SearchOutcome, searchFiles } from './properties/search-files.ts'

const ROOT = resolve(import.meta.dirname, '..')
/** Files to each start of Vitest: few, so that a search ends soon after its time. */
const AT_ONCE = 6

class UsageError extends Error {}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`--${name} ${text}: not a whole number`)
  return Number(text)
}

function filesWithProperties(pattern: string): string[] {
  const files = globSync('{packages/*/test,test}/**/*.test.ts', { cwd: ROOT })
  const chosen = files.filter(
    (file) => file.includes(pattern) && /from 'fast-check'/.test(readFileSync(resolve(ROOT, file), 'utf8')),
  )
  if (chosen.length === 0) throw new UsageError(`--only ${pattern}: no file with property tests`)
  return chosen
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

function readArguments() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '300' },
      only: { type: 'string', default: '' },
      test: { type: 'string' },
      seed: { type: 'string' },
      path: { type: 'string' },
    },
  })
  return {
    seconds: wholeNumber('seconds', values.seconds),
    files: filesWithProperties(values.only),
    test: values.test === undefined ? undefined : `^${escaped(values.test)}$`,
    again: values.seed === undefined ? undefined : { seed: wholeNumber('seed', values.seed), path: values.path },
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

function print({ file, test, messages, path }: Finding, seed: number): void {
  const options = [`--only ${file}`, test && `--test ${quoted(test)}`, `--seed ${seed}`, path && `--path ${path}`]
  process.stdout.write(`FAILED ${file} > ${test}\n${messages.join('\n')}\n`)
  if (file !== '') process.stdout.write(`again: npm run properties -- ${options.filter(Boolean).join(' ')}\n\n`)
}

function printAll({ findings, runs }: SearchOutcome, seed: number): void {
  for (const finding of findings) print(finding, seed)
  for (const [name, count] of runs) process.stdout.write(`${count} runs by seed ${seed}: ${name}\n`)
}

/** @returns whether nothing failed */
async function main(): Promise<boolean> {
  const { seconds, files, test, again } = readArguments()
  if (again !== undefined) {
    const outcome = await searchFiles(files, test, again)
    printAll(outcome, again.seed)
    return outcome.findings.length === 0
  }
  const deadline = Date.now() + seconds * 1000
  // All files have their turn in the time given, as long as it is minutes; two at a time, few with more than one property.
  const milliseconds = Math.min(10_000, Math.max(500, (seconds * 500) / files.length))
  let well = true
  for (let next = randomInt(files.length); Date.now() < deadline; next = (next + AT_ONCE) % files.length) {
    const seed = randomInt(2 ** 31)
    const outcome = await searchFiles(files.slice(next, next + AT_ONCE), test, { seed, milliseconds, deadline })
    printAll(outcome, seed)
    well &&= outcome.findings.length === 0
  }
  return well
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  const wrong = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  if (!wrong) throw error
  process.stderr.write(`properties: ${(error as Error).message}\n`)
  process.exitCode = 2
}
