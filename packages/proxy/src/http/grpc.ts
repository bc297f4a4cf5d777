import type { Exchange } from './exchange.ts'
import type { Headers } from './headers.ts'

export const GrpcStatus = { unknown: 2, deadlineExceeded: 4, resourceExhausted: 8, unavailable: 14 } as const

/** Status of a call whose server answered with plain HTTP (gRPC: http-grpc-status-mapping). */
export function grpcStatusOf(status: number): number {
  switch (status) {
    case 400:
      return 13
    case 401:
      return 16
    case 403:
      return 7
    case 404:
      return 12
    case 429:
    case 502:
    case 503:
    case 504:
      return GrpcStatus.unavailable
    default:
      return GrpcStatus.unknown
  }
}

/** `application/grpc`, or `application/grpc+` and a codec; not gRPC-Web. */
export function hasGrpcContentType(headers: Headers): boolean {
  const type = headers.get('content-type')
  return type?.startsWith('application/grpc') === true && (type.length === 16 || type[16] === '+')
}

export function isGrpcRequest(exchange: Exchange): boolean {
  return exchange.path !== '' && hasGrpcContentType(exchange.requestHeaders)
}

/**
 * How a call ended: what the server said (-1: that is no number), else what its HTTP status means; undefined = no gRPC, or
 * no response.
 */
export function grpcStatus(exchange: Exchange): number | undefined {
  if (exchange.status === 0 || !isGrpcRequest(exchange)) return undefined
  const said = exchange.responseTrailers.get('grpc-status') || exchange.responseHeaders?.get('grpc-status')
  if (said === undefined || said === '') return grpcStatusOf(exchange.status)
  return /^\d{1,9}$/.test(said) ? Number(said) : -1
}

/** `grpc-message` is percent-encoded (gRPC over HTTP/2: Status-Message); `text` has one byte a character. */
export function encodeGrpcMessage(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}
