import type { Gateway, Port, Server } from '../kinds/networking/gateway.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse, warn } from './findings.ts'
import { checkServerHost } from './hosts.ts'
import { isIpAddress } from './ip-address.ts'
import { isDnsLabel } from './names.ts'
import { isHttp, isProtocol, isTls, PROTOCOL_HINT } from './protocol.ts'
import { checkServerTls } from './server-tls.ts'
import { unixFault, unixPath } from './unix-address.ts'
import { checkPort } from './values.ts'

export function checkGateway({ metadata, spec }: Gateway, report: Report): void {
  if (!isDnsLabel(metadata.name)) {
    refuse(report, 'bad-name', 'metadata.name', `"${metadata.name}" is not the name of a Gateway`, 'leave out dots')
  }
  if (spec.servers.length === 0) refuse(report, 'missing-field', 'spec.servers', 'a Gateway needs a server')
  const seen = new Set<string>()
  spec.servers.forEach((server, index) => {
    const path = itemPath('spec.servers', index)
    checkServer(server, path, report)
    const { name, protocol } = server.port
    if (seen.has(name)) refuse(report, 'duplicate', `${path}.port.name`, `there is a port "${name}" already`)
    seen.add(name)
    if (server.tls?.httpsRedirect === true && !isHttp(protocol)) {
      warn(report, 'no-effect', `${path}.tls.httpsRedirect`, `only HTTP is redirected to HTTPS, not ${protocol}`)
    }
  })
}

export function checkServer(server: Server, path: string, report: Report): void {
  const { hosts, port, bind = '', tls } = server
  if (hosts.length === 0)
    refuse(report, 'missing-field', `${path}.hosts`, 'a server needs a host', 'write ["*"] for any')
  hosts.forEach((host, index) => {
    checkServerHost(host, itemPath(`${path}.hosts`, index), report)
  })
  checkServerPort(port, `${path}.port`, bind, report)
  checkBind(port, bind, `${path}.bind`, report)
  checkServerTls(tls, `${path}.tls`, report)
  checkTlsFitsPort(server, path, report)
}

export function checkServerPort(port: Port, path: string, bind: string, report: Report): void {
  if (!isProtocol(port.protocol)) {
    refuse(report, 'unknown-word', `${path}.protocol`, `"${port.protocol}" is not a protocol`, PROTOCOL_HINT)
  }
  if (port.number > 0 || unixPath(bind) === undefined) checkPort(port.number, `${path}.number`, report)
  if (port.targetPort) refuse(report, 'not-possible', `${path}.targetPort`, 'has no meaning in a Gateway', 'remove it')
  if (port.name === '') refuse(report, 'missing-field', `${path}.name`, 'a port needs a name')
}

function checkBind(port: Port, bind: string, path: string, report: Report): void {
  const socket = unixPath(bind)
  if (socket !== undefined) {
    const fault = unixFault(socket)
    if (fault !== undefined) refuse(report, 'bad-address', path, fault)
    if (port.number !== 0) refuse(report, 'conflict', path, 'a Unix domain socket has no port; its number must be 0')
  } else if (bind !== '' && !isIpAddress(bind)) {
    refuse(report, 'bad-address', path, `"${bind}" is not an IP address`)
  }
}

/** HTTPS and TLS need settings; a port in the clear can at most redirect. */
function checkTlsFitsPort({ port, tls }: Server, path: string, report: Report): void {
  const { protocol } = port
  if (!isProtocol(protocol)) return
  if (isTls(protocol)) {
    if (tls === undefined) refuse(report, 'missing-field', `${path}.tls`, `${protocol} needs tls settings`)
    return
  }
  if (tls === undefined) return
  const { mode = 'PASSTHROUGH', caCertificates, privateKey, serverCertificate } = tls
  const terminates = mode !== 'PASSTHROUGH' && mode !== 'AUTO_PASSTHROUGH'
  if (!isHttp(protocol) || terminates || caCertificates || privateKey || serverCertificate) {
    refuse(report, 'conflict', `${path}.tls`, `the port speaks ${protocol}, which has no TLS`, 'use HTTPS or TLS')
  }
}
