import { GRPC_STATUS, MizzenError } from '@mizzen/base'
import type { Exchange } from '../http/exchange.ts'
import { grpcStatus } from '../http/grpc.ts'

/** Names of codes as Envoy prints them unless told otherwise: `DeadlineExceeded`; one is not what it seems. */
const CAMEL_NAMES = GRPC_STATUS.map((name) =>
  name === 'OK' || name === 'CANCELLED' ? { OK: 'OK', CANCELLED: 'Canceled' }[name] : camelCase(name),
)

const NAMES: Readonly<Record<string, readonly string[]>> = {
  CAMEL_STRING: CAMEL_NAMES,
  SNAKE_STRING: GRPC_STATUS,
  NUMBER: [],
}

/** `%GRPC_STATUS(FORMAT)%`: how a gRPC call ended; codes without a name as numbers. */
export function compileGrpcStatus(
  format = 'CAMEL_STRING',
  path = '',
): (exchange: Exchange) => string | number | undefined {
  const names = Object.hasOwn(NAMES, format) ? NAMES[format] : undefined
  if (names === undefined) {
    throw new MizzenError('bad-format', `%GRPC_STATUS% knows ${Object.keys(NAMES).join(', ')}, not "${format}"`, {
      path,
    })
  }
  return (exchange) => {
    const status = grpcStatus(exchange)
    return status === undefined ? undefined : (names[status] ?? status)
  }
}

function camelCase(name: string): string {
  return name
    .split('_')
    .map((word) => `${word[0]}${word.slice(1).toLowerCase()}`)
    .join('')
}
