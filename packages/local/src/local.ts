import { configLookup } from './config-lookup.ts'
import type { Local, LocalOptions } from './contract.ts'
import { ControllerManager } from './controllers/controller-manager.ts'
import { removeLeftovers } from './controllers/leftovers.ts'
import { RuntimeWriter } from './controllers/runtime-writer.ts'
import { Kubelet } from './kubelet/kubelet.ts'
import { commandExecutor } from './kubelet/probe-command.ts'
import { LoopbackAddresses } from './network/loopback-addresses.ts'
import { assertPortFree } from './network/port-check.ts'
import { PrivatePorts } from './network/private-ports.ts'
import { describePod } from './pod-summary.ts'
import { readLastLine } from './process/last-line.ts'
import { processStarter } from './process/process-group.ts'
import { startWatchdog } from './process/watchdog.ts'
import { DEFAULT_GATEWAY_ADDRESS } from './settings.ts'

/** From SIGTERM to SIGKILL when everything ends. */
const CLOSE_GRACE_MS = 3_000

/** A small kubelet and the controllers that tell it what to run. Nothing happens before `start`. */
export function createLocal(options: LocalOptions): Local {
  const { store, settings, clock, random, logger } = options
  const watchdog = options.watchdog ?? startWatchdog()
  const startProcess = processStarter(watchdog)
  const listeners = new Set<() => void>()
  const firstReady = Promise.withResolvers<void>()
  const kubelet = new Kubelet(
    {
      ...options,
      addresses: new LoopbackAddresses(random),
      privatePorts: new PrivatePorts(random),
      startProcess,
      readLastLine,
      execute: commandExecutor(startProcess, clock),
      config: configLookup(store),
    },
    () => {
      controllers.wake()
      for (const listener of listeners) listener()
    },
  )
  const writer = new RuntimeWriter(store, clock, logger)
  const controllers = new ControllerManager({
    store,
    writer,
    kubelet,
    settings,
    clock,
    random,
    onSettled: () => firstReady.resolve(writer.written()),
  })
  return {
    async start() {
      await assertPortFree(settings.gatewayAddress ?? DEFAULT_GATEWAY_ADDRESS, settings.gatewayPort, '--gateway-port')
      await removeLeftovers(store)
      await kubelet.start()
      controllers.start()
    },
    ready: firstReady.promise,
    pods: () => kubelet.pods().map(describePod),
    watchPods(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    deletePod: (namespace, name) => kubelet.terminate(`Pod/${namespace}/${name}`),
    async close() {
      controllers.stop()
      await kubelet.close(CLOSE_GRACE_MS)
      await writer.close()
      if (options.watchdog === undefined) await watchdog.close()
    },
  }
}
