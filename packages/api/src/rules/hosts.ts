import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'
import { isIpAddress } from './ip-address.ts'
import { isDnsLabel, isNamespaceName, isWildcardLabel } from './names.ts'

/** Why a text is no host; undefined if it is one. */
type Fault = string | undefined

/** A domain name; a final dot is allowed. */
export function fqdnFault(name: string): Fault {
  return sizeFault(name) ?? labelsFault(name)
}

/** A domain name whose first label may be `*` or start with `*`. */
export function wildcardFault(name: string): Fault {
  const size = sizeFault(name)
  if (size !== undefined) return size
  const dot = name.indexOf('.')
  const first = dot === -1 ? name : name.slice(0, dot)
  if (!isWildcardLabel(first)) return `"${name}" is not a host: "${first}" is not a label`
  return dot === -1 ? undefined : labelsFault(name.slice(dot + 1))
}

/** As `wildcardFault`; for SNI also the names that Istio's gateways between networks use: `outbound_.80_.v1_.host`. */
export function gatewayHostFault(name: string, isSni: boolean): Fault {
  if (!isSni || !name.startsWith('outbound_')) return wildcardFault(name)
  const [, port = '', , host = ''] = name.split('_')
  const message = `"${name}" is not an SNI of the mesh: write outbound_.PORT_.SUBSET_.HOST`
  return sizeFault(name) ?? (/\d/.test(port) && /[a-zA-Z]/.test(host) ? undefined : message)
}

/** `*x.example` and `*-x.example`. */
export function isPartialWildcard(name: string): boolean {
  return name.includes('*') && name !== '*' && !name.startsWith('*.')
}

/** A host of a Gateway's server or a Sidecar's egress, without its namespace: no short names, no partial wildcards. */
function exportedHostFault(name: string, allowIp: boolean): Fault {
  if (name !== '*' && !name.includes('.')) return `"${name}" is a short name; write the full one`
  const fault = wildcardFault(name)
  if (fault !== undefined && !(allowIp && isIpAddress(name))) return fault
  return isPartialWildcard(name) ? `"${name}": a * may only stand for whole labels` : undefined
}

/** `host`, `namespace/host`, `./host`, `*\/host` of a Gateway's server. */
export function checkServerHost(host: string, path: string, report: Report): void {
  const slash = host.indexOf('/')
  const namespace = slash === -1 ? '*' : host.slice(0, slash)
  if (namespace !== '*' && namespace !== '.' && !isNamespaceName(namespace)) {
    refuse(report, 'bad-host', path, `"${namespace}" is not a namespace`, 'write a name, . or * before the /')
  }
  checkHost(host.slice(slash + 1), exportedHostFault(host.slice(slash + 1), true), path, report)
}

/** `namespace/host` of a Sidecar's egress; `~` before a namespace takes hosts out again. */
export function checkEgressHost(host: string, path: string, report: Report): void {
  const slash = host.indexOf('/')
  if (slash === -1) {
    refuse(report, 'bad-host', path, `"${host}" has no namespace`, 'write namespace/host, ./host or */host')
    return
  }
  const namespace = host.slice(0, slash).replace(/^~/, '')
  const bare = host.startsWith('~') && namespace === ''
  if (!bare && namespace !== '*' && namespace !== '.' && !isNamespaceName(namespace)) {
    refuse(report, 'bad-host', path, `"${namespace}" is not a namespace`, 'write a name, ., * or ~ before the /')
  }
  checkHost(host.slice(slash + 1), exportedHostFault(host.slice(slash + 1), false), path, report)
}

export function checkHost(host: string, fault: Fault, path: string, report: Report): void {
  if (fault === undefined) return
  refuse(report, 'bad-host', path, host === '' ? 'a host must not be empty' : fault)
}

function sizeFault(name: string): Fault {
  if (name === '') return 'a host must not be empty'
  return name.length > 255 ? `"${name.slice(0, 40)}…" is longer than 255 characters` : undefined
}

function labelsFault(name: string): Fault {
  const labels = name.split('.')
  const last = labels.at(-1)!
  if (/^[+-]?\d+$/.test(last)) return `"${name}" is not a host: it ends in the number ${last}`
  const wrong = labels.find((label, index) => !isDnsLabel(label) && !(label === '' && index === labels.length - 1))
  return wrong === undefined ? undefined : `"${name}" is not a host: "${wrong}" is not a label`
}
