import { duration, flag, int32, list, message, type Of, uint32 } from '../../schema/fields.ts'

export const OutlierDetection = message(
  {},
  {
    consecutiveErrors: int32,
    splitExternalLocalOriginErrors: flag,
    consecutiveLocalOriginFailures: uint32,
    consecutiveGatewayErrors: uint32,
    consecutive5xxErrors: uint32,
    interval: duration,
    baseEjectionTime: duration,
    maxEjectionPercent: int32,
    minHealthPercent: int32,
    outlierDetectionHttpErrorCodes: list(uint32),
  },
)
export type OutlierDetection = Of<typeof OutlierDetection>
