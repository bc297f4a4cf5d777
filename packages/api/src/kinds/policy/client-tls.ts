import { flag, list, message, type Of, text, words } from '../../schema/fields.ts'

export const ClientTLSSettings = message(
  {},
  {
    mode: words('DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'),
    clientCertificate: text,
    privateKey: text,
    caCertificates: text,
    credentialName: text,
    subjectAltNames: list(text),
    sni: text,
    insecureSkipVerify: flag,
    caCrl: text,
  },
)
export type ClientTLSSettings = Of<typeof ClientTLSSettings>
