import { MizzenError } from '@mizzen/base'

/**
 * - `promql-syntax`: the expression can't be read or its types don't fit
 * - `promql-execution`: it fails on the data (a match that is not unique, for instance)
 * - `promql-too-large`: it would load or make more samples than allowed
 * - `promql-timeout`: it takes longer than allowed
 */
export type PromqlErrorCode = 'promql-syntax' | 'promql-execution' | 'promql-too-large' | 'promql-timeout'

export function promqlError(code: PromqlErrorCode, message: string, cause?: unknown): MizzenError {
  return new MizzenError(code, message, { cause })
}
