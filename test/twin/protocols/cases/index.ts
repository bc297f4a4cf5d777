import type { ProtocolCase } from '../case.ts'
import { grpc } from './grpc.ts'
import { grpcWeb } from './grpc-web.ts'
import { http1ToHttp2 } from './http1-to-http2.ts'
import { http2ToHttp2 } from './http2-to-http2.ts'
import { limits } from './limits.ts'
import { logFormats } from './log-formats.ts'
import { refusals } from './refusals.ts'
import { requests } from './requests.ts'
import { routeChanges } from './route-changes.ts'
import { tries } from './tries.ts'
import { tunnels } from './tunnels.ts'
import { upgrades } from './upgrades.ts'

export const cases: readonly ProtocolCase[] = [
  ...http1ToHttp2,
  ...http2ToHttp2,
  ...grpc,
  ...grpcWeb,
  ...tunnels,
  ...requests,
  ...limits,
  ...routeChanges,
  ...refusals,
  ...upgrades,
  ...tries,
  ...logFormats,
]
