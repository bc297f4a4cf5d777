import { encodeGrpcMessage, grpcStatusOf, isGrpcRequest } from './grpc.ts'
import type { HeaderList } from './header-list.ts'
import type { StreamExchange } from './stream-exchange.ts'

/** A reply of our own, before it is made to what the client understands. */
export interface LocalReply {
  readonly status: number
  /** One byte a character. */
  readonly body: string
  /** Of a gRPC call; undefined = what the status means. */
  readonly grpcStatus: number | undefined
}

/** What goes out: head and body. */
interface Prepared {
  readonly status: number
  /** '' = the head ends the response. */
  readonly text: string
}

/**
 * What the route changes in a reply of our own, it changes before the reply is given its content (Envoy's order).
 * @param field one more header
 */
export function beginLocalReply(
  exchange: StreamExchange,
  status: number,
  field: readonly [string, string] | undefined,
): void {
  const headers = exchange.responseFields
  headers.clear()
  exchange.responseTrailers.clear()
  if (field !== undefined) headers.append(field[0], field[1])
  exchange.status = status
  exchange.responseHeaders = headers
}

/**
 * Adds the reply's content to the head in `exchange.responseFields`. gRPC calls get it as gRPC has it: as trailers.
 * @param grpcWeb the request came as gRPC-Web, though it looks like gRPC by now
 */
export function prepareLocalReply(exchange: StreamExchange, reply: LocalReply, grpcWeb: boolean): Prepared {
  const { status, body } = reply
  const headers = exchange.responseFields
  if (grpcWeb) return prepareGrpcWeb(exchange.method === 'HEAD' ? { ...reply, body: '' } : reply, headers)
  if (exchange.cameAsGrpc ?? isGrpcRequest(exchange)) {
    headers.set('content-type', 'application/grpc')
    headers.set('grpc-status', String(reply.grpcStatus ?? grpcStatusOf(status)))
    if (body !== '' && exchange.method !== 'HEAD') headers.set('grpc-message', encodeGrpcMessage(body))
    return { status: 200, text: '' }
  }
  const text = status === 204 || status === 304 ? '' : body
  if (text === '') {
    headers.remove('content-length')
    headers.remove('content-type')
  } else {
    headers.set('content-length', String(text.length))
    if (!headers.has('content-type')) headers.append('content-type', 'text/plain')
  }
  return { status, text }
}

/** As Envoy: the HTTP status stays, and what there is to say is said as gRPC does. */
function prepareGrpcWeb({ status, body, grpcStatus }: LocalReply, headers: HeaderList): Prepared {
  if (body !== '') {
    headers.append('grpc-status', String(grpcStatus ?? grpcStatusOf(status)))
    headers.append('grpc-message', encodeGrpcMessage(body))
    headers.append('content-length', '0')
  }
  return { status, text: '' }
}
