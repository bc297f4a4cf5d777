import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { objectKey, type Pod } from '@mizzen/api'
import { formatError, type Timer } from '@mizzen/base'
import { logPath } from './pod-files.ts'
import type { PodHost } from './pod-host.ts'
import { PodLogs } from './pod-logs.ts'
import { PodRunner } from './pod-runner.ts'

/** Logs are looked at this often. */
const ROTATE_EVERY_MS = 5_000

/** The Pods of this machine, by name. Knows nothing of Deployments. */
export class Kubelet {
  readonly #host: PodHost
  readonly #onChange: () => void
  readonly #runners = new Map<string, PodRunner>()
  readonly #logs = new PodLogs()
  #rotation: Timer | undefined
  #closed = false

  /** @param onChange some Pod's status changed, or a Pod is gone. */
  constructor(host: PodHost, onChange: () => void) {
    this.#host = host
    this.#onChange = onChange
  }

  async start(): Promise<void> {
    await mkdir(join(this.#host.settings.stateDir, 'logs'), { recursive: true })
    this.#rotateLater()
  }

  /** Starts a Pod; its name must not be in use. */
  run(pod: Pod, baseDirectory: string): void {
    const key = objectKey(pod)
    const runner = new PodRunner({ pod, baseDirectory, host: this.#host, onChange: this.#onChange })
    const logs = containersOf(pod).map((name) => logPath(this.#host.settings.stateDir, pod, name))
    this.#runners.set(key, runner)
    for (const path of logs) this.#logs.add(path)
    runner.start()
    void runner.gone
      .then(async () => {
        this.#runners.delete(key)
        this.#onChange()
        for (const path of logs) await this.#logs.retire(path)
      })
      .catch((error) => this.#host.logger.warn(`logs could not be removed: ${formatError(error)}`))
  }

  /** All Pods, terminating ones too, in the order in which they were started. */
  pods(): readonly Pod[] {
    return [...this.#runners.values()].map((runner) => runner.pod())
  }

  has(key: string): boolean {
    return this.#runners.has(key)
  }

  /** Begins a Pod's graceful end; false if there is none that runs. */
  terminate(key: string): boolean {
    const runner = this.#runners.get(key)
    if (runner === undefined || runner.terminating) return false
    runner.terminate()
    return true
  }

  /** Ends all Pods at once: SIGTERM, and SIGKILL after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true
    this.#rotation?.cancel()
    await Promise.all([...this.#runners.values()].map((runner) => runner.endNow(graceMs)))
  }

  #rotateLater(): void {
    if (this.#closed) return
    this.#rotation = this.#host.clock.after(ROTATE_EVERY_MS, () => {
      const failed = (error: unknown) => this.#host.logger.warn(`logs could not be rotated: ${formatError(error)}`)
      void this.#logs
        .rotate()
        .catch(failed)
        .then(() => this.#rotateLater())
    })
  }
}

function containersOf(pod: Pod): readonly string[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => container.name)
}
