import { Worker } from 'node:worker_threads'

/** Runs beside the loop that may be stuck: no timer of that thread would fire. */
const WATCH = `
const { workerData: { runs, limitMs, seed } } = require('node:worker_threads')
const LOOKS = 20
let [last, same] = [0, 0]
setInterval(() => {
  const run = Atomics.load(runs, 0)
  same = run === last ? same + 1 : 0
  last = run
  if (same < LOOKS) return
  require('node:fs').writeSync(2, 'STUCK { seed: ' + seed + ', path: "' + (run - 1) + '" } does not end\\n')
  process.kill(process.pid, 'SIGKILL')
}, limitMs / LOOKS)`

/** Ends the process when a run of a property takes too long; which one, it says on stderr. */
export class Watchdog {
  readonly #runs = new Int32Array(new SharedArrayBuffer(4))
  readonly #worker: Worker

  /** @param limitMs of each run */
  constructor(seed: number, limitMs: number) {
    this.#worker = new Worker(WATCH, { eval: true, workerData: { runs: this.#runs, limitMs, seed }, execArgv: [] })
    this.#worker.unref()
  }

  /** A run begins. @returns how many were before it */
  next(): number {
    return Atomics.add(this.#runs, 0, 1)
  }

  stop(): void {
    void this.#worker.terminate()
  }
}
