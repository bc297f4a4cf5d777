import type { CertificateIdentity } from './certificate-identity.ts'

/** What a TLS handshake agreed on, as logs, headers and policies see it. Immutable. */
export interface TlsSession {
  /** `TLSv1.2`, `TLSv1.3`. */
  readonly version: string
  /** Envoy's (BoringSSL's) name: `TLS_AES_128_GCM_SHA256`, `ECDHE-ECDSA-AES128-GCM-SHA256`. */
  readonly cipher: string
  /** What the client asked for; '' = nothing. */
  readonly serverName: string
  /** '' = none. */
  readonly alpn: string
  /** An earlier session was taken up again. */
  readonly reused: boolean
  /** The other side's certificate, validated if the configuration validates; null = it sent none. */
  readonly peer: CertificateIdentity | null
  /** The peer's certificate was validated against trusted roots. */
  readonly peerValidated: boolean
  /** Our own certificate; null = none. */
  readonly local: CertificateIdentity | null
}
