import type { HttpService } from '../http/http-service.ts'
import type { TcpService } from '../tcp/tcp-service.ts'

/** The end of a filter chain, compiled: what serves its connections. */
export type NetworkService =
  | { readonly kind: 'http'; readonly http: HttpService }
  | { readonly kind: 'tcp'; readonly tcp: TcpService }
  /** Its configuration has not come whole: it takes no connection. */
  | { readonly kind: 'missing' }
