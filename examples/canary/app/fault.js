/** What is wrong with a request to change the fault; its message is for the caller. */
export class FaultError extends Error {}

/** Longest delay, milliseconds. */
const MAX_DELAY_MS = 600_000

/**
 * Checks a fault setting: `errorRate`, the share of requests (0 to 1) that are answered with 500, and `delayMs`, the
 * time in milliseconds before any answer. What is left out stays as it is in `current`. Throws FaultError.
 */
export function parseFault(input, current = { errorRate: 0, delayMs: 0 }) {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new FaultError('give an object such as {"errorRate": 0.2, "delayMs": 100}')
  }
  const { errorRate, delayMs, ...rest } = { ...current, ...input }
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new FaultError(`unknown field ${unknown}: known are errorRate and delayMs`)
  return {
    errorRate: within('errorRate', errorRate, 0, 1),
    delayMs: within('delayMs', delayMs, 0, MAX_DELAY_MS),
  }
}

function within(name, value, least, most) {
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw new FaultError(
    `${name} must be a number from ${least} to ${most}, but is ${typeof value === 'string' ? JSON.stringify(value) : value}`,
  )
}
