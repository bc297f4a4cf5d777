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
import { smuggling } from './smuggling.ts'
import { targets } from './targets.ts'
import { upstreamFaults } from './upstream-faults.ts'

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
  targets,
  smuggling,
  upstreamFaults,
]
