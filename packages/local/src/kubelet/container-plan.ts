import type { Container, Probe } from '@mizzen/api'
import type { ProcessSpec } from '../process/process-group.ts'
import type { CheckResult } from './prober.ts'

/** Why a container can't be started, in the words of a container's waiting state. */
export interface Obstacle {
  readonly reason: string
  readonly message: string
}

export function isObstacle(process: ProcessSpec | Obstacle): process is Obstacle {
  return 'reason' in process
}

/** All that running one container takes; decided once, when its Pod gets its address. */
export interface ContainerPlan {
  readonly name: string
  readonly image: string
  readonly process: ProcessSpec | Obstacle
  readonly probes: { readonly startup?: Probe; readonly readiness?: Probe; readonly liveness?: Probe }
  readonly check: (probe: Probe, timeoutMs: number) => Promise<CheckResult>
}

/** The probes of a container, by what they are for. */
export function probesOf(container: Container): ContainerPlan['probes'] {
  return {
    startup: container.startupProbe,
    readiness: container.readinessProbe,
    liveness: container.livenessProbe,
  }
}
