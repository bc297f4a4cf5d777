/** Counters of one TLS context (`listener.ADDRESS.ssl.…`, `cluster.NAME.ssl.…`), by Envoy's names in camel case. */
export class TlsStats {
  handshake = 0
  connectionError = 0
  sessionReused = 0
  noCertificate = 0
  failVerifyNoCert = 0
  failVerifyError = 0
  failVerifySan = 0
  failVerifyCertHash = 0
  /** Connections that came, or were needed, before the secret was there. */
  contextSecretsNotReady = 0
  contextUpdatedBySds = 0
  /** By name. Bounded by what the library can negotiate. */
  readonly ciphers = new Map<string, number>()
  readonly versions = new Map<string, number>()
}

export function countName(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
