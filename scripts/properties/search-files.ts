import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { startVitest } from 'vitest/node'
import type { PropertySearch } from '../../test/properties/property-search.ts'

export interface Finding {
  /** Empty, like `test`, where it is nobody's: a process that died, a promise that nobody awaited. */
  readonly file: string
  /** Empty where the file fails as a whole: an import, a hook. */
  readonly test: string
  readonly messages: readonly string[]
  /** Of the run that failed, for fast-check. */
  readonly path?: string
}

export interface SearchOutcome {
  readonly findings: readonly Finding[]
  /** By file and name of each property: how often it was tried. */
  readonly runs: ReadonlyMap<string, number>
}

/** What a test may take beyond its search, so that it is the search that says what does not end. */
const GRACE_MS = 180_000

function ofTest(test: TestCase): Finding {
  const messages = (test.result().errors ?? []).map(({ message }) => message)
  const path = test.meta().property?.path
  return { file: test.module.relativeModuleId, test: test.fullName, messages, ...(path === undefined ? {} : { path }) }
}

function ofModule(module: TestModule): Finding[] {
  const messages = module.errors().map(({ message }) => message)
  return messages.length === 0 ? [] : [{ file: module.relativeModuleId, test: '', messages }]
}

function ofNobody({ message, cause }: { message: string; cause?: unknown }): Finding {
  return { file: '', test: '', messages: [message, ...(cause instanceof Error ? [cause.message] : [])] }
}

/**
 * Tries the properties of some files as `search` says.
 * @param test a pattern for the names of tests
 */
export async function searchFiles(
  files: readonly string[],
  test: string | undefined,
  search: PropertySearch,
): Promise<SearchOutcome> {
  const findings: Finding[] = []
  const runs = new Map<string, number>()
  const reporter: Reporter = {
    onTestCaseResult(result) {
      if (result.result().state === 'failed') findings.push(ofTest(result))
      const tried = result.meta().property?.runs
      if (tried !== undefined) runs.set(`${result.module.relativeModuleId} > ${result.fullName}`, tried)
    },
    onTestModuleEnd: (module) => void findings.push(...ofModule(module)),
    onTestRunEnd: (_modules, errors) => void findings.push(...errors.map(ofNobody)),
  }
  const vitest = await startVitest([...files], {
    ...{ watch: false, reporters: [reporter], testNamePattern: test },
    ...{ provide: { propertySearch: search }, testTimeout: (search.milliseconds ?? 0) + GRACE_MS },
  })
  await vitest.close()
  return { findings, runs }
}
