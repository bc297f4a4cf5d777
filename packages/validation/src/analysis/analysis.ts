import type { Analyzer } from './analyzer.ts'
import { type Code, factsOf } from './codes/codes.ts'
import { compareFindings, type Finding } from './finding.ts'
import { MeshIndex, type Reads } from './mesh-index.ts'
import type { Subject } from './subject.ts'
import { isSuppressed, type Suppression } from './suppression.ts'

/** What one analyzer found, and what it read for that. */
interface Result {
  /** By what makes them the same. */
  readonly findings: ReadonlyMap<string, Finding>
  readonly reads: Reads
  readonly state: number
}

/** Findings of one analyzer that are kept: what is wrong everywhere would fill the memory and tell nobody more. */
const MAX_FINDINGS = 10_000

/**
 * Analysis of a set of objects that may change: `run` does again only what depends on what changed since.
 */
export class Analysis {
  readonly #index = new MeshIndex()
  readonly #results = new Map<Analyzer, Result>()
  readonly #analyzers: readonly Analyzer[]
  readonly #suppressions: readonly Suppression[]

  constructor(analyzers: readonly Analyzer[], suppressions: readonly Suppression[] = []) {
    this.#analyzers = analyzers
    this.#suppressions = suppressions
  }

  set(subject: Subject): void {
    this.#index.set(subject)
  }

  remove(subject: Pick<Subject, 'kind' | 'key'>): void {
    this.#index.remove(subject)
  }

  /** Everything that is found now, without what is suppressed; worst first. What several analyzers find counts once. */
  run(): readonly Finding[] {
    const found = new Map<string, Finding>()
    for (const analyzer of this.#analyzers) {
      for (const [key, finding] of this.#resultOf(analyzer).findings) found.set(key, finding)
    }
    return [...found.values()].sort(compareFindings)
  }

  #resultOf(analyzer: Analyzer): Result {
    const last = this.#results.get(analyzer)
    if (last !== undefined && !analyzer.dated && this.#index.isCurrent(last.reads, last.state)) return last
    const { value, reads } = this.#index.noteReads(() => this.#findingsOf(analyzer))
    const result = { findings: value, reads, state: this.#index.state }
    this.#results.set(analyzer, result)
    return result
  }

  #findingsOf(analyzer: Analyzer): ReadonlyMap<string, Finding> {
    const found = new Map<string, Finding>()
    analyzer.analyze(this.#index, (subject, code, path, message) => {
      if (found.size >= MAX_FINDINGS || this.#isSuppressed(subject, code)) return
      const { name, severity } = factsOf(code)
      found.set(`${code}\n${subject.key}\n${path}\n${message}`, { code, name, severity, subject, path, message })
    })
    return found
  }

  #isSuppressed(subject: Subject, code: Code): boolean {
    return isSuppressed(subject, code, this.#suppressions)
  }
}

/** All that the analyzers find in these objects. */
export function analyze(
  subjects: Iterable<Subject>,
  analyzers: readonly Analyzer[],
  suppressions: readonly Suppression[] = [],
): readonly Finding[] {
  const analysis = new Analysis(analyzers, suppressions)
  for (const subject of subjects) analysis.set(subject)
  return analysis.run()
}
