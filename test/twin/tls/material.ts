import { TestAuthority, type TestCertificate } from '../../certificates.ts'

/** Certificates of all cases, made once: both data planes get the same. */
export interface Material {
  readonly mesh: TestAuthority
  readonly other: TestAuthority
  readonly certificates: Readonly<Record<CertificateName, TestCertificate>>
  /** Of the mesh's authority; it revokes `revoked`. */
  readonly crl: string
}

export type CertificateName = (typeof NAMES)[number]

const NAMES = [
  'alpha',
  'beta',
  'wild',
  'client',
  'second',
  'stranger',
  'expired',
  'revoked',
  'deep',
  'serverOnly',
  'upstream',
  'rotated',
] as const

/** SPIFFE ids within the mesh's trust domain. */
export const spiffe = (account: string) => `spiffe://cluster.local/ns/default/sa/${account}`

export async function makeMaterial(): Promise<Material> {
  const mesh = await TestAuthority.create('mesh')
  const other = await TestAuthority.create('other')
  const below = await mesh.intermediate('below')
  const issue = async (name: CertificateName): Promise<TestCertificate> => {
    switch (name) {
      case 'alpha':
        return mesh.issue({ commonName: 'alpha', dns: ['alpha.test'], uris: [spiffe('alpha')] })
      case 'beta':
        return mesh.issue({ commonName: 'beta', dns: ['beta.test', 'b2.test'], uris: [spiffe('beta')] })
      case 'wild':
        return mesh.issue({ commonName: 'wild', dns: ['*.wild.test'] })
      case 'client':
        return mesh.issue({
          commonName: 'client',
          organization: 'x',
          uris: [spiffe('client')],
          dns: ['c1.test', 'c2.test'],
        })
      case 'second':
        return mesh.issue({ commonName: 'second', uris: [spiffe('second')] })
      case 'stranger':
        return other.issue({ commonName: 'stranger', uris: [spiffe('client')] })
      case 'expired':
        return mesh.issue({ commonName: 'expired', uris: [spiffe('client')], fromDays: -3, toDays: -2 })
      case 'revoked':
        return mesh.issue({ commonName: 'revoked', uris: [spiffe('client')] })
      case 'deep':
        return below.issue({ commonName: 'deep', uris: [spiffe('client')] })
      case 'serverOnly':
        return mesh.issue({ commonName: 'serverOnly', uris: [spiffe('client')], usages: ['server'] })
      case 'upstream':
        return mesh.issue({ commonName: 'upstream', dns: ['upstream.test'], uris: [spiffe('upstream')] })
      case 'rotated':
        return mesh.issue({ commonName: 'rotated', dns: ['alpha.test'], uris: [spiffe('alpha')] })
    }
  }
  const entries = await Promise.all(NAMES.map(async (name) => [name, await issue(name)] as const))
  const certificates = Object.fromEntries(entries) as Record<CertificateName, TestCertificate>
  return { mesh, other, certificates, crl: await mesh.revoke(certificates.revoked) }
}
