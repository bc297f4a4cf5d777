import { MizzenError } from '@mizzen/base'

/** Runs `action`; the path of an error that it throws gets `path` before it. */
export function withinPath<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof MizzenError)) throw error
    const { code, message, hint, place } = error
    const full = error.path === undefined || error.path === '' ? path : `${path}.${error.path}`
    throw new MizzenError(code, message, { hint, place, cause: error, path: full })
  }
}
