import { rm } from 'node:fs/promises'
import { rotateLog } from '../process/log-rotation.ts'

/** Logs of Pods that are gone are kept for as many containers as this. */
const MAX_RETIRED = 40

/** Keeps the space that logs take within bounds. */
export class PodLogs {
  readonly #live = new Set<string>()
  readonly #retired: string[] = []

  add(path: string): void {
    this.#live.add(path)
  }

  /** The container is gone; its log may be deleted when newer ones need the room. */
  async retire(path: string): Promise<void> {
    if (!this.#live.delete(path)) return
    this.#retired.push(path)
    while (this.#retired.length > MAX_RETIRED) {
      const oldest = this.#retired.shift()
      if (oldest === undefined) return
      await Promise.all([rm(oldest, { force: true }), rm(`${oldest}.1`, { force: true })])
    }
  }

  async rotate(): Promise<void> {
    for (const path of this.#live) await rotateLog(path)
  }
}
