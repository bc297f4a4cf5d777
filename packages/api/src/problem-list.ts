import type { Problem } from './problem.ts'

/** Errors, and findings that are none, of one object that are kept: nobody reads more, and each costs time. */
const MAX_EACH = 100

/** Thrown to end the search: the object is refused anyway. */
const ENOUGH = Symbol('enough errors')

/**
 * What a search finds, in order. Ended by the first error too many; further warnings are left out and the search goes on,
 * since an error may come yet. A last entry says that there is more.
 *
 * @param search reports what it finds by the function that it is given
 * @param complete adds to a problem that is kept what would be too dear for each
 */
export function gatherProblems(
  search: (report: (problem: Problem) => void) => void,
  complete: (problem: Problem) => Problem,
): readonly Problem[] {
  const problems: Problem[] = []
  const counts = { errors: 0, others: 0 }
  const report = (problem: Problem) => {
    const count = (counts[problem.severity === 'error' ? 'errors' : 'others'] += 1)
    if (count <= MAX_EACH) problems.push(complete(problem))
    else if (problem.severity === 'error') throw ENOUGH
  }
  try {
    search(report)
  } catch (signal) {
    if (signal !== ENOUGH) throw signal
  }
  if (counts.errors > MAX_EACH)
    problems.push(complete(more('error', `more than ${MAX_EACH} errors; the others are not shown`)))
  else if (counts.others > MAX_EACH) {
    problems.push(complete(more('warning', `${counts.others - MAX_EACH} more warnings are not shown`)))
  }
  return problems
}

function more(severity: 'error' | 'warning', message: string): Problem {
  return { severity, code: 'more-problems', path: '', message, hint: 'mend these first, and check again' }
}
