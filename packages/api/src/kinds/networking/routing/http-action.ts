import { about, bytes, int32, message, type Of, text, uint32, words } from '../../../schema/fields.ts'
import { Destination } from './destination.ts'
import { Headers } from './http-headers.ts'

export const HTTPRouteDestination = message(
  { destination: about('Where to.', Destination) },
  {
    weight: about('Share, relative to the other destinations; without effect for a single one.', int32, 0),
    headers: about('Changes to headers for this destination.', Headers),
  },
)
export type HTTPRouteDestination = Of<typeof HTTPRouteDestination>

export const HTTPRedirect = message(
  {},
  {
    uri: about('Replaces the path.', text),
    authority: about('Replaces the host.', text),
    port: about('Replaces the port.', uint32),
    derivePort: about(
      'Takes the port from the protocol or from the request.',
      words('FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT'),
    ),
    scheme: about('Replaces the scheme.', text),
    redirectCode: about('Any 3xx status.', uint32, 301),
    prefixRewrite: about('Replaces the prefix that was matched.', text),
  },
  { oneofs: [['port', 'derivePort']] },
)
export type HTTPRedirect = Of<typeof HTTPRedirect>

const HTTPBody = message(
  {},
  { string: about('As text.', text), bytes: about('As base64.', bytes) },
  { oneofs: [['string', 'bytes']] },
)

export const HTTPDirectResponse = message(
  { status: about('HTTP status of the answer.', uint32) },
  { body: about('Body of the answer; 1 MiB at most.', HTTPBody) },
)
export type HTTPDirectResponse = Of<typeof HTTPDirectResponse>

export const Delegate = message(
  {},
  {
    name: about('Name of the other VirtualService.', text),
    namespace: about('Its namespace; by default that of the root.', text),
  },
)
export type Delegate = Of<typeof Delegate>
