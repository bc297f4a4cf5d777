import type { WorkerGroupOptions } from './worker-group.ts'
import type { Workers } from './workers.ts'

export interface SeveralWorkers {
  readonly concurrency: number
  readonly start: (options: Omit<WorkerGroupOptions, 'concurrency'>) => Workers
}

/** Loads what several workers need, which a proxy of one must not pay for (1 MB); undefined for one. */
export async function severalWorkers(concurrency: number): Promise<SeveralWorkers | undefined> {
  if (concurrency === 1) return undefined
  const { WorkerGroup } = await import('./worker-group.ts')
  return { concurrency, start: (options) => new WorkerGroup({ ...options, concurrency }) }
}
