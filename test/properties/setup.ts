/** Every property test draws from one seed, so that a run of all tests can be repeated; `npm run properties` searches on. */
import { inject, TestRunner, vi } from 'vitest'
import type { PropertyOutcome, PropertySearch } from './property-search.ts'

declare module 'vitest' {
  interface ProvidedContext {
    propertySearch?: PropertySearch
  }
  interface TaskMeta {
    property?: PropertyOutcome
  }
}

const SEED = 1

// Each file of tests comes by here: what it does not import is not loaded.
vi.mock('fast-check', async (original) => {
  const fc = await original<typeof import('fast-check')>()
  const search = inject('propertySearch')
  if (search !== undefined) return (await import('./property-search.ts')).searching(fc, search, tell)
  fc.configureGlobal({ seed: SEED })
  return fc
})

function tell(outcome: PropertyOutcome): void {
  const test = TestRunner.getCurrentTest()
  if (test !== undefined) test.meta.property = outcome
}
