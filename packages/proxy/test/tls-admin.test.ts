import { silentLogger } from '@mizzen/base'
import { beforeAll, describe, expect, it } from 'vitest'
import { TestAuthority, type TestCertificate } from '../../../test/certificates.ts'
import { certsJson, daysUntilFirstExpiry } from '../src/admin/certs-page.ts'
import { redacted } from '../src/admin/redacted.ts'
import { certificatesOf } from '../src/tls/certificate-view.ts'
import { ClientTls } from '../src/tls/client-tls.ts'
import { ContextCache } from '../src/tls/context-cache.ts'
import { IdentityCache } from '../src/tls/identity-cache.ts'
import { SecretStore } from '../src/tls/secret-store.ts'
import { TlsStats } from '../src/tls/tls-stats.ts'
import { certificateSecret, secretReference, upstream } from './tls-fixture.ts'

let mesh: TestAuthority
let client: TestCertificate

beforeAll(async () => {
  mesh = await TestAuthority.create('mesh')
  client = await mesh.issue({
    uris: ['spiffe://cluster.local/ns/a/sa/b'],
    dns: ['a.test'],
    ips: ['10.0.0.1'],
    toDays: 10,
  })
})

const deps = () => ({
  secrets: new SecretStore(),
  identities: new IdentityCache(),
  contexts: new ContextCache(),
  logger: silentLogger,
})

describe('certificates in use', () => {
  it("are shown as Envoy's", () => {
    const used = [certificatesOf(new ClientTls(upstream(mesh, client), deps(), new TlsStats()))]
    const now = Date.now()
    expect(JSON.parse(JSON.stringify(used))).toEqual(used)
    expect(certsJson(used, now)).toMatchObject({
      certificates: [
        {
          ca_cert: [{ path: '<inline>', days_until_expiration: '364' }],
          cert_chain: [
            {
              path: '<inline>',
              serial_number: client.certificate.serialNumber,
              subject_alt_names: [
                { dns: 'a.test' },
                { uri: 'spiffe://cluster.local/ns/a/sa/b' },
                { ip_address: '10.0.0.1' },
              ],
              days_until_expiration: '9',
              valid_from: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
            },
          ],
        },
      ],
    })
    expect(daysUntilFirstExpiry(used, now)).toBe(9)
    expect(daysUntilFirstExpiry(used, now + 11 * 86_400_000)).toBe(0)
    expect(daysUntilFirstExpiry([], now)).toBe(4_294_967_295)
  })

  it('are read once, and share a context, however many clusters use them', () => {
    const shared = deps()
    shared.secrets.put(certificateSecret('own', client))
    const config = upstream(mesh)
    const certificates = [{ kind: 'secret', secret: secretReference('own') }] as const
    const all = Array.from({ length: 50 }, (_, index) => {
      return new ClientTls({ ...config, certificates, sni: `s${index}` }, shared, new TlsStats())
    })
    const plans = all.map((tls) => tls.plan('10.0.0.1:80', '', ''))
    expect(new Set(plans.map((plan) => plan?.context)).size).toBe(1)
    expect(new Set(plans.map((plan) => plan?.serverName)).size).toBe(50)
    expect(shared.contexts.size).toBe(1)
  })
})

describe('keys', () => {
  it('are not shown', () => {
    const config = {
      tls_certificates: [
        {
          certificate_chain: { inline_string: 'CHAIN' },
          private_key: { inline_string: 'KEY' },
          password: { inline_bytes: 'UEFTUw==' },
        },
        { privateKey: { inlineBytes: 'S0VZ' } },
        { private_key: { filename: '/certs/key.pem' } },
      ],
      session_ticket_keys: { keys: [{ inline_bytes: 'S0VZ' }] },
    }
    expect(redacted(config)).toEqual({
      tls_certificates: [
        {
          certificate_chain: { inline_string: 'CHAIN' },
          private_key: { inline_string: '[redacted]' },
          password: { inline_bytes: 'W3JlZGFjdGVkXQ==' },
        },
        { privateKey: { inlineBytes: 'W3JlZGFjdGVkXQ==' } },
        { private_key: { filename: '/certs/key.pem' } },
      ],
      session_ticket_keys: { keys: [{ inline_bytes: 'W3JlZGFjdGVkXQ==' }] },
    })
  })
})
