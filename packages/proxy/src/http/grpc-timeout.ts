import type { HeaderList } from './header-list.ts'

/** The units of `grpc-timeout` in ms (gRPC over HTTP/2: Timeout). */
const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }

const TIMEOUT = /^(\d{1,8})([HMSmun])$/
/** The largest number that the header may have. */
const MAX_VALUE = 99_999_999

/** What a client gives its call, ms, rounded up; undefined if it says nothing or nonsense. */
export function grpcTimeout(headers: HeaderList): number | undefined {
  const found = TIMEOUT.exec(headers.get('grpc-timeout') ?? '')
  if (found === null) return undefined
  return Math.ceil(Number(found[1]) * (UNIT_MS[found[2] as string] as number))
}

/** As a header value: the finest unit, from ms up, that holds it. */
export function formatGrpcTimeout(ms: number): string {
  for (const [unit, size] of [
    ['m', 1],
    ['S', 1000],
    ['M', 60_000],
  ] as const) {
    if (ms / size <= MAX_VALUE) return `${Math.floor(ms / size)}${unit}`
  }
  return `${Math.min(MAX_VALUE, Math.floor(ms / 3_600_000))}H`
}
