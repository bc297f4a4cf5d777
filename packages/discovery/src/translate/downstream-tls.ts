import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { isCipherSuite } from '@mizzen/api'
import { ApiVersion } from '@mizzen/xds/gen/envoy/config/core/v3/config_source_pb.js'
import {
  type CertificateValidationContextSchema,
  TlsParameters_TlsProtocol as TlsProtocol,
} from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js'
import { DownstreamTlsContextSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { rootsName, secretName } from '../model/secret-plan.ts'
import { checksClients, type ServerTls } from '../model/server-tls.ts'
import { pack } from './any.ts'

const ALPN_HTTP = ['h2', 'http/1.1']

const VERSIONS: Readonly<Record<string, TlsProtocol>> = {
  TLSV1_0: TlsProtocol.TLSv1_0,
  TLSV1_1: TlsProtocol.TLSv1_1,
  TLSV1_2: TlsProtocol.TLSv1_2,
  TLSV1_3: TlsProtocol.TLSv1_3,
}

type Validation = MessageInitShape<typeof CertificateValidationContextSchema>

/** Secrets come by the stream that the listener came by. Unlike routes they may never come: 15 s, as in Envoy, and then none. */
const SECRETS_BY_ADS = {
  configSourceSpecifier: { case: 'ads', value: {} },
  resourceApiVersion: ApiVersion.V3,
} as const

/** The transport socket of a filter chain that ends TLS as a Gateway's server says. */
export function downstreamTls(tls: ServerTls) {
  const context = create(DownstreamTlsContextSchema, {
    requireClientCertificate: tls.mode === 'MUTUAL',
    commonTlsContext: {
      alpnProtocols: ALPN_HTTP,
      ...certificates(tls),
      ...validation(tls),
      ...parameters(tls),
    },
  })
  return {
    name: 'envoy.transport_sockets.tls',
    configType: { case: 'typedConfig', value: pack(DownstreamTlsContextSchema, context) },
  } as const
}

/** The secrets that it names, by which they are asked for. */
export function secretsOf(tls: ServerTls): string[] {
  if (tls.credentials.length === 0) return []
  return [...tls.credentials.map(secretName), ...(checksClients(tls) ? [rootsName(tls)] : [])]
}

function certificates({ credentials, files }: ServerTls) {
  if (credentials.length > 0) return { tlsCertificateSdsSecretConfigs: credentials.map(secretConfig) }
  return {
    tlsCertificates: files.map(({ certificate, key }) => ({
      certificateChain: file(certificate),
      privateKey: file(key),
    })),
  }
}

function validation(tls: ServerTls) {
  if (!checksClients(tls)) return {}
  const asked: Validation = {
    matchSubjectAltNames: tls.subjectAltNames.map((name) => ({ matchPattern: { case: 'exact', value: name } })),
    verifyCertificateSpki: [...tls.spkis],
    verifyCertificateHash: [...tls.certificateHashes],
  }
  if (tls.credentials.length === 0) {
    const trusted = { ...asked, trustedCa: file(tls.caFile), ...(tls.crlFile && { crl: file(tls.crlFile) }) }
    return { validationContextType: { case: 'validationContext', value: trusted } as const }
  }
  const value = { defaultValidationContext: asked, validationContextSdsSecretConfig: secretConfig(rootsName(tls)) }
  return { validationContextType: { case: 'combinedValidationContext', value } as const }
}

function parameters({ minVersion, maxVersion, cipherSuites }: ServerTls) {
  // Istio leaves out what it does not know; a data plane would refuse the listener.
  const known = cipherSuites.filter(isCipherSuite)
  if (minVersion === '' && maxVersion === '' && known.length === 0) return {}
  return {
    tlsParams: {
      ...(VERSIONS[minVersion] && { tlsMinimumProtocolVersion: VERSIONS[minVersion] }),
      ...(VERSIONS[maxVersion] && { tlsMaximumProtocolVersion: VERSIONS[maxVersion] }),
      cipherSuites: known,
    },
  }
}

function secretConfig(credential: string) {
  return { name: secretName(credential), sdsConfig: SECRETS_BY_ADS }
}

function file(path: string) {
  return { specifier: { case: 'filename', value: path } } as const
}
