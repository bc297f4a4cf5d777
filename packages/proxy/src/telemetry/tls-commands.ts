import type { Exchange } from '../http/exchange.ts'
import type { CertificateIdentity } from '../tls/certificate-identity.ts'
import { encodeCertificate } from '../tls/encoded-certificate.ts'
import type { TlsSession } from '../tls/tls-session.ts'
import type { Command } from './format-template.ts'
import { compileTimeFormat } from './time-format.ts'

type Extract = (exchange: Exchange) => string | undefined
type Compile = (command: Command, path: string) => Extract

/** Envoy's command operators about TLS sessions, downstream and upstream, and the certificates of both sides. */
export const TLS_COMMANDS: Readonly<Record<string, Compile>> = {
  ...sessionCommands('DOWNSTREAM', (exchange) => exchange.connection?.tls ?? null),
  ...sessionCommands('UPSTREAM', (exchange) => exchange.upstreamTls),
  DOWNSTREAM_TRANSPORT_FAILURE_REASON: plain(() => undefined),
}

function sessionCommands(side: string, session: (exchange: Exchange) => TlsSession | null): Record<string, Compile> {
  return {
    [`${side}_TLS_VERSION`]: plain((exchange) => session(exchange)?.version),
    [`${side}_TLS_CIPHER`]: plain((exchange) => session(exchange)?.cipher),
    // It would have to be asked for on every connection.
    [`${side}_TLS_SESSION_ID`]: plain(() => undefined),
    ...peerCommands(`${side}_PEER`, (exchange) => session(exchange)?.peer),
    ...nameCommands(`${side}_LOCAL`, (exchange) => session(exchange)?.local),
  }
}

type Of = (exchange: Exchange) => CertificateIdentity | null | undefined

function nameCommands(name: string, of: Of): Record<string, Compile> {
  return {
    [`${name}_URI_SAN`]: field(of, ({ uriSans }) => uriSans.join(',')),
    [`${name}_DNS_SAN`]: field(of, ({ dnsSans }) => dnsSans.join(',')),
    [`${name}_IP_SAN`]: field(of, ({ ipSans }) => ipSans.join(',')),
    [`${name}_EMAIL_SAN`]: field(of, ({ emailSans }) => emailSans.join(',')),
    [`${name}_SUBJECT`]: field(of, ({ subject }) => subject),
  }
}

function peerCommands(name: string, of: Of): Record<string, Compile> {
  return {
    ...nameCommands(name, of),
    [`${name}_ISSUER`]: field(of, ({ issuer }) => issuer),
    [`${name}_SERIAL`]: field(of, ({ serialNumber }) => serialNumber),
    [`${name}_FINGERPRINT_256`]: field(of, ({ fingerprint256 }) => fingerprint256),
    [`${name}_FINGERPRINT_1`]: field(of, ({ fingerprint1 }) => fingerprint1),
    [`${name}_CERT`]: field(of, encodeCertificate),
    [`${name}_CERT_V_START`]: timeCommand(of, ({ validFromMs }) => validFromMs),
    [`${name}_CERT_V_END`]: timeCommand(of, ({ validToMs }) => validToMs),
  }
}

function field(of: Of, read: (identity: CertificateIdentity) => string): Compile {
  return plain((exchange) => {
    const identity = of(exchange)
    return identity === null || identity === undefined ? undefined : read(identity)
  })
}

function timeCommand(of: Of, read: (identity: CertificateIdentity) => number): Compile {
  return ({ args }, path) => {
    const format = compileTimeFormat(args, path)
    return (exchange) => {
      const identity = of(exchange)
      return identity === null || identity === undefined ? undefined : format(read(identity))
    }
  }
}

function plain(read: Extract): Compile {
  return () => (exchange) => read(exchange) || undefined
}
