import type { CertificateIdentity } from './certificate-identity.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '%0A',
  ' ': '%20',
  '+': '%2B',
  '/': '%2F',
  '=': '%3D',
}

/** The certificate in PEM form, with the characters escaped that mean something in a header or URL (as Envoy). */
export function encodeCertificate({ certificate }: CertificateIdentity): string {
  return encodePem(certificate.toString())
}

/** The certificate and those that it was issued through, as far as the peer has shown them. */
export function encodeChain({ certificate }: CertificateIdentity): string {
  let text = ''
  for (
    let one: typeof certificate | undefined = certificate, depth = 0;
    one !== undefined && depth < MAX_CHAIN;
    depth += 1
  ) {
    text += encodePem(one.toString())
    one = one.issuerCertificate
  }
  return text
}

const MAX_CHAIN = 10

function encodePem(pem: string): string {
  return pem.replaceAll(/[\n +/=]/g, (character) => ESCAPES[character] as string)
}
