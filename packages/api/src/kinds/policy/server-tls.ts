import { flag, list, message, type Of, text, words } from '../../schema/fields.ts'

export const TLSCertificate = message({}, { serverCertificate: text, privateKey: text, caCertificates: text })
export type TLSCertificate = Of<typeof TLSCertificate>

export const ServerTLSSettings = message(
  {},
  {
    httpsRedirect: flag,
    mode: words('PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL'),
    serverCertificate: text,
    privateKey: text,
    caCertificates: text,
    caCrl: text,
    credentialName: text,
    credentialNames: list(text),
    caCertCredentialName: text,
    tlsCertificates: list(TLSCertificate),
    subjectAltNames: list(text),
    verifyCertificateSpki: list(text),
    verifyCertificateHash: list(text),
    minProtocolVersion: words('TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'),
    maxProtocolVersion: words('TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'),
    cipherSuites: list(text),
    insecureSkipVerify: flag,
  },
)
export type ServerTLSSettings = Of<typeof ServerTLSSettings>
