import type { ServerTLSSettings } from '@mizzen/api'

/** How the TLS of a Gateway's server is ended, or passed on. */
export interface ServerTls {
  readonly mode: NonNullable<ServerTLSSettings['mode']>
  /** Secrets with certificate and key, in the gateway's namespace. */
  readonly credentials: readonly string[]
  /** Secret with the roots of clients; '' for the one that belongs to the first credential. */
  readonly caCredential: string
  /** The same in files, where there is no Secret. */
  readonly files: readonly { readonly certificate: string; readonly key: string }[]
  readonly caFile: string
  readonly crlFile: string
  /** What certificates of clients must have. */
  readonly subjectAltNames: readonly string[]
  readonly spkis: readonly string[]
  readonly certificateHashes: readonly string[]
  /** `TLSV1_2`; '' is the data plane's default. */
  readonly minVersion: string
  readonly maxVersion: string
  readonly cipherSuites: readonly string[]
}

/** Without a mode it is PASSTHROUGH, as the first of its enumeration. */
export function serverTls(settings: ServerTLSSettings): ServerTls {
  const { mode = 'PASSTHROUGH', credentialName, credentialNames = [], caCertCredentialName = '' } = settings
  const { serverCertificate = '', privateKey = '', tlsCertificates = [] } = settings
  const files = tlsCertificates.length > 0 ? tlsCertificates : [{ serverCertificate, privateKey }]
  return {
    mode,
    credentials: credentialName ? [credentialName] : credentialNames,
    caCredential: caCertCredentialName,
    files: files.flatMap(({ serverCertificate: certificate, privateKey: key }) =>
      certificate && key ? [{ certificate, key }] : [],
    ),
    caFile: settings.caCertificates ?? '',
    crlFile: settings.caCrl ?? '',
    subjectAltNames: settings.subjectAltNames ?? [],
    spkis: settings.verifyCertificateSpki ?? [],
    certificateHashes: settings.verifyCertificateHash ?? [],
    minVersion: version(settings.minProtocolVersion),
    maxVersion: version(settings.maxProtocolVersion),
    cipherSuites: settings.cipherSuites ?? [],
  }
}

function version(word: string | undefined): string {
  return word === undefined || word === 'TLS_AUTO' ? '' : word
}

export function isPassthrough({ mode }: ServerTls): boolean {
  return mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH'
}

/** Certificates of clients are asked for and checked. */
export function checksClients({ mode }: ServerTls): boolean {
  return mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL'
}

/** Why a server cannot be served, as a part of a sentence; undefined if it can. */
export function hindrance({ mode, credentials, files }: ServerTls): string | undefined {
  if (mode === 'ISTIO_MUTUAL') return 'needs an identity of the mesh, which proxies do not have yet'
  if (mode === 'AUTO_PASSTHROUGH') return 'is for several networks, and there is one'
  if (mode === 'PASSTHROUGH') return undefined
  return credentials.length === 0 && files.length === 0 ? 'names neither a credential nor files' : undefined
}
