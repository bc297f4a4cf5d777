import type { Json } from './configuration.ts'
import type { CertificateName, Material } from './material.ts'

/** What a case's listener and clusters are made of. */
export interface Place {
  readonly material: Material
  /** Where the access log goes. */
  readonly log: string
  /** A folder of the case's own. */
  readonly folder: string
  /** Ports of the origins. */
  readonly origins: Readonly<Record<OriginName, number>>
}

/** Servers that tell in their answer what they saw: plain HTTP/1.1, TLS, TLS that asks for a certificate, HTTP/2 over TLS, … */
export type OriginName = 'plain' | 'tls' | 'mutual' | 'tls13' | 'noAlpn' | 'http2' | 'both'

/** One listener, and the connections that are made to it. */
export interface Scene {
  readonly name: string
  /** Fields of the listener: `filter_chains`, `listener_filters`, … */
  readonly listener: (place: Place) => Json
  /** Clusters of the scene; their names must be its own. */
  readonly clusters?: (place: Place) => readonly Json[]
  readonly secrets?: (place: Place) => readonly Json[]
  readonly cases: readonly TlsCase[]
}

export interface TlsCase {
  readonly name: string
  readonly client: ClientOptions
  /** Done before the connection is made. */
  readonly before?: (place: Place) => Promise<void>
  /** What makes the case worth having: the status, or that there is no answer. */
  readonly answer: number | 'none'
  /** The certificate that the listener shows, by its common name. */
  readonly shows?: string
  /** Part of the answer's body. */
  readonly body?: string
  /** Fields in which ours differs on purpose, and why. */
  readonly differs?: { readonly fields: readonly string[]; readonly because: string }
}

export interface ClientOptions {
  /** Bytes as they are, no TLS. */
  readonly raw?: string
  /** Bytes that come after `raw`, this much later, ms. */
  readonly later?: { readonly afterMs: number; readonly raw: string }
  /** Plain HTTP. */
  readonly plain?: boolean
  readonly sni?: string
  readonly alpn?: readonly string[]
  readonly certificate?: CertificateName
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
  readonly ciphers?: string
  /** Default: `twin.test`. */
  readonly host?: string
  /** Fields of the request. */
  readonly headers?: readonly string[]
  /** Connects twice, and takes up the session of the first time. */
  readonly resumes?: boolean
}
