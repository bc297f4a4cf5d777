import { locateTool } from '../scripts/tools/locate.ts'
import { BenchError } from './bench-error.ts'

/** The binary of a tool. @throws BenchError that says how to get it */
export function requiredTool(name: string): string {
  const path = locateTool(name)
  if (path === undefined) throw new BenchError(`${name} is not here: npm run tools -- ${name}`)
  return path
}
