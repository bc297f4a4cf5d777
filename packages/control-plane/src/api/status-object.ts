import { MizzenError } from '@mizzen/base'
import { InvalidObject } from '@mizzen/store'
import { type Answer, json } from './answer.ts'

/** HTTP statuses and reasons of the Kubernetes API (`meta/v1` Status), by our error code. */
const REASONS: Readonly<Record<string, readonly [number, string]>> = {
  'bad-request': [400, 'BadRequest'],
  forbidden: [403, 'Forbidden'],
  'not-found': [404, 'NotFound'],
  'method-not-allowed': [405, 'MethodNotAllowed'],
  conflict: [409, 'Conflict'],
  'too-large': [413, 'RequestEntityTooLarge'],
  'unsupported-media-type': [415, 'UnsupportedMediaType'],
  invalid: [422, 'Invalid'],
  unavailable: [503, 'ServiceUnavailable'],
}

/** The answer for whatever a handler threw. Errors that nobody foresaw are 500 InternalError. */
export function failure(error: unknown): Answer {
  const known = error instanceof MizzenError ? error : undefined
  const [code, reason] = REASONS[known?.code ?? ''] ?? [500, 'InternalError']
  const message = error instanceof Error ? error.message : String(error)
  const body = { ...head('Failure'), message, reason, code, details: known && detailsOf(known) }
  return json(body, code)
}

export function success(details: Readonly<Record<string, unknown>>): Answer {
  return json({ ...head('Success'), details })
}

function head(status: string) {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status }
}

function detailsOf(error: MizzenError) {
  const problems = error instanceof InvalidObject ? error.problems : []
  const causes = problems.map((problem) => ({
    reason: problem.code,
    field: problem.path,
    message: problem.message,
    hint: problem.hint,
    severity: problem.severity,
    place: problem.place,
  }))
  return { code: error.code, path: error.path, hint: error.hint, place: error.place, causes }
}
