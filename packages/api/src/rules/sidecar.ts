import type {
  IstioEgressListener,
  IstioIngressListener,
  Sidecar,
  SidecarPort,
  SidecarSpec,
} from '../kinds/networking/sidecar.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { checkConnectionPool } from './connection-pool.ts'
import { checkDestination } from './destination.ts'
import { refuse, warn } from './findings.ts'
import { checkEgressHost, checkHost, fqdnFault } from './hosts.ts'
import { isIpAddress } from './ip-address.ts'
import { checkSelector } from './labels.ts'
import { isDnsLabel } from './names.ts'
import { isHttp, isProtocol, isTls, PROTOCOL_HINT } from './protocol.ts'
import { checkServerTls } from './server-tls.ts'
import { unixFault, unixPath } from './unix-address.ts'
import { checkPort } from './values.ts'

export function checkSidecar({ metadata, spec }: Sidecar, report: Report): void {
  const { workloadSelector, ingress = [], egress = [], inboundConnectionPool, outboundTrafficPolicy } = spec
  if (workloadSelector) checkSelector(workloadSelector.labels, 'spec.workloadSelector.labels', report)
  if (ingress.length + egress.length === 0 && !inboundConnectionPool && !outboundTrafficPolicy) {
    refuse(report, 'empty', 'spec', 'a Sidecar must set something')
  }
  const ports = new Set<number>()
  ingress.forEach((listener, index) => {
    checkIngress(listener, itemPath('spec.ingress', index), ports, report)
  })
  checkConnectionPool(inboundConnectionPool, 'spec.inboundConnectionPool', report)
  checkEgress(egress, metadata.namespace ?? 'default', report)
  checkOutbound(outboundTrafficPolicy, report)
}

function checkIngress(listener: IstioIngressListener, path: string, ports: Set<number>, report: Report): void {
  const { port, bind = '', defaultEndpoint = '', tls, connectionPool } = listener
  checkListenerPort(port, `${path}.port`, report)
  checkPort(port.number ?? 0, `${path}.port.number`, report)
  checkAddress(bind, `${path}.bind`, report)
  checkUnique(ports, port.number ?? 0, `${path}.port.number`, report)
  checkEndpoint(defaultEndpoint, `${path}.defaultEndpoint`, report)
  checkIngressTls(tls, `${path}.tls`, report)
  if (tls !== undefined && !isTls(port.protocol ?? '')) {
    refuse(report, 'conflict', `${path}.tls`, 'the port speaks no TLS', 'use HTTPS or TLS')
  }
  checkConnectionPool(connectionPool, `${path}.connectionPool`, report)
  if (connectionPool?.http && !isHttp(port.protocol ?? '')) {
    warn(report, 'no-effect', `${path}.connectionPool.http`, 'the port is not HTTP; only tcp settings hold')
  }
}

function checkListenerPort({ name = '', protocol = '', targetPort }: SidecarPort, path: string, report: Report): void {
  if (name !== '' && !isDnsLabel(name)) refuse(report, 'bad-name', `${path}.name`, `"${name}" is not a port name`)
  if (protocol !== '' && !isProtocol(protocol)) {
    refuse(report, 'unknown-word', `${path}.protocol`, `"${protocol}" is not a protocol`, PROTOCOL_HINT)
  }
  if (targetPort) refuse(report, 'not-possible', `${path}.targetPort`, 'has no meaning in a Sidecar', 'remove it')
}

function checkAddress(bind: string, path: string, report: Report): void {
  if (bind !== '' && !isIpAddress(bind)) refuse(report, 'bad-address', path, `"${bind}" is not an IP address`)
}

function checkUnique<Value>(seen: Set<Value>, value: Value, path: string, report: Report): void {
  if (seen.has(value)) refuse(report, 'duplicate', path, `there is a listener at ${value} already`)
  seen.add(value)
}

const LOCAL_HOSTS: readonly string[] = ['', '127.0.0.1', '0.0.0.0', '::1', '::']

/** Where the application listens: on this machine, by port or by socket. */
function checkEndpoint(endpoint: string, path: string, report: Report): void {
  if (endpoint === '') return
  const socket = unixPath(endpoint)
  const fault = socket === undefined ? undefined : unixFault(socket)
  if (fault !== undefined) refuse(report, 'bad-address', path, fault)
  if (socket !== undefined) return
  const parts = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(endpoint)
  if (parts === null || !LOCAL_HOSTS.includes(parts[1] ?? parts[2] ?? '')) {
    const hint = 'write 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix:///PATH'
    refuse(report, 'bad-address', path, `"${endpoint}" is not an address of this Pod`, hint)
  } else checkPort(Number(parts[3]), path, report)
}

