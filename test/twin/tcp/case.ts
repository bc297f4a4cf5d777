import type { Origin } from './origin.ts'
import type { Peer } from './peer.ts'

/** Servers behind the data plane: two on 127.0.0.1, one on ::1, one on a Unix domain socket. */
export const ORIGINS = ['alpha', 'beta', 'six', 'pipe'] as const
export type OriginName = (typeof ORIGINS)[number]

export interface World {
  /** A connection to the case's listener. */
  connect(options?: { readonly localAddress?: string }): Promise<Peer>
  readonly origins: Readonly<Record<OriginName, Origin>>
}

/** Ports and paths that configuration names. */
export interface Places {
  readonly listener: number
  readonly origins: Readonly<Record<OriginName, { readonly port: number; readonly path: string }>>
  readonly log: string
}

/** A listener of its own, and what clients and servers do with it. */
export interface TcpCase {
  readonly name: string
  /** Envoy's Listener as JSON, without name and address. */
  readonly listener: (places: Places) => Readonly<Record<string, unknown>>
  readonly play: (world: World) => Promise<void>
  /** What a client must have seen for the case to be worth anything: bytes received and ending, in order of connecting. */
  readonly clients: readonly (readonly [received: string | RegExp | number, ending: Peer['ending']])[]
  /** False where chance decides what is logged. */
  readonly comparesLog?: false
}
