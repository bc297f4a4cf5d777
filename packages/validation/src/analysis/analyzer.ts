import type { AnalyzedKind } from './analyzed-kind.ts'
import type { Code } from './codes/codes.ts'
import type { MeshIndex, Reads } from './mesh-index.ts'
import type { Subject } from './subject.ts'

/** Tells of a finding about `subject`. The same code, path and message about one object count once. */
export type Report = (subject: Subject, code: Code, path: string, message: string) => void

/** One rule, or a few that need the same. A pure function of the objects of a mesh. */
export interface Analyzer {
  /** Istio's name of it, as `--analyzer` takes it. */
  readonly name: string
  /** Other names that Istio has for it. */
  readonly aliases?: readonly string[]
  /** What it looks for, as a sentence without a final stop. */
  readonly summary: string
  /** False for what is only run by name, as it says more than most want to hear. */
  readonly byDefault?: boolean
  /** True for what depends on the date, and so is never kept. */
  readonly dated?: boolean
  readonly analyze: (mesh: MeshIndex, report: Report) => void
}

type Told = Parameters<Report>

interface Checked {
  readonly told: readonly Told[]
  readonly reads: Reads
  readonly state: number
}

/**
 * For rules that look at one object and at what it refers to: what they told is kept until that object, or something
 * that was read for it, changes.
 */
export function eachOf(
  kinds: readonly AnalyzedKind[],
  check: (subject: Subject, report: Report, mesh: MeshIndex) => void,
): Analyzer['analyze'] {
  const checked = new WeakMap<MeshIndex, WeakMap<Subject, Checked>>()
  const checkAnew = (subject: Subject, mesh: MeshIndex): Checked => {
    const told: Told[] = []
    const { reads } = mesh.noteReads(() => check(subject, (...finding) => told.push(finding), mesh))
    return { told, reads, state: mesh.state }
  }
  return (mesh, report) => {
    const known = checked.get(mesh) ?? new WeakMap<Subject, Checked>()
    checked.set(mesh, known)
    for (const kind of kinds) {
      for (const subject of mesh.all(kind)) {
        const last = known.get(subject)
        const isCurrent = last !== undefined && mesh.isCurrent(last.reads, last.state)
        const now = isCurrent ? last : checkAnew(subject, mesh)
        if (isCurrent) mesh.readAgain(now.reads)
        else known.set(subject, now)
        for (const finding of now.told) report(...finding)
      }
    }
  }
}

type Tell = (code: Code, path: string, message: string) => void

/** For rules that look at one object alone. */
export function eachAlone(
  kinds: readonly AnalyzedKind[],
  check: (subject: Subject, report: Tell) => void,
): Analyzer['analyze'] {
  return eachOf(kinds, (subject, report) => check(subject, (...finding) => report(subject, ...finding)))
}
