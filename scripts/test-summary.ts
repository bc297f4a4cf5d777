/**
 * `node scripts/test-summary.ts REPORT…`: adds up Vitest's JSON reports and prints `N passed, N failed, N skipped` alone on
 * a line. A file that could not be loaded, and a report that is missing, each count as one failure.
 *
 * Exit status: 0 if something passed and nothing failed.
 */
import { readFileSync } from 'node:fs'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

function countsIn(file: string): Counts {
  let report: Report
  try {
    report = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    process.stderr.write(`test-summary: ${file}: ${(error as Error).message}\n`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
  // A file that fails as a whole (an import, a hook) has no failed test of its own to be counted by.
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

const all = process.argv.slice(2).map(countsIn)
const total = (key: keyof Counts) => all.reduce((sum, counts) => sum + counts[key], 0)
process.stdout.write(`${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped\n`)
process.exitCode = total('failed') === 0 && total('passed') > 0 ? 0 : 1
