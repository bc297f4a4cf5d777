/** What Envoy's TLS library (BoringSSL) can be told to use below TLS 1.3. */
const SUITES: ReadonlySet<string> = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-PSK-AES128-CBC-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'ECDHE-PSK-AES256-CBC-SHA',
  'ECDHE-PSK-CHACHA20-POLY1305',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
  'PSK-AES128-CBC-SHA',
  'PSK-AES256-CBC-SHA',
  'DES-CBC3-SHA',
  'ALL',
  'HIGH',
])

/** A suite, suites of equal preference as `[A|B]`, or either with an operator before it (`-`, `+`, `!`). */
export function isCipherSuite(text: string): boolean {
  const bare = text.replace(/^[-+!]/, '')
  const group = /^\[(.+)\]$/.exec(bare)
  return (group === null ? [bare] : group[1]!.split('|')).every((suite) => SUITES.has(suite))
}