function checkIngressTls(tls: IstioIngressListener['tls'], path: string, report: Report): void {
  if (tls === undefined) return
  const fields = ['subjectAltNames', 'httpsRedirect', 'credentialName', 'credentialNames', 'tlsCertificates'] as const
  for (const name of fields) {
    const value = tls[name]
    if (!value || (typeof value !== 'boolean' && value.length === 0)) continue
    refuse(report, 'not-possible', `${path}.${name}`, `${name} is not possible at a sidecar`)
  }
  if (tls.mode === 'ISTIO_MUTUAL' || tls.mode === 'AUTO_PASSTHROUGH') {
    refuse(report, 'not-possible', `${path}.mode`, `${tls.mode} is not possible at a sidecar`)
  }
  checkServerTls(tls, path, report)
}

function checkEgress(listeners: readonly IstioEgressListener[], namespace: string, report: Report): void {
  const ports = new Set<number>()
  const sockets = new Set<string>()
  listeners.forEach((listener, index) => {
    const path = itemPath('spec.egress', index)
    const { port, bind = '' } = listener
    if (port === undefined && index < listeners.length - 1) {
      refuse(report, 'conflict', path, 'takes every port: only the last listener can have no port')
    }
    if (port !== undefined) {
      checkEgressPort(port, listener, path, report)
      if (port.number) checkUnique(ports, port.number, `${path}.port.number`, report)
      else checkUnique(sockets, bind, `${path}.bind`, report)
    }
    checkEgressHosts(listener.hosts, `${path}.hosts`, namespace, report)
  })
}

function checkEgressPort(port: SidecarPort, listener: IstioEgressListener, path: string, report: Report): void {
  const { bind = '', captureMode = 'DEFAULT' } = listener
  checkListenerPort(port, `${path}.port`, report)
  if (port.number) {
    checkPort(port.number, `${path}.port.number`, report)
    checkAddress(bind, `${path}.bind`, report)
    return
  }
  const socket = unixPath(bind)
  const fault = socket === undefined ? 'without a port number, bind must be a unix:// address' : unixFault(socket)
  if (fault !== undefined) refuse(report, 'bad-address', `${path}.bind`, fault)
  if (captureMode === 'IPTABLES') {
    refuse(report, 'conflict', `${path}.captureMode`, 'traffic to a Unix domain socket is not captured')
  }
}

function checkEgressHosts(hosts: readonly string[], path: string, namespace: string, report: Report): void {
  if (hosts.length === 0)
    refuse(report, 'missing-field', path, 'an egress listener needs a host', 'write ["*/*"] for all')
  const seen = new Map<string, Set<string>>()
  hosts.forEach((host, index) => {
    const at = itemPath(path, index)
    checkEgressHost(host, at, report)
    const slash = host.indexOf('/')
    if (slash === -1 || (host.startsWith('~') && host !== '~/*')) return
    const space = host.slice(0, slash) === '.' ? namespace : host.slice(0, slash)
    const names = seen.get(space) ?? new Set<string>()
    const name = host.slice(slash + 1)
    const twice = name === '*' ? names.size > 0 : names.has(name) || names.has('*')
    if (twice) warn(report, 'duplicate', at, `"${host}" is covered already`)
    seen.set(space, names.add(name))
  })
  if (seen.get('*')?.has('*') && seen.size > 1) {
    warn(report, 'duplicate', path, '"*/*" takes every host; the others have no effect')
  }
}

function checkOutbound(policy: SidecarSpec['outboundTrafficPolicy'], report: Report): void {
  const proxy = policy?.egressProxy
  if (proxy === undefined) return
  const path = 'spec.outboundTrafficPolicy.egressProxy'
  if (policy?.mode !== 'ALLOW_ANY') {
    refuse(report, 'conflict', path, 'is only possible with mode ALLOW_ANY')
    return
  }
  checkHost(proxy.host, fqdnFault(proxy.host), `${path}.host`, report)
  if (proxy.port === undefined) refuse(report, 'missing-field', `${path}.port`, 'needs a port')
  else checkDestination(proxy, path, report)
}
