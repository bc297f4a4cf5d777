import { Backoff, type Clock, type Random, type Timer } from '@mizzen/base'
import type { ProcessGroup, StartProcess } from '../process/process-group.ts'
import { type ContainerPlan, isObstacle } from './container-plan.ts'
import {
  type ContainerSnapshot,
  type ContainerState,
  describeEnd,
  type Terminated,
  terminated,
} from './container-state.ts'
import type { RestartPolicy } from './pod-status.ts'
import { type CheckResult, probeTiming, startProber } from './prober.ts'

export interface ContainerRunnerOptions {
  readonly plan: ContainerPlan
  readonly restartPolicy: RestartPolicy
  readonly startProcess: StartProcess
  /** The last words of a container, for the message about its end. */
  readonly readLastLine: (logPath: string) => string | undefined
  readonly clock: Clock
  readonly random: Random
  readonly onChange: () => void
  /** For what an operator wants to know: restarts and their reasons. */
  readonly report: (message: string) => void
}

/** Kubernetes waits 10 s to 5 min; on a developer's machine that is too long. */
const CRASH_BACKOFF = { baseMs: 1_000, maxMs: 30_000 }
/** A container that ran this long has recovered: the next crash is its first. */
const STABLE_MS = 60_000
/** How long a container may take to end when it is restarted because of its liveness probe. */
const RESTART_GRACE_MS = 10_000

/** Keeps one container running by its policy, and watches its health. */
export class ContainerRunner {
  readonly #options: ContainerRunnerOptions
  readonly #backoff: Backoff
  #state: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' }
  #lastState: Terminated | undefined
  #ready = false
  #started = false
  #restartCount = 0
  #process: ProcessGroup | undefined
  #retry: Timer | undefined
  #stopProbers: (() => void)[] = []
  #stopping = false
  readonly #completed = Promise.withResolvers<void>()

  constructor(options: ContainerRunnerOptions) {
    this.#options = options
    this.#backoff = new Backoff(CRASH_BACKOFF, options.random)
  }

  get name(): string {
    return this.#options.plan.name
  }

  /** Resolves when the container has ended for good: its policy asks for no restart, or it was stopped. */
  get completed(): Promise<void> {
    return this.#completed.promise
  }

  snapshot(): ContainerSnapshot {
    return {
      name: this.name,
      image: this.#options.plan.image,
      state: this.#state,
      ...(this.#lastState === undefined ? {} : { lastState: this.#lastState }),
      ready: this.#ready,
      started: this.#started,
      restartCount: this.#restartCount,
    }
  }

  start(): void {
    const { plan, startProcess, clock } = this.#options
    if (this.#stopping || this.#process !== undefined) return
    const spec = plan.process
    if (isObstacle(spec)) {
      this.#state = { kind: 'waiting', ...spec }
      this.#options.onChange()
      return
    }
    const process = startProcess(spec)
    const startedAtMs = clock.now()
    this.#process = process
    if (process.began) {
      this.#state = { kind: 'running', startedAtMs }
      this.#watchHealth()
    }
    void process.exited.then((exit) => {
      this.#process = undefined
      this.#endHealth()
      if (exit.kind === 'not-started') return this.#startAgainLater('StartError', exit.message)
      const end = terminated(exit, startedAtMs, clock.now())
      const lastLine = end.exitCode === 0 ? undefined : this.#options.readLastLine(spec.logPath)
      this.#onEnd(lastLine === undefined ? end : { ...end, lastLine })
    })
    this.#options.onChange()
  }

  /** No further restarts, as of a Pod that is going away; what runs goes on. */
  noMoreRestarts(): void {
    this.#stopping = true
    this.#retry?.cancel()
    if (this.#process === undefined) this.#completed.resolve()
  }

  /** Ends the container: SIGTERM, and SIGKILL after `graceMs`. Resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.noMoreRestarts()
    await this.#end(graceMs)
    this.#completed.resolve()
  }

  async #end(graceMs: number): Promise<void> {
    const process = this.#process
    if (process === undefined) return
    process.kill('SIGTERM')
    const force = this.#options.clock.after(graceMs, () => process.kill('SIGKILL'))
    await process.exited
    force.cancel()
  }

  #onEnd(end: Terminated): void {
    if (end.finishedAtMs - end.startedAtMs >= STABLE_MS) this.#backoff.reset()
    this.#state = end
    const { restartPolicy } = this.#options
    const over = restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && end.exitCode === 0)
    if (this.#stopping || over) {
      this.#options.onChange()
      this.#completed.resolve()
      return
    }
    this.#lastState = end
    this.#options.report(`container ${this.name} ${describeEnd(end)}`)
    this.#startAgainLater('CrashLoopBackOff', `the last run ${describeEnd(end)}`)
  }

  #startAgainLater(reason: string, why: string): void {
    if (this.#stopping) {
      this.#completed.resolve()
      return
    }
    const delayMs = this.#backoff.next()
    this.#state = { kind: 'waiting', reason, message: `${why}; back-off ${Math.ceil(delayMs / 1000)}s` }
    this.#retry = this.#options.clock.after(delayMs, () => {
      this.#restartCount += 1
      this.start()
    })
    this.#options.onChange()
  }

  #watchHealth(): void {
    const { startup } = this.#options.plan.probes
    if (startup === undefined) {
      this.#onStarted()
      return
    }
    const stop = this.#probe('startup', false, (result) => {
      stop?.()
      if (result.ok) this.#onStarted()
      else this.#restart(`startup probe: ${result.message}`)
    })
  }

  #onStarted(): void {
    const { readiness } = this.#options.plan.probes
    this.#started = true
    this.#setReady(readiness === undefined)
    this.#probe('readiness', true, (result) => this.#setReady(result.ok))
    this.#probe('liveness', false, (result) => {
      if (!result.ok) this.#restart(`liveness probe: ${result.message}`)
    })
    this.#options.onChange()
  }

  #probe(kind: 'startup' | 'readiness' | 'liveness', eager: boolean, onVerdict: (result: CheckResult) => void) {
    const probe = this.#options.plan.probes[kind]
    if (probe === undefined) return undefined
    const { clock, plan } = this.#options
    const timing = probeTiming(probe)
    const stop = startProber({ timing, eager, clock, onVerdict, check: () => plan.check(probe, timing.timeoutMs) })
    this.#stopProbers.push(stop)
    return stop
  }

  #setReady(ready: boolean): void {
    if (this.#ready === ready) return
    this.#ready = ready
    this.#options.onChange()
  }

  /** Ends the process because it is not well; `exited` then starts it again. */
  #restart(why: string): void {
    if (this.#stopping) return
    this.#options.report(`container ${this.name} is restarted: ${why}`)
    this.#endHealth()
    this.#options.onChange()
    void this.#end(RESTART_GRACE_MS)
  }

  #endHealth(): void {
    for (const stop of this.#stopProbers) stop()
    this.#stopProbers = []
    this.#ready = false
    this.#started = false
  }
}
