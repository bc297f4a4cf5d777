import { appendFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Clock, createLogger, type Logger, type Random } from '@mizzen/base'
import type { Local } from '@mizzen/local'
import type { Store } from '@mizzen/store'
import type { Io } from '../io.ts'
import { ApiClient } from '../mesh/api-client.ts'
import { type TelemetryOptions, telemetryArguments } from '../mesh/telemetry-options.ts'
import { ControlPlaneChild } from './control-plane-child.ts'
import { checkPort, choosePort } from './ports.ts'
import { makeStateDir, type StateDir } from './state-dir.ts'

export interface MeshOptions extends TelemetryOptions {
  readonly directory: string
  readonly gatewayPort: number
  /** Undefined: the usual port, or a free one if it is taken. */
  readonly apiPort?: number
  readonly xdsPort?: number
  /** Undefined: a folder that is removed at the end. */
  readonly state?: string
}

export interface MeshDeps {
  readonly io: Io
  readonly clock: Clock
  readonly random: Random
  /** Something that people should know, as one line. */
  readonly say: (line: string) => void
}

/** A mesh on this machine: a control plane process, and Pods that are run from this process. */
export interface Mesh {
  readonly api: string
  readonly xds: string
  readonly gateway: string
  readonly state: string
  readonly client: ApiClient
  readonly store: Store
  readonly local: Local
  readonly controlPlanePid: () => number | undefined
  /** Ends every process that was started, and removes what was written. */
  readonly stop: () => Promise<void>
}

const HOST = '127.0.0.1'
const XDS_PORT = 15_010
const API_PORT = 15_014

/**
 * Starts everything; the parts get ready at the same time and by themselves (`missing` in readiness.ts tells).
 * Throws MizzenError `port-in-use`, `unreadable-directory`, `control-plane-failed`; nothing is left running then.
 */
export async function startMesh(options: MeshOptions, deps: MeshDeps): Promise<Mesh> {
  const { clock, random, say, io } = deps
  await using undo = new AsyncDisposableStack()
  const gatewayPort = await checkPort(HOST, options.gatewayPort, '--gateway-port')
  const xdsPort = await choosePort(HOST, XDS_PORT, '--xds-port', options.xdsPort)
  const apiPort = await choosePort(HOST, API_PORT, '--api-port', options.apiPort)
  const state = await makeStateDir(io, options.state)
  undo.defer(() => state.remove())
  const xds = `${HOST}:${xdsPort}`
  const controlPlane = new ControlPlaneChild({
    ...{ directory: options.directory, stateDir: state.path, clock, random, xds, api: `${HOST}:${apiPort}` },
    further: telemetryArguments(options),
    logFile: join(state.path, 'logs', 'control-plane.log'),
    onRestart: (reason) => say(`the control plane ended (${reason}) and is started again; traffic goes on`),
  })
  const started = controlPlane.start()
  const parts = startLocal({ ...options, gatewayPort }, state, xdsPort, deps)
  // Both end at the same time, whichever of them failed to start.
  undo.defer(async () => {
    const stopLocal = parts.then(({ stop }) => stop(), nothing)
    await Promise.all([stopLocal, controlPlane.stop()])
  })
  const [{ store, local }] = await Promise.all([parts, started])
  const all = undo.move()
  const api = `http://${HOST}:${apiPort}`
  return {
    ...{ api, xds, state: state.path, client: new ApiClient(api) },
    gateway: `http://${HOST}:${gatewayPort}`,
    ...{ store, local },
    controlPlanePid: () => controlPlane.pid,
    stop: () => all.disposeAsync(),
  }
}

/** What failed to start needs no end. */
function nothing(): void {}

interface LocalParts {
  readonly store: Store
  readonly local: Local
  readonly stop: () => Promise<void>
}

async function startLocal(options: MeshOptions, state: StateDir, xdsPort: number, deps: MeshDeps): Promise<LocalParts> {
  const { clock, random, io } = deps
  const [{ createDirectoryStore }, { createLocal }] = await Promise.all([
    import('@mizzen/store'),
    import('@mizzen/local'),
  ])
  const logger = createMeshLogger(join(state.path, 'logs', 'up.log'), deps)
  await using undo = new AsyncDisposableStack()
  const store = await createDirectoryStore({
    directories: [options.directory],
    overlay: join(state.path, 'objects'),
    runtime: join(state.path, 'runtime'),
    writes: 'runtime',
    clock,
  })
  undo.defer(() => store.close())
  const local = createLocal({
    ...{ store, clock, random, logger: logger.scope('local') },
    settings: {
      directory: options.directory,
      stateDir: state.path,
      proxyCommand: proxyCommand(),
      proxyEnvironment: proxyEnvironment(io),
      nodeBinDir: dirname(process.execPath),
      environment: io.env,
      xds: { host: HOST, port: xdsPort },
      gatewayPort: options.gatewayPort,
    },
  })
  undo.defer(() => local.close())
  await local.start()
  const parts = undo.move()
  return { store, local, stop: () => parts.disposeAsync() }
}

const LAUNCHER = new URL('../../bin/mizzen.js', import.meta.url).pathname

function proxyCommand(): readonly string[] {
  return [process.execPath, LAUNCHER]
}

/** Compiled code is shared by all proxies, and with the launcher's. One arena keeps a small process small. */
function proxyEnvironment(io: Io): Readonly<Record<string, string>> {
  const cache = join(io.env.HOME ?? homedir(), '.cache', 'mizzen', 'compile-cache')
  return { NODE_COMPILE_CACHE: cache, MALLOC_ARENA_MAX: '1' }
}

/** Everything goes to a file; what somebody may have to act on is said, too. */
function createMeshLogger(file: string, { say }: MeshDeps): Logger {
  return createLogger({
    scope: 'up',
    write: (line) => {
      append(file, line)
      const [, level, , ...message] = line.trimEnd().split('\t')
      if (level === 'warn' || level === 'error') say(message.join(' '))
    },
  })
}

/** A disk that is full takes no log, and the mesh goes on. */
function append(file: string, line: string): void {
  try {
    appendFileSync(file, line)
  } catch {
    // What somebody may have to act on is said anyway.
  }
}
