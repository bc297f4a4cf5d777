import { MizzenError } from '@mizzen/base'

export interface Address {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
}

export interface ControlPlaneOptions {
  /** Directory of YAML files, read only. Undefined: there are only objects that were applied. */
  readonly configDir: string | undefined
  /** Where applied objects are kept and where `local` tells of its Pods. Undefined: nothing outlives the process. */
  readonly stateDir: string | undefined
  readonly xds: Address
  readonly api: Address
  /** A Prometheus that answers queries (of the API, and of a Canary's metrics) in place of the history here. */
  readonly prometheus?: URL | undefined
  /** Where spans are passed on to: by OTLP over gRPC or HTTP, or to Zipkin, as the URL says (telemetry's `collectorAt`). */
  readonly traceCollector?: URL | undefined
  /** Part of the traces that is passed on, 0 to 1. Default 1. */
  readonly traceSampling?: number | undefined
}

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `:PORT` (all addresses). Throws MizzenError `bad-address`. */
export function parseAddress(text: string): Address {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535) {
    throw new MizzenError('bad-address', `${JSON.stringify(text)} is not an address`, { hint: 'write HOST:PORT' })
  }
  const host = bracketed ?? plain ?? ''
  return { host: host === '' ? '0.0.0.0' : host, port }
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
