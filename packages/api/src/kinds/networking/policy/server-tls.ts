import { about, flag, list, message, type Of, text, words } from '../../../schema/fields.ts'

const TLSCertificate = message(
  {},
  {
    serverCertificate: about('File with the certificate.', text),
    privateKey: about('File with the key.', text),
    caCertificates: about('File with the roots of clients.', text),
  },
)

export const ServerTLSSettings = message(
  {},
  {
    httpsRedirect: about('Whether HTTP is answered with a redirect to HTTPS.', flag, false),
    mode: about(
      'SIMPLE ends TLS here; MUTUAL asks clients for certificates; PASSTHROUGH passes TLS on.',
      words('PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL'),
    ),
    serverCertificate: about('File with the certificate.', text),
    privateKey: about('File with the key.', text),
    caCertificates: about('File with the roots of clients.', text),
    caCrl: about('File with revoked certificates.', text),
    credentialName: about('Secret with certificate and key, in the namespace of the gateway.', text),
    credentialNames: about('Two Secrets: RSA and ECDSA.', list(text, [1])),
    caCertCredentialName: about('Secret or ConfigMap with the roots of clients.', text),
    tlsCertificates: about('Two pairs of files: RSA and ECDSA.', list(TLSCertificate, [1])),
    subjectAltNames: about('Names that certificates of clients must have.', list(text)),
    verifyCertificateSpki: about('Hashes of keys that clients may have.', list(text)),
    verifyCertificateHash: about('Hashes of certificates that clients may have.', list(text)),
    minProtocolVersion: about(
      'Oldest version.',
      words('TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'),
      'TLSV1_2',
    ),
    maxProtocolVersion: about('Newest version.', words('TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3')),
    cipherSuites: about('Of TLS 1.2.', list(text)),
    insecureSkipVerify: about('Whether certificates of clients are not checked.', flag, false),
  },
)
export type ServerTLSSettings = Of<typeof ServerTLSSettings>
