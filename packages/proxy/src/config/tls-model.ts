/**
 * TLS as configuration: `DownstreamTlsContext`, `UpstreamTlsContext` and secrets (envoy.extensions.transport_sockets.tls.v3)
 * as plain data. Part of `model.ts`, with the same rules.
 */
import type { StringMatch } from './string-match.ts'

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

/** What both sides have in common. */
export interface TlsConfig {
  /** Default TLSv1.2. */
  readonly minVersion: TlsVersion
  /** Default: TLSv1.2 for upstreams, TLSv1.3 for clients (as Envoy). */
  readonly maxVersion: TlsVersion
  /** Up to TLS 1.2, in order of preference; `[a|b]` groups are flattened. Empty = Envoy's default. */
  readonly ciphers: readonly string[]
  /** In order of preference. Empty = Envoy's default. */
  readonly curves: readonly string[]
  /** OpenSSL's names. Empty = the library's default. */
  readonly signatureAlgorithms: readonly string[]
  readonly certificates: readonly Given<CertificateConfig>[]
  /** undefined = the peer's certificate is not looked at. */
  readonly validation?: ValidationSource
  /** In order of preference. */
  readonly alpn: readonly string[]
}

/** Given with the configuration, or a secret that comes by its name. */
type Given<T> =
  | { readonly kind: 'inline'; readonly value: T }
  | { readonly kind: 'secret'; readonly secret: SecretReference }

export interface SecretReference {
  /** Unique among all secrets, whatever their source: what `SecretConfig.key` says. */
  readonly key: string
  readonly name: string
  readonly source: 'static' | 'ads' | { readonly file: string }
  /** Wait for it before it is done without, ms; default 15,000; 0 = for ever. */
  readonly timeoutMs: number
}

/** `fixed` alone, `secret` alone, or both: then what the secret says is added to what is fixed (protobuf's merge). */
export interface ValidationSource {
  readonly fixed?: ValidationConfig
  readonly secret?: SecretReference
}

export interface DownstreamTlsConfig extends TlsConfig {
  readonly requireClientCertificate: boolean
  /** Stateless session tickets; default true. */
  readonly tickets: boolean
  /** Of 80 bytes; the first is used. Empty = a key of our own. */
  readonly ticketKeys: readonly DataSource[] | SecretReference
  /** Base64; what keys of our own are made from. undefined = each context makes up its own. */
  readonly ticketSeed?: string
  /** How long sessions can be taken up again, seconds; default 7,200. */
  readonly sessionTimeoutS: number
}

export interface UpstreamTlsConfig extends TlsConfig {
  /** '' = none. */
  readonly sni: string
  /** The SNI is the endpoint's host name where it has one. */
  readonly autoHostSni: boolean
  /** The certificate must be for the SNI that was sent. */
  readonly autoSniSanValidation: boolean
  /** Sessions kept for each endpoint; default 1; 0 = none. */
  readonly maxSessionKeys: number
}

/** A certificate chain and its key. */
export interface CertificateConfig {
  readonly chain: DataSource
  readonly key: DataSource
  readonly password?: DataSource
}

export interface ValidationConfig {
  /** PEM; several certificates are several roots. */
  readonly trustedCa?: DataSource
  /** By trust domain (envoy.tls.cert_validator.spiffe); replaces `trustedCa`. */
  readonly trustDomains?: readonly { readonly name: string; readonly bundle: DataSource }[]
  readonly crl?: DataSource
  /** One of them must hold. */
  readonly sans: readonly SanMatch[]
  /** SHA-256 of the DER form, lower-case hexadecimal digits. One of hashes and SPKIs must hold if any is given. */
  readonly certificateHashes: readonly string[]
  /** Base64 of the SHA-256 of the subject's public key. */
  readonly spkis: readonly string[]
  /** ACCEPT_UNTRUSTED: what fails is let through, unvalidated. */
  readonly acceptUntrusted: boolean
  /** A trusted leaf or intermediate is enough; default true. */
  readonly partialChain: boolean
}

export interface SanMatch {
  readonly type: 'uri' | 'dns' | 'ip' | 'email'
  readonly match: StringMatch
}

/** PEM text (or bytes, base64), or the file that has it. */
export type DataSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly base64: string }
  | { readonly kind: 'file'; readonly path: string }

/** envoy.extensions.transport_sockets.tls.v3.Secret. */
export interface SecretConfig {
  readonly key: string
  readonly name: string
  readonly value:
    | { readonly kind: 'certificate'; readonly certificate: CertificateConfig }
    | { readonly kind: 'validation'; readonly validation: ValidationConfig }
    | { readonly kind: 'ticket-keys'; readonly keys: readonly DataSource[] }
}

/** How a cluster reaches its endpoints: the first whose `match` is in the endpoint's metadata, else `transport`. */
export interface TransportSocketMatch {
  readonly name: string
  /** All of it must be in `filter_metadata["envoy.transport_socket_match"]` of the endpoint. */
  readonly match: Readonly<Record<string, unknown>>
  /** undefined = plaintext. */
  readonly tls?: UpstreamTlsConfig
}
