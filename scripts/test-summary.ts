/**
 * `node scripts/test-summary.ts REPORT…`: adds up Vitest's JSON reports and prints `N passed, N failed, N skipped` alone on
 * a line. A file of tests that is in several reports counts by the last; what had failed in an earlier one is named before.
 * A file that could not be loaded, and a report that is missing, each count as one failure.
 *
 * Exit status: 0 if something passed and nothing failed.
 */
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'

interface TestFile {
  readonly name: string
  readonly status: string
  readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
}

const ROOT = resolve(import.meta.dirname, '..')

function filesIn(report: string): readonly TestFile[] {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).testResults
  } catch (error) {
    process.stderr.write(`test-summary: ${report}: ${(error as Error).message}\n`)
    return [{ name: report, status: 'failed', assertionResults: [] }]
  }
}

function failuresOf({ name, status, assertionResults }: TestFile): string[] {
  const file = relative(ROOT, name)
  const failed = assertionResults
    .filter((test) => test.status === 'failed')
    .map(({ fullName }) => `${file} ${fullName}`)
  // A file that fails as a whole (an import, a hook) has no failed test of its own to be counted by.
  return status === 'failed' && failed.length === 0 ? [file] : failed
}

const tries = process.argv.slice(2).flatMap(filesIn)
const last = new Map(tries.map((file) => [file.name, file]))
const failed = [...last.values()].flatMap(failuresOf)
const tests = [...last.values()].flatMap(({ assertionResults }) => assertionResults)
const passed = tests.filter(({ status }) => status === 'passed').length
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed').length

const secondTry = tries.flatMap(failuresOf).filter((name) => !failed.includes(name))
if (secondTry.length > 0)
  process.stdout.write(`${secondTry.length} passed at the second try:\n${secondTry.join('\n')}\n`)
process.stdout.write(`${passed} passed, ${failed.length} failed, ${skipped} skipped\n`)
process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1
