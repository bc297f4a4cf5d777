import type { CertificateFiles } from '../certificate-files.ts'

const TYPE = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3'

export interface TlsOptions {
  readonly certificates: CertificateFiles
  readonly alpn: readonly string[]
  /** The URI that the peer's certificate must name; without it a server asks for no certificate. */
  readonly peer?: string
}

/** TLS towards clients; mutual if `peer` is given. */
export function downstreamTls(options: TlsOptions): unknown {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': `${TYPE}.DownstreamTlsContext`,
      common_tls_context: commonContext(options),
      require_client_certificate: options.peer !== undefined,
    },
  }
}

/** Mutual TLS towards an upstream. */
export function upstreamTls(options: TlsOptions): unknown {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': `${TYPE}.UpstreamTlsContext`,
      common_tls_context: commonContext(options),
      sni: 'outbound_.80_._.upstream.default.svc.cluster.local',
    },
  }
}

function commonContext({ certificates, alpn, peer }: TlsOptions): unknown {
  return {
    alpn_protocols: alpn,
    tls_certificates: [
      {
        certificate_chain: { filename: certificates.chain },
        private_key: { filename: certificates.key },
      },
    ],
    ...(peer === undefined ? {} : { validation_context: validation(certificates.root, peer) }),
  }
}

function validation(root: string, peer: string): unknown {
  return {
    trusted_ca: { filename: root },
    match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { exact: peer } }],
  }
}
