export { Backoff, type BackoffOptions, type Random } from './backoff.ts'
export { type Clock, ManualClock, sleep, systemClock, type Timer } from './clock.ts'
export { type ErrorDetails, formatError, formatPlace, MizzenError, type Place } from './errors.ts'
export { createLogger, type Fields, type Level, type Logger, type LogOptions, silentLogger } from './log.ts'
