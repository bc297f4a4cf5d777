import { about, duration, flag, int32, integer, list, message, type Of, uint32 } from '../../../schema/fields.ts'

export const OutlierDetection = message(
  {},
  {
    consecutiveErrors: about('Old form of consecutiveGatewayErrors.', int32),
    splitExternalLocalOriginErrors: about('Whether errors of the connection count apart.', flag, false),
    consecutiveLocalOriginFailures: about('Errors of the connection in a row.', uint32, 5),
    consecutiveGatewayErrors: about('Answers 502, 503, 504 in a row; 0 for off.', uint32, 0),
    consecutive5xxErrors: about('Answers 5xx in a row; 0 for off.', uint32, 5),
    interval: about('Time between looks.', duration, '10s'),
    baseEjectionTime: about('Shortest time that it is left out; more with each time.', duration, '30s'),
    maxEjectionPercent: about('Percent of endpoints that may be left out.', int32, 10),
    minHealthPercent: about('Below this percent of good endpoints none is left out.', int32, 0),
    outlierDetectionHttpErrorCodes: about('Further statuses that count as errors.', list(integer(100, 599))),
  },
)
export type OutlierDetection = Of<typeof OutlierDetection>
