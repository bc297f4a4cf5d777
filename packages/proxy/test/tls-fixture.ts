import { connect, type TLSSocket } from 'node:tls'
import type { TestAuthority, TestCertificate } from '../../../test/certificates.ts'
import type { ClusterConfig } from '../src/config/model.ts'
import type { DownstreamTlsConfig, SecretConfig, SecretReference, UpstreamTlsConfig } from '../src/config/tls-model.ts'
import type { Cleanup } from './worker-fixture.ts'

const NO_PARAMETERS = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: [],
  curves: [],
  signatureAlgorithms: [],
  alpn: [],
} as const

/** A secret by ADS. */
export function secretReference(name: string): SecretReference {
  return { key: `ads:${name}`, name, source: 'ads', timeoutMs: 15_000 }
}

export function certificateSecret(name: string, { chain, key }: TestCertificate): SecretConfig {
  const certificate = { chain: { kind: 'text', text: chain }, key: { kind: 'text', text: key } } as const
  return { key: `ads:${name}`, name, value: { kind: 'certificate', certificate } }
}

/** Terminates with the secret's certificate; asks clients for one of `clients`, if given. */
export function downstream(secret: string, clients?: TestAuthority): DownstreamTlsConfig {
  return {
    ...NO_PARAMETERS,
    certificates: [{ kind: 'secret', secret: secretReference(secret) }],
    validation: clients === undefined ? undefined : { fixed: validation(clients) },
    requireClientCertificate: clients !== undefined,
    tickets: true,
    ticketKeys: [],
    sessionTimeoutS: 7200,
  }
}

export function upstream(servers: TestAuthority, own?: TestCertificate): UpstreamTlsConfig {
  const inline = (text: string) => ({ kind: 'text', text }) as const
  return {
    ...NO_PARAMETERS,
    certificates:
      own === undefined ? [] : [{ kind: 'inline', value: { chain: inline(own.chain), key: inline(own.key) } }],
    validation: { fixed: validation(servers) },
    sni: '',
    autoHostSni: false,
    autoSniSanValidation: false,
    maxSessionKeys: 1,
  }
}

function validation(authority: TestAuthority) {
  return {
    trustedCa: { kind: 'text', text: authority.root },
    sans: [],
    certificateHashes: [],
    spkis: [],
    acceptUntrusted: false,
    partialChain: true,
  } as const
}

/** The cluster, reached with TLS. */
export function withTls(cluster: ClusterConfig, tls: UpstreamTlsConfig): ClusterConfig {
  return { ...cluster, tls }
}

/** A TLS client that keeps what comes. */
export class TlsClient {
  readonly socket: TLSSocket
  received = ''
  closed = false
  #wake: () => void = () => {}

  constructor(cleanup: Cleanup, port: number, own?: TestCertificate) {
    this.socket = connect({ port, host: '127.0.0.1', cert: own?.chain, key: own?.key, rejectUnauthorized: false })
    this.socket.on('data', (data) => {
      this.received += data.toString('latin1')
      this.#wake()
    })
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.closed = true
      this.#wake()
    })
    cleanup.add(() => this.socket.destroy())
  }

  /** Common name of the certificate that the server showed. */
  get server(): string {
    return String(this.socket.getPeerCertificate().subject?.CN)
  }

  /** Sends a request, resolves with all that came when `text` has, or the connection is closed. */
  async ask(path: string, text: string): Promise<string> {
    this.received = ''
    this.socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
    while (!this.closed && !this.received.includes(text)) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.received
  }
}
