import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { BenchError } from '../bench-error.ts'
import type { LoadCommand, LoadReport } from './load-client.ts'

type ReportOf<Type extends LoadReport['type']> = LoadReport & { readonly type: Type }

/** The load client, and what it reports. */
export class LoadProcess {
  readonly #child: ChildProcess

  constructor() {
    this.#child = fork(join(import.meta.dirname, 'load-client.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** Sends a command, and waits for its report. */
  async ask<Type extends LoadReport['type']>(
    command: LoadCommand,
    type: Type,
    deadlineMs: number,
  ): Promise<ReportOf<Type>> {
    const report = this.next(type, deadlineMs)
    this.#child.send(command)
    return report
  }

  next<Type extends LoadReport['type']>(type: Type, deadlineMs: number): Promise<ReportOf<Type>> {
    return new Promise((resolve, reject) => {
      const end = (finish: () => void) => {
        clearTimeout(timer)
        this.#child.off('message', onMessage)
        this.#child.off('exit', onExit)
        finish()
      }
      const onMessage = (message: unknown) => {
        const report = message as LoadReport
        if (report.type === type) end(() => resolve(report as ReportOf<Type>))
      }
      const onExit = () => end(() => reject(new BenchError('the load client ended')))
      const timer = setTimeout(
        () => end(() => reject(new BenchError(`not ${type} within ${deadlineMs} ms`))),
        deadlineMs,
      )
      this.#child.on('message', onMessage)
      this.#child.once('exit', onExit)
    })
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = new Promise((done) => this.#child.once('exit', done))
    this.#child.kill('SIGTERM')
    await gone
  }
}
