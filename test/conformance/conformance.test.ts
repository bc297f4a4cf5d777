/** Suites of others' making, through our proxy. `npm run conformance` runs the same, and Envoy for comparison. */
import { describe, expect, it } from 'vitest'
import { locateTool } from '../../scripts/tools/locate.ts'
import { requireTool } from '../requirements.ts'
import { mizzenProgram } from '../twin/data-plane.ts'
import { SUITES } from './suites.ts'

for (const suite of SUITES) {
  const paths = new Map(suite.tools.map((name) => [name, suite.optional ? locateTool(name) : requireTool(name)]))
  const missing = [...paths].filter(([, path]) => path === undefined).map(([name]) => name)
  const title = missing.length === 0 ? suite.title : `${suite.title} (skipped: no ${missing.join(', ')})`
  describe.skipIf(missing.length > 0)(title, { timeout: 300_000 }, () => {
    it('passes every case', async () => {
      const result = await suite.run(mizzenProgram, (name) => paths.get(name) as string)
      expect(result).toEqual({ passed: suite.cases, failures: [] })
    })
  })
}
