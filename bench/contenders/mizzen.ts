import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Contender } from './contender.ts'

const MIZZEN = resolve(import.meta.dirname, '../../packages/cli/bin/mizzen.js')

/**
 * Our proxy, started as anyone would.
 * @param profileFolder where each process leaves a CPU profile when it ends; none by default: profiling costs
 */
export function mizzen(profileFolder?: string): Contender {
  const profiling = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profileFolder)}`]
  return {
    name: 'mizzen',
    istioFilters: true,
    command(job) {
      const file = join(job.folder, 'bootstrap.json')
      writeFileSync(file, JSON.stringify(job.bootstrap))
      return [process.execPath, ...profiling, MIZZEN, 'proxy', '-c', file, '--concurrency', '1']
    },
  }
}
