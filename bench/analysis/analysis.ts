import type { Resource } from '@mizzen/api'
import { Analysis, defaultAnalyzers, subjectsOfObject } from '@mizzen/validation'
import { largeMesh } from './large-mesh.ts'

export interface AnalysisFigures {
  readonly objects: number
  readonly findings: number
  /** Milliseconds of CPU for the whole, with nothing known before. */
  readonly wholeMs: number
  /** Milliseconds of CPU for one changed object, by its kind. */
  readonly changeMs: Readonly<Record<string, readonly number[]>>
}

const CHANGED = ['Pod', 'VirtualService', 'DestinationRule', 'Service', 'AuthorizationPolicy', 'Deployment']

/** @param runs changes of each kind */
export function analysisFigures(services: number, runs: number): AnalysisFigures {
  const objects = largeMesh({ services, namespaces: Math.max(1, Math.round(services / 20)), podsPerService: 5 })
  const analysis = new Analysis(defaultAnalyzers(Date.now))
  const [wholeMs, findings] = timed(() => {
    for (const one of objects) set(analysis, one)
    return analysis.run().length
  })
  const changeMs = CHANGED.map((kind) => {
    const some = objects.filter((one) => one.kind === kind).slice(0, runs)
    return [kind, some.map((one) => timed(() => change(analysis, one))[0])] as const
  })
  return { objects: objects.length, findings, wholeMs, changeMs: Object.fromEntries(changeMs) }
}

function set(analysis: Analysis, object: Resource): void {
  for (const subject of subjectsOfObject(object)) analysis.set(subject)
}

function change(analysis: Analysis, object: Resource): number {
  const labels = { ...object.metadata.labels, changed: 'yes' }
  set(analysis, { ...object, metadata: { ...object.metadata, labels } })
  return analysis.run().length
}

/** CPU time of this thread: it is the same whatever else the machine does. */
function timed<Value>(work: () => Value): readonly [ms: number, value: Value] {
  const start = process.threadCpuUsage()
  const value = work()
  const { user, system } = process.threadCpuUsage(start)
  return [(user + system) / 1_000, value]
}
