import { Worker } from 'node:worker_threads'
import { InputSlate } from './input-slate.ts'

export interface WatchedTask {
  /** Where the targets are. */
  readonly folder: string
  readonly name: string
  readonly seed: number
  readonly milliseconds: number
  /** Only this one. */
  readonly input?: Uint8Array
}

export interface WorkerTask extends WatchedTask {
  /** An `InputSlate`'s. */
  readonly memory: SharedArrayBuffer
}

export interface WatchedOutcome {
  /** Inputs that were tried. */
  readonly tried: number
  /** The input at which the parser failed, and how. */
  readonly finding?: { readonly input: Uint8Array; readonly reason: string }
}

/** A parser that is at one input for so long will not come back. */
const STUCK_MS = 10_000
const LOOK_MS = 500

/** Runs a target in a thread of its own, so that an endless loop is found as any other bug is. */
export async function runWatched(task: WatchedTask, stuckMs = STUCK_MS): Promise<WatchedOutcome> {
  const slate = new InputSlate()
  const workerData: WorkerTask = { ...task, memory: slate.memory }
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), { workerData })
  let stop = () => {}
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      stop = watch(slate, stuckMs, resolve)
    })
  } finally {
    stop()
    await worker.terminate()
  }
}

/** @returns what ends the watch */
function watch(slate: InputSlate, stuckMs: number, found: (outcome: WatchedOutcome) => void): () => void {
  let seen = -1
  let since = 0
  const timer = setInterval(() => {
    const { count } = slate
    if (count !== seen) {
      seen = count
      since = performance.now()
    } else if (count > 0 && performance.now() - since > stuckMs) {
      found({ tried: count, finding: { input: slate.input, reason: `not done after ${stuckMs} ms: an endless loop` } })
    }
  }, LOOK_MS)
  return () => clearInterval(timer)
}
