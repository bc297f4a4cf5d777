import type { ClientCertificateConfig } from '../config/model.ts'
import { encodeCertificate, encodeChain } from '../tls/encoded-certificate.ts'
import type { TlsSession } from '../tls/tls-session.ts'
import type { HeaderList } from './header-list.ts'

const NAME = 'x-forwarded-client-cert'

/**
 * Brings x-forwarded-client-cert to what the configuration says (Envoy: forward_client_cert_details). Only clients that
 * showed a certificate can vouch for the ones before them; from all others the header is dropped.
 *
 * @param config undefined = it is dropped (Envoy's default)
 */
export function prepareClientCertificate(
  headers: HeaderList,
  config: ClientCertificateConfig | undefined,
  session: TlsSession | null,
): void {
  if (config?.forward === 'always-forward') return
  if (config === undefined || session === null || session.peer === null) {
    headers.remove(NAME)
    return
  }
  if (config.forward === 'forward') return
  const value = describeClient(session, config.details)
  const before = config.forward === 'append' ? headers.getCombined(NAME) : undefined
  headers.set(NAME, before === undefined || before === '' ? value : `${before},${value}`)
}

/** One element: who we are, the client's certificate, and the details that are wanted. */
function describeClient({ local, peer }: TlsSession, details: ClientCertificateConfig['details']): string {
  if (peer === null) return ''
  const parts: string[] = []
  const [own] = local?.uriSans ?? []
  if (own !== undefined) parts.push(`By=${own}`)
  parts.push(`Hash=${peer.fingerprint256}`)
  for (const detail of details) {
    if (detail === 'subject') parts.push(`Subject="${peer.subject}"`)
    else if (detail === 'cert') parts.push(`Cert="${encodeCertificate(peer)}"`)
    else if (detail === 'chain') parts.push(`Chain="${encodeChain(peer)}"`)
    else if (detail === 'uri') parts.push(`URI=${peer.uriSans[0] ?? ''}`)
    else parts.push(...peer.dnsSans.map((name) => `DNS=${name}`))
  }
  return parts.join(';')
}
