import type { KubernetesGateway } from '../kinds/gateway-api/gateway.ts'
import type { Listener } from '../kinds/gateway-api/listener.ts'
import type { ListenerSet } from '../kinds/gateway-api/listener-set.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { fqdnFault } from './hosts.ts'
import { isIpAddress } from './ip-address.ts'

export function checkKubernetesGateway({ spec }: KubernetesGateway, report: Report): void {
  checkListeners(spec.listeners, report)
  spec.addresses?.forEach(({ type = 'IPAddress', value = '' }, index) => {
    const at = `${itemPath('spec.addresses', index)}.value`
    if (value === '') return
    if (type === 'IPAddress' && !isIpAddress(value))
      refuse(report, 'bad-address', at, `"${value}" is not an IP address`)
    if (type === 'Hostname' && fqdnFault(value) !== undefined)
      refuse(report, 'bad-host', at, `"${value}" is not a host`)
  })
}

export function checkListenerSet({ spec }: ListenerSet, report: Report): void {
  checkListeners(spec.listeners, report)
}

/** The rules that the Gateway API's own CRDs have as CEL. */
function checkListeners(listeners: readonly Listener[], report: Report): void {
  const names = new Set<string>()
  const sockets = new Set<string>()
  listeners.forEach((listener, index) => {
    const path = itemPath('spec.listeners', index)
    checkListener(listener, path, report)
    if (names.has(listener.name)) refuse(report, 'duplicate', `${path}.name`, `"${listener.name}" is there already`)
    names.add(listener.name)
    const socket = `${listener.port} ${listener.protocol} ${listener.hostname ?? ''}`
    if (sockets.has(socket)) {
      refuse(
        report,
        'duplicate',
        path,
        'port, protocol and hostname are those of a listener before',
        'change one of them',
      )
    }
    sockets.add(socket)
  })
}

function checkListener({ protocol, tls, hostname, allowedRoutes }: Listener, path: string, report: Report): void {
  const isPlain = ['HTTP', 'TCP', 'UDP'].includes(protocol)
  if (isPlain && tls !== undefined) refuse(report, 'conflict', `${path}.tls`, `${protocol} has no TLS`)
  if (protocol === 'HTTPS' && tls?.mode === 'Passthrough') {
    refuse(report, 'conflict', `${path}.tls.mode`, 'HTTPS ends TLS here', 'use Terminate, or the protocol TLS')
  }
  if (protocol === 'TLS' && tls?.mode === undefined) {
    const at = tls === undefined ? `${path}.tls` : `${path}.tls.mode`
    refuse(report, 'missing-field', at, 'TLS needs a mode', 'write tls.mode: Terminate or Passthrough')
  }
  if ((protocol === 'TCP' || protocol === 'UDP') && hostname) {
    refuse(report, 'conflict', `${path}.hostname`, `${protocol} carries no host name`)
  }
  const { from, selector } = allowedRoutes?.namespaces ?? {}
  if (from === 'Selector' && selector === undefined) {
    refuse(report, 'missing-field', `${path}.allowedRoutes.namespaces.selector`, 'from: Selector needs it')
  }
}
