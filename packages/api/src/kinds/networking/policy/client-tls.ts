import { about, flag, list, message, type Of, text, words } from '../../../schema/fields.ts'

export const ClientTLSSettings = message(
  {},
  {
    mode: about(
      'ISTIO_MUTUAL uses the certificates of the mesh.',
      words('DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'),
    ),
    clientCertificate: about('File with the own certificate.', text),
    privateKey: about('File with the own key.', text),
    caCertificates: about('File with the roots; those of the system by default.', text),
    credentialName: about('Secret with the certificates, in the namespace of the proxy.', text),
    subjectAltNames: about('Names that the certificate of the host must have.', list(text)),
    sni: about('Server name that is sent.', text),
    insecureSkipVerify: about('Whether the certificate of the host is not checked.', flag, false),
    caCrl: about('File with revoked certificates.', text),
  },
)
export type ClientTLSSettings = Of<typeof ClientTLSSettings>
