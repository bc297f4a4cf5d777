export { Backoff, type BackoffOptions, type Random } from './backoff.ts'
export { type Clock, ManualClock, sleep, systemClock, type Timer } from './clock.ts'
export { type ErrorDetails, formatError, formatPlace, MizzenError, type Place } from './errors.ts'
export { fnv1a } from './fnv1a.ts'
export { GRPC_STATUS } from './grpc-status.ts'
export { createLogger, type Fields, type Level, type Logger, type LogOptions, silentLogger } from './log.ts'
export {
  NATIVE_BOUNDS,
  NATIVE_BUCKETS,
  NATIVE_SCHEMA,
  nativeBucket,
  nativeIndex,
  nativePosition,
} from './native-buckets.ts'
