import type { HttpConnectionManagerConfig } from '../config/model.ts'
import type { MatchedRoute } from '../route/route-table.ts'
import type { Exchange } from './exchange.ts'
import type { UpgradeFields } from './http1/message-head.ts'
import type { StreamExchange } from './stream-exchange.ts'

/** Says in the request's headers what it asks to change to, as HTTP/1.1 does, whatever the request came by. */
export function announceUpgrade({ upgrade, requestHeaders }: StreamExchange, fields: UpgradeFields | null): void {
  if (upgrade === 'connect') return
  requestHeaders.append('connection', fields?.connection ?? 'upgrade')
  requestHeaders.append('upgrade', fields?.upgrade ?? upgrade)
}

/** Whether the route, or else the connection manager, lets requests ask for this. */
export function allowsUpgrade(upgrade: string, route: MatchedRoute, config: HttpConnectionManagerConfig): boolean {
  const { action } = route.entry
  return (action.kind === 'route' && action.upgrades.includes(upgrade)) || config.upgrades.includes(upgrade)
}

/** Whether the upstream's answer to a request for another protocol says yes. */
export function opensTunnel(upgrade: string, status: number): boolean {
  return upgrade === 'connect' ? status >= 200 && status < 300 : upgrade !== '' && status === 101
}

/** Envoy has a word for it where there is nothing but HTTP/1.1. */
export function isDeclinedUpgrade({ upgrade, protocol, upstreamProtocol }: Exchange): boolean {
  return upgrade !== '' && upgrade !== 'connect' && protocol !== 'HTTP/2' && upstreamProtocol === 'HTTP/1.1'
}
