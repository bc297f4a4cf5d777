/** Why a request does not get anywhere; the names are Istio's. */
export type CallError =
  | 'ErrNoListener'
  | 'ErrNoFilterChain'
  | 'ErrMultipleFilterChain'
  | 'ErrTLSError'
  | 'ErrMTLSError'
  | 'ErrProtocolError'
  | 'ErrNoVirtualHost'
  | 'ErrTLSRedirect'
  | 'ErrNoRoute'

/** One step of the way, and the object that made it so. */
export interface Reason {
  readonly step:
    | 'listener'
    | 'filterChain'
    | 'tls'
    | 'routeConfig'
    | 'virtualHost'
    | 'route'
    | 'cluster'
    | 'endpoint'
    | 'policies'
  /** `Kind/namespace/name`; null where no object of the user's is behind it. */
  readonly resource: string | null
  readonly file: string | null
  readonly line: number | null
  /** One sentence for people. */
  readonly message: string
}

/** Where a request goes. Null from the step on that it does not get to. */
export interface Explanation {
  readonly listener: string | null
  readonly filterChain: string | null
  readonly routeConfig: string | null
  readonly virtualHost: string | null
  /** '' for a route without a name. */
  readonly route: string | null
  /** What the proxy answers itself, without a cluster: `answers 404 itself`. */
  readonly answer: string | null
  /** The likeliest, if the route splits. */
  readonly cluster: string | null
  /** All that the route splits between, with their shares in percent. */
  readonly clusters: readonly { readonly name: string; readonly percent: number }[]
  /** `address:port` of one that may be picked. */
  readonly endpoint: string | null
  readonly error: CallError | null
  readonly because: readonly Reason[]
}

export const NOWHERE: Explanation = {
  listener: null,
  filterChain: null,
  routeConfig: null,
  virtualHost: null,
  route: null,
  answer: null,
  cluster: null,
  clusters: [],
  endpoint: null,
  error: null,
  because: [],
}
