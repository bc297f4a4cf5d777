import type { Clock, Logger, Random } from '@mizzen/base'
import type { LoopbackAddresses } from '../network/loopback-addresses.ts'
import type { PrivatePorts } from '../network/private-ports.ts'
import type { StartProcess } from '../process/process-group.ts'
import type { LocalSettings } from '../settings.ts'
import type { ConfigLookup } from './declared-variables.ts'
import type { Execute } from './probe-command.ts'

/** What Pods need of the machine that they run on. */
export interface PodHost {
  readonly settings: LocalSettings
  readonly addresses: LoopbackAddresses
  readonly privatePorts: PrivatePorts
  readonly startProcess: StartProcess
  readonly readLastLine: (logPath: string) => string | undefined
  readonly execute: Execute
  /** ConfigMaps and Secrets of a namespace. */
  readonly config: (namespace: string) => ConfigLookup
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}
