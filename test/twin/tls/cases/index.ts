import type { Scene } from '../case.ts'
import { chains } from './chains.ts'
import { origination } from './origination.ts'
import { pools } from './pools.ts'
import { secrets } from './secrets.ts'
import { termination } from './termination.ts'
import { clientCertificateHeader, validation } from './validation.ts'

export const scenes: readonly Scene[] = [
  ...termination,
  ...validation,
  ...clientCertificateHeader,
  ...chains,
  ...origination,
  ...pools,
  ...secrets,
]
