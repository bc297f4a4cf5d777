import type { CertificateFiles } from '../../test/certificate-files.ts'
import type { Contender } from '../contenders/contender.ts'
import type { Upstreams } from '../upstream/upstreams.ts'

/** What every row of one bench run has in common. */
export interface Setting {
  /** Length of one measurement. */
  readonly seconds: number
  /** How often each contender is measured. */
  readonly runs: number
  /** In the order in which they take turns. */
  readonly contenders: readonly Contender[]
  readonly upstreams: Upstreams
  /** ECDSA P-256. */
  readonly certificates: CertificateFiles
  /** RSA 2048. */
  readonly rsaCertificates: CertificateFiles
  /** The binaries of the load clients. */
  readonly wrk: string
  readonly h2load: string
  readonly openssl: string
  /** In memory where there is such a folder; what is written there is removed at the end. */
  readonly folder: string
  /** Ends the bench early; it rejects, and everything it started ends. */
  readonly signal: AbortSignal
  /** Progress, one line each. */
  readonly say: (line: string) => void
}
