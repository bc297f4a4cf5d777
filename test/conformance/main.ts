/**
 * `npm run conformance [-- SUITE…] [--proxy mizzen|envoy]`: suites of others' making, run through a proxy. All by default; one
 * whose tool is missing is skipped with a line that says how to get it. The last line counts the cases of all.
 *
 * Exit status: 0 nothing failed, 1 a case failed or nothing ran, 2 wrong usage.
 */
import { parseArgs } from 'node:util'
import { locateTool } from '../../scripts/tools/locate.ts'
import { envoyProgram, mizzenProgram, type Program } from '../twin/data-plane.ts'
import type { Suite } from './suite.ts'
import { SUITES } from './suites.ts'

/** Failures of a suite that are told one by one. */
const SHOWN = 20

interface Tally {
  passed: number
  failed: number
  skipped: number
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function runSuite(suite: Suite, program: Program, tally: Tally): Promise<void> {
  const missing = suite.tools.filter((name) => locateTool(name) === undefined)
  if (missing.length > 0) {
    tally.skipped += suite.cases
    print(`${suite.title}: skipped: ${missing.join(', ')} not here (npm run tools -- ${missing.join(' ')})`)
    return
  }
  const startedAt = performance.now()
  try {
    const { passed, failures } = await suite.run(program, (name) => locateTool(name) as string)
    const failed = suite.cases - passed
    tally.passed += passed
    tally.failed += failed
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
    print(`${suite.title}: ${passed} of ${suite.cases} (${seconds} s)`)
    for (const { name, reason } of failures.slice(0, SHOWN)) print(`  ${name}: ${reason}`)
    if (failed > SHOWN) print(`  and ${failed - SHOWN} more`)
  } catch (error) {
    tally.failed += suite.cases
    print(`${suite.title}: could not be run: ${(error as Error).message}`)
  }
}

function programOf(name: string): Program | string {
  if (name === 'mizzen') return mizzenProgram
  if (name !== 'envoy') return `--proxy ${name}: mizzen or envoy`
  const path = locateTool('envoy')
  return path === undefined ? 'envoy is not here: npm run tools -- envoy' : envoyProgram(path)
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { proxy: { type: 'string', default: 'mizzen' } },
  })
  const unknown = positionals.filter((name) => !SUITES.some((suite) => suite.name === name))
  const program = programOf(values.proxy)
  if (unknown.length > 0 || typeof program === 'string') {
    const known = SUITES.map(({ name }) => name).join(', ')
    process.stderr.write(
      `conformance: ${typeof program === 'string' ? program : `unknown: ${unknown} (known: ${known})`}\n`,
    )
    return 2
  }
  const tally = { passed: 0, failed: 0, skipped: 0 }
  for (const suite of SUITES) {
    if (positionals.length === 0 || positionals.includes(suite.name)) await runSuite(suite, program, tally)
  }
  print(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`)
  return tally.failed > 0 || tally.passed === 0 ? 1 : 0
}

process.exitCode = await main()
