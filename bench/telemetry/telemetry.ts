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
  /** Until a proxy's stream is open and what it sends is known, microseconds of processor. */
  readonly microsPerStream: number
  /** Taken by the control plane: fewer than two of each proxy if the machine is too busy for them. */
  readonly messagesPerSecond: number
  readonly bytesPerMessage: number
  readonly residentBytes: number
  /** Requests that were streamed, and those that `/metrics` says there were. */
  readonly sent: number
  readonly counted: number
}

const REPORT_MS = 60_000
const MESSAGES_PER_SECOND = 2
/** Each proxy has told everything a few times. */
const WARM_UP_MS = 3_000

/** Streams of so many simulated proxies into one control plane: what they cost it, and whether it counts right. */
export async function telemetryFigures(
  proxies: number,
  series: number,
  seconds: number,
  signal: AbortSignal,
): Promise<TelemetryFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'mizzen-bench-telemetry-'))
  const plane = await ControlPlaneProcess.start(folder, join(folder, 'ready'))
  const atRest = cpuMicros(plane.pid)
  try {
    const senders = fork(join(import.meta.dirname, 'senders.ts'), [plane.target, String(proxies), String(series)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const running = whileRunning(senders, signal)
    try {
      await report(senders, 'open')
      senders.send('start')
      // What is new costs once; a mesh is not new each second.
      await pause(WARM_UP_MS, running)
      const countedBefore = await countedRequests(plane.api)
      const before = cpuMicros(plane.pid)
      await pause(seconds * 1_000, running)
      const micros = cpuMicros(plane.pid) - before
      const residentBytes = memoryOf(plane.pid).resident
      const countedAfter = await countedRequests(plane.api)
      senders.send('stop')
      const sent = await report(senders, 'sent')
      // A busy machine takes what was sent later: what was taken has cost what was measured.
      const messagesOf = (counted: number) => (counted / sent.counts) * sent.messages
      const messages = messagesOf(countedAfter - countedBefore)
      const microsPerMessage = micros / messages
      return {
        ...{ proxies, series, microsPerMessage, residentBytes },
        cores: (microsPerMessage * proxies * MESSAGES_PER_SECOND) / 1e6,
        microsPerStream: (before - atRest - messagesOf(countedBefore) * microsPerMessage) / proxies,
        messagesPerSecond: messages / seconds,
        bytesPerMessage: sent.bytes / sent.messages,
        ...{ sent: sent.counts, counted: await countedRequests(plane.api) },
      }
    } finally {
      senders.kill('SIGKILL')
    }
  } finally {
    await plane.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Is aborted, too, when the senders end before their time: what they say then stands above. */
function whileRunning(senders: ChildProcess, signal: AbortSignal): AbortSignal {
  const ended = new AbortController()
  senders.once('exit', () => ended.abort(new BenchError('the senders ended: is the machine too busy for them?')))
  return AbortSignal.any([signal, ended.signal])
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
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
