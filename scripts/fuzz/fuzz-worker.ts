/** The thread in which a target runs: see watched-run.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadTarget } from './fuzz-target.ts'
import { InputSlate } from './input-slate.ts'
import { runTarget } from './run-target.ts'
import type { WatchedOutcome, WorkerTask } from './watched-run.ts'

const { folder, name, seed, milliseconds, input, memory }: WorkerTask = workerData
const slate = new InputSlate(memory)
const target = await loadTarget(folder, name)
const noted = {
  seeds: input === undefined ? target.seeds : [Buffer.from(input)],
  fuzz: (bytes: Uint8Array) => {
    slate.note(bytes)
    target.fuzz(bytes)
  },
}
const budget = { seed, milliseconds, now: () => performance.now(), ...(input === undefined ? {} : { inputs: 1 }) }
const { tried, finding } = runTarget(noted, budget)
const error = finding?.error
const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
const outcome: WatchedOutcome = {
  tried,
  ...(finding === undefined ? {} : { finding: { input: finding.input, reason } }),
}
parentPort?.postMessage(outcome)
