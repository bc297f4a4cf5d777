import type { Problem } from '@mizzen/api'
import { problemLine } from '../print/problem.ts'

/** Says each problem of the directory once when it appears, and once when it is mended. */
export class ProblemWatch {
  readonly #say: (line: string) => void
  readonly #cwd: string
  #said: ReadonlySet<string> = new Set()

  /** @param cwd files are named relative to it */
  constructor(say: (line: string) => void, cwd: string) {
    this.#say = say
    this.#cwd = cwd
  }

  update(problems: readonly Problem[]): void {
    const now = new Set(problems.map((problem) => problemLine(problem, this.#cwd)))
    for (const line of now) if (!this.#said.has(line)) this.#say(line)
    for (const line of this.#said) if (!now.has(line)) this.#say(`mended: ${line}`)
    this.#said = now
  }
}
