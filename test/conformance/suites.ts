import { autobahn } from './autobahn.ts'
import { grpcInterop } from './grpc-interop.ts'
import { h2specPlain, h2specTls } from './h2spec.ts'
import type { Suite } from './suite.ts'

export const SUITES: readonly Suite[] = [h2specPlain, h2specTls, grpcInterop, autobahn]
