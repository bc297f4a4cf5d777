import { isAbsolute, relative } from 'node:path'
import type { Problem } from '@mizzen/api'
import { formatPlace, type Place } from '@mizzen/base'

/**
 * `file:line:column: path: message (hint)`; what is no error says so. Parts that are unknown are left out.
 * @param cwd files below it are named relative to it
 */
export function problemLine(problem: Problem, cwd?: string): string {
  const object = problem.kind && `${problem.kind.toLowerCase()}/${problem.name ?? ''}`
  const where = problem.place === undefined ? object : formatPlace(nearPlace(problem.place, cwd))
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`
  const severity = problem.severity === 'error' ? '' : `${problem.severity}: `
  const head = [where, problem.path].filter((part) => part !== undefined && part !== '')
  return [...head, `${severity}${problem.message}${hint}`].join(': ')
}

function nearPlace(place: Place, cwd: string | undefined): Place {
  const near = cwd === undefined || !isAbsolute(place.file) ? place.file : relative(cwd, place.file)
  return near.startsWith('..') ? place : { ...place, file: near }
}

/** The shape that `validate -o json` prints. */
export function problemJson(problem: Problem) {
  const { place, kind, namespace, name, path, severity, code, message, hint } = problem
  const where = { file: place?.file ?? null, line: place?.line ?? null, column: place?.column ?? null }
  return { ...where, kind, namespace, name, path, severity, code, message, hint }
}
