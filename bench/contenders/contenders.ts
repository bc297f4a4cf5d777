import { requiredTool } from '../required-tool.ts'
import type { Contender, ContenderName } from './contender.ts'
import { envoy } from './envoy.ts'
import { haproxy } from './haproxy.ts'
import { mizzen } from './mizzen.ts'
import { nginx } from './nginx.ts'

interface Entrant {
  readonly name: ContenderName
  /** @param profileFolder for CPU profiles, where the contender can make them */
  readonly make: (profileFolder?: string) => Contender
}

/** All there are, in the order in which they take turns. A tool is looked up only for those that take part. */
export const CONTENDERS: readonly Entrant[] = [
  { name: 'mizzen', make: mizzen },
  { name: 'envoy', make: () => envoy(requiredTool('envoy')) },
  { name: 'nginx', make: () => nginx(requiredTool('nginx')) },
  { name: 'haproxy', make: () => haproxy(requiredTool('haproxy')) },
]
