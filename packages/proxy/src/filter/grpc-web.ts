import { hasGrpcContentType } from '../http/grpc.ts'
import type { Filter, FilterStream } from './filter.ts'
import { Base64Request, GrpcWebResponse } from './grpc-web-bodies.ts'

const BINARY: ReadonlySet<string | undefined> = new Set(['application/grpc-web', 'application/grpc-web+proto'])
const TEXT: ReadonlySet<string | undefined> = new Set(['application/grpc-web-text', 'application/grpc-web-text+proto'])

/**
 * gRPC for browsers (gRPC-Web, as Envoy's filter): a request of theirs goes upstream as gRPC, and the trailers of its
 * response come in the body.
 */
export const grpcWebFilter: Filter = {
  name: 'grpc-web',
  onRequest(stream) {
    const headers = stream.exchange.requestHeaders
    const type = headers.get('content-type')
    if (!BINARY.has(type) && !TEXT.has(type)) return 'continue'
    // It says how long the encoded body is.
    headers.remove('content-length')
    headers.set('content-type', 'application/grpc')
    headers.set('te', 'trailers')
    headers.set('grpc-accept-encoding', 'identity')
    stream.isGrpcWeb = true
    if (TEXT.has(type)) stream.requestTransform = new Base64Request((details) => refuse(stream, details))
    stream.responseTransform = new GrpcWebResponse(TEXT.has(headers.get('accept')))
    return 'continue'
  },
  onResponse({ responseHeaders }, stream) {
    const transform = stream.responseTransform
    if (!(transform instanceof GrpcWebResponse) || responseHeaders === null) return
    // What speaks no gRPC passes as it is.
    if (hasGrpcContentType(responseHeaders) || stream.repliesItself) {
      responseHeaders.set('content-type', `application/grpc-web${transform.text ? '-text' : ''}+proto`)
      if (!stream.repliesItself) responseHeaders.remove('content-length')
    }
    // Trailers that came with the head stay there: no body follows.
    if (responseHeaders.has('grpc-status') || stream.repliesItself) stream.responseTransform = null
  },
}

function refuse(stream: FilterStream, details: string): void {
  stream.reply(400, 'Bad gRPC-web request, invalid base64 data.', details, 0)
}
