import { MizzenError } from '@mizzen/base'

/** What a JSON text must look like: each throws MizzenError `bad-message` with the place for what is of another shape. */
export type JsonObject = Readonly<Record<string, unknown>>

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new MizzenError('bad-message', `not JSON: ${(error as Error).message}`, { cause: error })
  }
}

export function objectAt(value: unknown, path: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw shapeError('an object', path)
}

/** Not there, or null = empty. */
export function listAt(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  throw shapeError('an array', path)
}

/** Not there, or null = ''. */
export function textAt(value: unknown, path: string): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  throw shapeError('a string', path)
}

function shapeError(wanted: string, path: string): MizzenError {
  return new MizzenError('bad-message', `${path} must be ${wanted}`, { path })
}
