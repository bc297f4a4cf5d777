import type { CallMode } from './call.ts'
import { SOME_ADDRESS } from './connection.ts'
import type { ListenerJson } from './xds-json.ts'

export interface Wanted {
  readonly mode: CallMode
  readonly port: number
  /** Undefined: any will do. */
  readonly address: string | undefined
  /** Whether connections come by redirection, to addresses that nothing listens on. */
  readonly intercepts: boolean
}

const ANY: readonly (string | undefined)[] = ['0.0.0.0', '::']
const INBOUND = 'virtualInbound'
const OUTBOUND = 'virtualOutbound'

/** The one for the address itself, then for all addresses; with interception then the one that takes everything. */
export function findListener(listeners: readonly ListenerJson[], wanted: Wanted): ListenerJson | undefined {
  if (!wanted.intercepts) return onPort(listeners, wanted, wanted.address)
  if (wanted.mode === 'inbound') return listeners.find(({ name }) => name === INBOUND)
  const own = onPort(listeners, wanted, wanted.address ?? SOME_ADDRESS)
  return own ?? listeners.find(({ name }) => name === OUTBOUND)
}

function onPort(listeners: readonly ListenerJson[], { port }: Wanted, address: string | undefined) {
  const there = listeners.filter((one) => one.address?.socketAddress?.portValue === port)
  if (address === undefined) return there[0]
  const at = (wanted: string | undefined) => there.find((one) => one.address?.socketAddress?.address === wanted)
  return at(address) ?? there.find((one) => ANY.includes(one.address?.socketAddress?.address))
}

export function nothingListens(port: number, listeners: readonly ListenerJson[]): string {
  const names = listeners.map(({ name }) => name)
  return `nothing listens on port ${port}${names.length === 0 ? '' : ` (listeners: ${names.join(', ')})`}`
}
