import type { Problem } from '@mizzen/api'
import { formatPlace, type Logger } from '@mizzen/base'

/** `file:line:column: path: message (hint)`; parts that are unknown are left out. */
export function problemLine(problem: Problem): string {
  const object = problem.kind && `${problem.kind}/${problem.namespace ?? ''}/${problem.name ?? ''}`
  const where = problem.place === undefined ? object : formatPlace(problem.place)
  const head = [where, problem.path].filter((part) => part !== undefined && part !== '')
  return [...head, problem.message + (problem.hint === undefined ? '' : ` (${problem.hint})`)].join(': ')
}

/** Says each problem once when it appears, and once when it is gone. */
export class ProblemLog {
  readonly #logger: Logger
  #said = new Set<string>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  update(problems: readonly Problem[]): void {
    const now = new Set<string>()
    for (const problem of problems) {
      const line = problemLine(problem)
      if (!this.#said.has(line) && !now.has(line)) this.#say(problem, line)
      now.add(line)
    }
    for (const line of this.#said) if (!now.has(line)) this.#logger.info(`mended: ${line}`)
    this.#said = now
  }

  #say(problem: Problem, line: string): void {
    if (problem.severity === 'error') this.#logger.error(line, { code: problem.code })
    else this.#logger.warn(line, { code: problem.code })
  }
}
