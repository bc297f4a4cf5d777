import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { BenchError } from '../bench-error.ts'
import { ControlPlaneProcess } from '../discovery/control-plane-process.ts'
import { cpuMicros, memoryOf } from '../measure/process-tree.ts'
import type { SenderReport } from './senders.ts'

export interface TelemetryFigures {
  readonly proxies: number
  readonly series: number
  /** Processor time of the control plane for each message, with all that it does with them, microseconds. */
  readonly microsPerMessage: number
  /** The same for the messages of a second of all proxies: 1 = all of one processor. A busy machine does not change it. */
  readonly cores: number
  readonly bytesPerMessage: number
  readonly residentBytes: number
  /** Requests that were streamed, and those that `/metrics` says there were. */
  readonly sent: number
  readonly counted: number
}

const REPORT_MS = 60_000
const MESSAGES_PER_SECOND = 2
/** Each proxy has told everything once. */
const WARM_UP_MS = 2_000

/** Streams of so many simulated proxies into one control plane: what they cost it, and whether it counts right. */
export async function telemetryFigures(
  proxies: number,
  series: number,
  seconds: number,
  signal: AbortSignal,
): Promise<TelemetryFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'mizzen-bench-telemetry-'))
  const plane = await ControlPlaneProcess.start(folder, join(folder, 'ready'))
  const stream = (ms: number) => streamFor(ms, [plane.target, String(proxies), String(series)], signal)
  try {
    // What is new costs once; a mesh is not new each second.
    const first = await stream(WARM_UP_MS)
    const before = cpuMicros(plane.pid)
    const sent = await stream(seconds * 1_000)
    const microsPerMessage = (cpuMicros(plane.pid) - before) / sent.messages
    const residentBytes = memoryOf(plane.pid).resident
    return {
      ...{ proxies, series, microsPerMessage, residentBytes },
      cores: (microsPerMessage * proxies * MESSAGES_PER_SECOND) / 1e6,
      bytesPerMessage: sent.bytes / sent.messages,
      ...{ sent: first.counts + sent.counts, counted: await countedRequests(plane.api) },
    }
  } finally {
    await plane.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Resolves when the control plane has read all of it. */
async function streamFor(ms: number, args: readonly string[], signal: AbortSignal) {
  const senders = fork(join(import.meta.dirname, 'senders.ts'), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  try {
    await report(senders, 'open')
    senders.send('start')
    await wait(ms, undefined, { signal })
    senders.send('stop')
    return await report(senders, 'sent')
  } finally {
    senders.kill('SIGKILL')
  }
}

function report<Type extends SenderReport['type']>(child: ChildProcess, type: Type) {
  return new Promise<SenderReport & { readonly type: Type }>((resolve, reject) => {
    const timer = setTimeout(() => reject(new BenchError(`the senders did not say "${type}"`)), REPORT_MS)
    child.on('message', (message: SenderReport) => {
      if (message.type !== type) return
      clearTimeout(timer)
      resolve(message as SenderReport & { readonly type: Type })
    })
    child.once('exit', () => reject(new BenchError('the senders ended')))
  })
}

async function countedRequests(api: string): Promise<number> {
  const text = await (await fetch(`http://${api}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line.startsWith('istio_requests_total{'))
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}
