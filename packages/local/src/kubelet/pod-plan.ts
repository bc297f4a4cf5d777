import { resolve } from 'node:path'
import type { Container, Pod } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import { PROXY_CONTAINER } from '@mizzen/injection'
import type { ProcessSpec } from '../process/process-group.ts'
import type { LocalSettings } from '../settings.ts'
import { type ContainerPlan, isObstacle, type Obstacle, probesOf } from './container-plan.ts'
import {
  type ConfigLookup,
  declaredVariables,
  type EnvironmentFacts,
  expand,
  type Variables,
} from './declared-variables.ts'
import { localVariables, machineVariables } from './local-variables.ts'
import { logPath } from './pod-files.ts'
import { checkProbe, type ProbeTarget } from './probe-check.ts'
import type { Execute } from './probe-command.ts'

export interface PodPlanFacts {
  readonly pod: Pod
  readonly podIP: string
  readonly privatePorts: ReadonlyMap<number, number>
  /** Where relative commands and directories start. */
  readonly baseDirectory: string
  readonly config: ConfigLookup
  readonly settings: LocalSettings
  readonly execute: Execute
}

/** How one container of a Pod is to be run. Pure, but for the checks that it hands out. */
export function planContainer(container: Container, facts: PodPlanFacts): ContainerPlan {
  const process = processOf(container, facts)
  const target: ProbeTarget = {
    resolve: portResolver(container, facts),
    ports: container.ports,
    execute: (command, limitMs) =>
      isObstacle(process)
        ? Promise.resolve({ ok: false, message: process.message })
        : facts.execute({ ...process, command }, limitMs),
  }
  return {
    name: container.name,
    image: container.image ?? '',
    process,
    probes: probesOf(container),
    check: (probe, timeoutMs) => checkProbe(probe, target, timeoutMs),
  }
}

function processOf(container: Container, facts: PodPlanFacts): ProcessSpec | Obstacle {
  const entrypoint = container.command ?? (isProxy(container) ? facts.settings.proxyCommand : [])
  if (entrypoint.length === 0) return noCommand(container)
  try {
    const env = variablesOf(container, facts)
    return {
      command: [...entrypoint, ...(container.args ?? [])].map((word) => expand(word, env)),
      cwd: resolve(facts.baseDirectory, container.workingDir ?? '.'),
      env,
      logPath: logPath(facts.settings.stateDir, facts.pod, container.name),
    }
  } catch (error) {
    if (!(error instanceof MizzenError)) throw error
    return { reason: 'CreateContainerConfigError', message: error.message }
  }
}

/** Throws MizzenError `missing-reference`. */
function variablesOf(container: Container, facts: PodPlanFacts): Variables {
  const { environment, nodeBinDir, proxyEnvironment } = facts.settings
  const environmentFacts: EnvironmentFacts = { ...facts, behindSidecar: facts.pod.spec.containers.some(isProxy) }
  const machine = machineVariables(environment, nodeBinDir)
  const declared = declaredVariables(container, environmentFacts)
  if (isProxy(container)) return { ...machine, ...proxyEnvironment, ...declared }
  return { ...machine, ...localVariables(container, declared, environmentFacts) }
}

const isProxy = (container: Container) => container.name === PROXY_CONTAINER

function noCommand(container: Container): Obstacle {
  const image = container.image === undefined ? 'its image' : `image ${container.image}`
  return {
    reason: 'ErrImageNeverPull',
    message: `${image} can't be pulled on one machine: give the container a command`,
  }
}

/** Probes go to the application itself, not through its sidecar: they are about the container. */
function portResolver(container: Container, { podIP, privatePorts }: PodPlanFacts) {
  return (port: number) => {
    const actual = isProxy(container) ? undefined : privatePorts.get(port)
    return actual === undefined ? { host: podIP, port } : { host: '127.0.0.1', port: actual }
  }
}
