import { parseDocuments } from '@mizzen/api'
import { GOOD_DOCUMENT, HOSTILE_DOCUMENTS } from '../../packages/api/test/hostile-documents.ts'
import { manifests } from './manifests.ts'

export interface Cost {
  /** Of the processor, all threads; what others use of it does not count. */
  readonly cpuMs: number
  /** What the heap grew by, garbage included: at most what it took. */
  readonly heapMB: number
  readonly errors: number
}

export interface ValidationFigures {
  readonly documents: number
  readonly bytes: number
  /** Reading and validating all documents from text, for each run. */
  readonly whole: readonly Cost[]
  readonly hostile: Readonly<Record<string, Cost>>
  readonly tenThousand: Cost
}

export function validationFigures(documents: number, runs: number): ValidationFigures {
  const text = manifests(documents)
  const whole = Array.from({ length: runs }, () => costOf(text))
  const hostile = Object.entries(HOSTILE_DOCUMENTS).map(([name, { text }]) => [name, costOf(text())] as const)
  const tenThousand = costOf(`${GOOD_DOCUMENT}---\n`.repeat(10_000))
  return { documents, bytes: text.length, whole, hostile: Object.fromEntries(hostile), tenThousand }
}

function costOf(text: string): Cost {
  const heap = process.memoryUsage().heapUsed
  const before = process.cpuUsage()
  const documents = parseDocuments(text, 'bench.yaml')
  const { user, system } = process.cpuUsage(before)
  const errors = documents.flatMap(({ problems }) => problems).filter(({ severity }) => severity === 'error').length
  return {
    cpuMs: (user + system) / 1_000,
    heapMB: Math.max(0, process.memoryUsage().heapUsed - heap) / 1e6,
    errors,
  }
}
