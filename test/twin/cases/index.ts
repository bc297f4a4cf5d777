import type { Suite } from '../case.ts'
import { bodies } from './bodies.ts'
import { connections } from './connections.ts'
import { headers } from './headers.ts'
import { hosts } from './hosts.ts'
import { malformed } from './malformed.ts'
import { match } from './match.ts'
import { replies } from './replies.ts'
import { retries } from './retries.ts'
import { rewrite } from './rewrite.ts'

export const suites: readonly Suite[] = [
  match,
  hosts,
  rewrite,
  replies,
  headers,
  bodies,
  connections,
  malformed,
  retries,
]
