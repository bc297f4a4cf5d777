import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runWrk } from '../../load/wrk.ts'
import { plainHop, tcpHop } from '../hops.ts'
import { type LoadSpec, loadScenario } from '../load-scenario.ts'
import { atMost, type Scenario } from '../scenario.ts'
import type { Setting } from '../setting.ts'

const CONNECTIONS = 16
const MB = 1e6

/** CPU per megabyte (10^6 bytes). */
export const byteRows: readonly Scenario[] = [
  row('tcp', 'TCP', { hops: () => [tcpHop], unitsPerAnswer: 2 ** 20 / MB, load: download('/1m') }),
  row('body', '64 KiB answers', { hops: () => [plainHop], unitsPerAnswer: 2 ** 16 / MB, load: download('/64k') }),
  row('upload', '64 KiB requests', { hops: () => [plainHop], unitsPerAnswer: 2 ** 16 / MB, load: upload }),
]

function row(name: string, title: string, spec: Pick<LoadSpec, 'hops' | 'unitsPerAnswer' | 'load'>): Scenario {
  return loadScenario({
    name,
    lines: [{ title, figure: 'cpu', unit: 'CPU µs/MB', base: 'envoy', target: atMost(1) }],
    upstream: 'http1',
    ...spec,
  })
}

function download(path: string): LoadSpec['load'] {
  return (port, seconds, setting) =>
    runWrk(`http://127.0.0.1:${port}${path}`, { ...setting, seconds, connections: CONNECTIONS })
}

function upload(port: number, seconds: number, setting: Setting) {
  const script = join(setting.folder, 'upload.lua')
  writeFileSync(script, "wrk.method = 'POST'\nwrk.body = string.rep('x', 65536)\n")
  return runWrk(`http://127.0.0.1:${port}/upload`, { ...setting, seconds, script, connections: CONNECTIONS })
}
