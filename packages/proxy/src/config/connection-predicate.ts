/** envoy.config.listener.v3.ListenerFilterChainMatchPredicate: which connections something is about. */
export type ConnectionPredicate =
  | { readonly kind: 'any' }
  | { readonly kind: 'not'; readonly rule: ConnectionPredicate }
  | { readonly kind: 'and' | 'or'; readonly rules: readonly ConnectionPredicate[] }
  /** Ports from `start` to below `end`. */
  | { readonly kind: 'destination-port'; readonly start: number; readonly end: number }
