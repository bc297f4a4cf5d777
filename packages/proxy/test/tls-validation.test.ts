import { X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { TestAuthority, type TestCertificate } from '../../../test/certificates.ts'
import { ConfigNode } from '../src/config/config-node.ts'
import { readValidation } from '../src/config/read-secret.ts'
import { identityOf } from '../src/tls/certificate-identity.ts'
import { ContextCache } from '../src/tls/context-cache.ts'
import { IdentityCache } from '../src/tls/identity-cache.ts'
import { PeerValidation } from '../src/tls/peer-validation.ts'

let mesh: TestAuthority
let client: TestCertificate

beforeAll(async () => {
  mesh = await TestAuthority.create('mesh')
  client = await mesh.issue({
    commonName: 'client',
    dns: ['c.test'],
    uris: ['spiffe://cluster.local/ns/a/sa/b'],
    ips: ['10.0.0.1', 'fd00::1'],
    emails: ['a@b.test'],
  })
})

const identity = () => identityOf(new X509Certificate(client.chain))
const validation = (fields: object) =>
  new PeerValidation(ConfigNode.read(fields, '', readValidation), new ContextCache(), 'v')
const trusting = (fields: object) => validation({ trusted_ca: { inline_string: mesh.root }, ...fields })
const san = (san_type: string, matcher: object) => ({ match_typed_subject_alt_names: [{ san_type, matcher }] })

describe('validation of peers', () => {
  it.each([
    ['URI', { exact: 'spiffe://cluster.local/ns/a/sa/b' }, true],
    ['URI', { exact: 'spiffe://cluster.local/ns/a/sa/B' }, false],
    ['URI', { prefix: 'spiffe://cluster.local/' }, true],
    ['URI', { suffix: '/sa/b' }, true],
    ['URI', { contains: '/ns/a/' }, true],
    ['URI', { safe_regex: { regex: 'spiffe://cluster.local/ns/a' } }, false],
    ['URI', { safe_regex: { regex: 'spiffe://cluster.local/ns/a/.*' } }, true],
    ['DNS', { exact: 'C.test' }, true],
    ['DNS', { exact: 'spiffe://cluster.local/ns/a/sa/b' }, false],
    ['IP_ADDRESS', { exact: '10.0.0.1' }, true],
    ['IP_ADDRESS', { exact: 'fd00:0::1' }, true],
    ['IP_ADDRESS', { exact: '10.0.0.2' }, false],
    ['EMAIL', { exact: 'a@b.test' }, true],
  ])('%s %j: %s', (type, matcher, good) => {
    expect(trusting(san(type, matcher)).check(identity(), '', '') === null).toBe(good)
  })

  it('wants any of the names, and the one that was asked for', () => {
    const either = trusting({
      match_typed_subject_alt_names: [
        { san_type: 'URI', matcher: { exact: 'spiffe://x' } },
        { san_type: 'DNS', matcher: { exact: 'c.test' } },
      ],
    })
    expect(either.check(identity(), '', '')).toBeNull()
    expect(either.check(identity(), '', 'c.test')).toBeNull()
    expect(either.check(identity(), '', 'd.test')).toMatchObject({ counter: 'failVerifySan' })
  })

  it('heeds what the library found, before anything else', () => {
    const failure = trusting({}).check(identity(), 'certificate has expired', '')
    expect(failure).toEqual({
      counter: 'failVerifyError',
      reason: 'X509_verify_cert: certificate verification error at depth 0: certificate has expired',
    })
  })

  it('refuses names that nobody vouches for, and roots that are none', () => {
    expect(() => validation(san('URI', { exact: 'spiffe://x' }))).toThrow(/without trusted CA is insecure/)
    expect(() => validation({ trusted_ca: { inline_string: 'no PEM' } })).toThrow(/no certificate in PEM form/)
    expect(() => validation({ trusted_ca: { filename: '/does/not/exist' } })).toThrow(/cannot read the file/)
  })

  it.each([
    [{ allow_expired_certificate: true }, 'allow_expired_certificate'],
    [{ max_verify_depth: 1 }, 'max_verify_depth'],
    [{ only_verify_leaf_cert_crl: true }, 'only_verify_leaf_cert_crl'],
    [{ trusted_ca: { environment_variable: 'X' } }, 'trusted_ca'],
    [{ require_ocsp_staple: true }, 'require_ocsp_staple'],
  ])('refuses %j rather than to let more in than was meant', (fields, path) => {
    expect(() => validation(fields)).toThrow(expect.objectContaining({ path }))
  })

  it('reads a certificate once', () => {
    const cache = new IdentityCache()
    const [one, other] = [new X509Certificate(client.chain), new X509Certificate(client.chain)]
    expect(cache.of(one)).toBe(cache.of(other))
    expect(cache.size).toBe(1)
  })
})
