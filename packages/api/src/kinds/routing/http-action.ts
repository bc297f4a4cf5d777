import { bytes, int32, message, type Of, text, uint32, words } from '../../schema/fields.ts'
import { Destination } from './destination.ts'
import { Headers } from './http-headers.ts'

export const HTTPRouteDestination = message({ destination: Destination }, { weight: int32, headers: Headers })
export type HTTPRouteDestination = Of<typeof HTTPRouteDestination>

export const HTTPRedirect = message(
  {},
  {
    uri: text,
    authority: text,
    port: uint32,
    derivePort: words('FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT'),
    scheme: text,
    redirectCode: uint32,
    prefixRewrite: text,
  },
  { oneofs: [['port', 'derivePort']] },
)
export type HTTPRedirect = Of<typeof HTTPRedirect>

export const HTTPBody = message({}, { string: text, bytes: bytes }, { oneofs: [['string', 'bytes']] })
export type HTTPBody = Of<typeof HTTPBody>

export const HTTPDirectResponse = message({ status: uint32 }, { body: HTTPBody })
export type HTTPDirectResponse = Of<typeof HTTPDirectResponse>

export const Delegate = message({}, { name: text, namespace: text })
export type Delegate = Of<typeof Delegate>
