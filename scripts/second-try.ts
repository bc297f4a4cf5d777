/**
 * `node scripts/second-try.ts REPORT`: of the files that failed in Vitest's JSON report, those whose tests run whole programs
 * (data planes, meshes, namespaces), one a line: what a busy machine does to such a test is not worth a landing. They may be
 * tried once more, each as a whole and in a process of its own, as its tests share what its hooks have started.
 * `test-summary.ts` names what needed it.
 */
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const WHOLE_PROGRAMS = /^test\/(?:conformance|e2e|foreign|interception|prometheus|twin)\//

interface Report {
  readonly testResults: readonly { readonly name: string; readonly status: string }[]
}

const { testResults }: Report = JSON.parse(readFileSync(process.argv[2] as string, 'utf8'))
const failed = testResults.filter(({ status }) => status === 'failed').map(({ name }) => relative(ROOT, name))
for (const file of failed.filter((path) => WHOLE_PROGRAMS.test(path))) process.stdout.write(`${file}\n`)
