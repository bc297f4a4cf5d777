import type { MeshSettings } from '@mizzen/injection'

export interface LocalSettings {
  /** The user's directory: relative commands run here when their object is not in a file of its own. */
  readonly directory: string
  /** Logs (`logs/`) and what proxies need (`proxies/`) are kept here. Must exist. */
  readonly stateDir: string
  /** What the image of the proxy would start: the program `mizzen`. It is given `proxy -c FILE` and `proxyArgs`. */
  readonly proxyCommand: readonly string[]
  /** Further arguments of `mizzen proxy`; by default one thread. */
  readonly proxyArgs?: readonly string[]
  /** Further environment of proxies, such as NODE_COMPILE_CACHE. */
  readonly proxyEnvironment?: Readonly<Record<string, string>>
  /** First in the PATH of every container, so that `node` is the one that Mizzen runs on. */
  readonly nodeBinDir?: string
  /** The environment that this program was started in; containers get PATH, HOME and the like from it, and no more. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The control plane's xDS server. */
  readonly xds: { readonly host: string; readonly port: number }
  /** Where the ingress gateway takes connections. */
  readonly gatewayPort: number
  /** 127.0.0.1 by default: reachable from this machine alone. */
  readonly gatewayAddress?: string
  readonly mesh?: MeshSettings
  /**
   * How long a Pod that goes away still answers, ms, if its proxy has no statistics; 5,000 by default. With statistics it
   * is until nobody has called for a second, and at most half of the Pod's grace period.
   */
  readonly drainMs?: number
}

export const DEFAULT_GATEWAY_ADDRESS = '127.0.0.1'
/** Istio's `terminationDrainDuration`. */
export const DEFAULT_DRAIN_MS = 5_000
