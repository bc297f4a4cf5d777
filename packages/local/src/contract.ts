import type { Clock, Logger, Random } from '@mizzen/base'
import type { Store } from '@mizzen/store'
import type { Watchdog } from './process/watchdog.ts'
import type { LocalSettings } from './settings.ts'

export interface LocalOptions {
  /**
   * What the user wants, and, as its `runtime` layer, what there is: this writes ReplicaSets, Pods, EndpointSlices, the
   * built-in ingress gateway and the status of Deployments. Runtime objects of an earlier run are removed by `start`. A
   * Pod in it that has a deletionTimestamp, or that vanishes, is ended.
   */
  readonly store: Store
  readonly settings: LocalSettings
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Shared with whoever starts other processes that must not outlive this program; one of its own by default. */
  readonly watchdog?: Watchdog
}

/** One Pod, for people. */
export interface LocalPod {
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** '' until it has one. */
  readonly ip: string
  readonly phase: string
  readonly ready: boolean
  readonly terminating: boolean
  readonly gateway: boolean
  readonly restarts: number
  /** What keeps it from being ready; '' if it is. */
  readonly message: string
}

/** Pods as processes of this machine. */
export interface Local {
  /**
   * Begins to run what the store holds. Throws MizzenError `port-in-use` if the gateway's port is taken; nothing was
   * started then.
   */
  start(): Promise<void>
  /**
   * Resolves once every Deployment has all its Pods ready for the first time, and the store has their endpoints; never
   * rejects.
   */
  readonly ready: Promise<void>
  pods(): readonly LocalPod[]
  /** Calls `listener` after every change of `pods()`. Returns the call that ends it. */
  watchPods(listener: () => void): () => void
  /** Ends a Pod gracefully, as `kubectl delete pod`; its ReplicaSet replaces it at once. False if there is none. */
  deletePod(namespace: string, name: string): boolean
  /** Ends every process that was started (SIGTERM, then SIGKILL after 3 s) and resolves when they are gone. */
  close(): Promise<void>
}
