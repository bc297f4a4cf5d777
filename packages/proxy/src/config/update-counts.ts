/** Counts for the statistics of one type. */
export interface UpdateCounts {
  readonly attempts: number
  readonly success: number
  readonly rejected: number
}

const NONE: UpdateCounts = { attempts: 0, success: 0, rejected: 0 }

/** How many responses of each type came, and what became of them. */
export class UpdateCounters {
  readonly #counts = new Map<string, UpdateCounts>()

  of(typeUrl: string): UpdateCounts {
    return this.#counts.get(typeUrl) ?? NONE
  }

  count(typeUrl: string, failed: boolean): void {
    const { attempts, success, rejected } = this.of(typeUrl)
    const result = failed ? { success, rejected: rejected + 1 } : { success: success + 1, rejected }
    this.#counts.set(typeUrl, { attempts: attempts + 1, ...result })
  }
}
