import type { Exchange } from '../http/exchange.ts'

/** Counts an exchange once, at its end. */
export interface StatsRecorder {
  record(exchange: Exchange): void
}

/** Makes the recorder of one `stats` filter. */
export interface StatsProvider {
  /** `reporter` is which side of the call this proxy is. */
  recorder(reporter: 'source' | 'destination'): StatsRecorder
}
