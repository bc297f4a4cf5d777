import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender } from './contender.ts'

/** The real Envoy. Its own statistics are always on; Istio's filters are in Istio's build only. */
export function envoy(path: string): Contender {
  return {
    name: 'envoy',
    istioFilters: false,
    command(job) {
      const file = join(job.folder, 'bootstrap.json')
      writeFileSync(file, JSON.stringify(job.bootstrap))
      return [path, '-c', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'warn']
    },
  }
}
