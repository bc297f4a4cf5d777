import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Contender } from './contender.ts'
import { envoyBootstrap, ISTIO_FILTERS } from './envoy-bootstrap.ts'

const MIZZEN = resolve(import.meta.dirname, '../../packages/cli/bin/mizzen.js')

/** Our proxy, started as anyone would. */
export const mizzen: Contender = {
  name: 'mizzen',
  observed: true,
  command(job) {
    const file = join(job.folder, 'bootstrap.json')
    writeFileSync(file, JSON.stringify(envoyBootstrap(job, job.accessLog === undefined ? [] : ISTIO_FILTERS), null, 2))
    return [process.execPath, MIZZEN, 'proxy', '-c', file, '--concurrency', '1']
  },
}
