import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type KeyType, TestAuthority } from './certificates.ts'

/** PEM files of a workload's identity. */
export interface CertificateFiles {
  /** The leaf. */
  readonly chain: string
  readonly key: string
  readonly root: string
}

/** A certificate for a SPIFFE id and 127.0.0.1 under an authority of its own, written into the folder. */
export async function writeCertificateFiles(
  folder: string,
  spiffeId: string,
  keyType: KeyType = 'ec',
): Promise<CertificateFiles> {
  const authority = await TestAuthority.create('cluster.local')
  const { chain, key } = await authority.issue({ uris: [spiffeId], ips: ['127.0.0.1'], dns: ['localhost'], keyType })
  const write = (name: string, pem: string) => {
    const file = join(folder, name)
    writeFileSync(file, pem, { mode: 0o600 })
    return file
  }
  return { chain: write('chain.pem', chain), key: write('key.pem', key), root: write('root.pem', authority.root) }
}
