import type { HeadError } from './http1/message-head.ts'

/** Status of the answer to what is no HTTP that may be served; 400 for all others. */
export const REFUSAL_STATUS: Partial<Readonly<Record<HeadError, number>>> = {
  'http1.https_url_on_plaintext_connection': 403,
  'http1.invalid_transfer_encoding': 501,
  'http1.headers_too_large': 431,
  'http1.too_many_headers': 431,
  'http1.too_many_trailers': 431,
  low_version: 426,
}
