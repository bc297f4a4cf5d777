import { STATUS_CODES } from 'node:http'
import type { ExtensionProvider } from '../kinds/mesh/extension-provider.ts'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'
import { checkServerHost, fqdnFault } from './hosts.ts'
import { isIpAddress } from './ip-address.ts'

/** Providers that name no service. */
const WITHOUT_SERVICE: ReadonlySet<string> = new Set(['prometheus', 'stackdriver', 'envoyFileAccessLog'])

export function checkExtensionProviders(
  providers: readonly ExtensionProvider[],
  path: (index: number) => string,
  report: Report,
): void {
  providers.forEach(({ name = '', ...kinds }, index) => {
    const at = path(index)
    if (name === '') refuse(report, 'missing-field', `${at}.name`, 'required, but not set')
    else if (providers.findIndex((other) => other.name === name) < index) {
      refuse(report, 'duplicate', `${at}.name`, `"${name}" is there already`)
    }
    const [kind] = Object.keys(kinds)
    if (kind === undefined) refuse(report, 'missing-field', at, 'a provider needs a kind, as zipkin or prometheus')
    else checkProvider(kind, kinds[kind as keyof typeof kinds] ?? {}, `${at}.${kind}`, report)
  })
}

interface Common {
  readonly service?: string
  readonly port?: number
  readonly accessToken?: string
  readonly statusOnError?: string
  readonly pathPrefix?: string
  readonly http?: unknown
  readonly grpc?: unknown
}

export function checkProvider(kind: string, provider: Common, path: string, report: Report): void {
  if (WITHOUT_SERVICE.has(kind)) return
  const { service = '', port = 0, accessToken, statusOnError = '', pathPrefix = '' } = provider
  checkProviderService(service, `${path}.service`, report)
  if (port < 1 || port > 65_535) refuse(report, 'bad-port', `${path}.port`, `port ${port} is not between 1 and 65535`)
  if (kind === 'lightstep' && !accessToken) {
    refuse(report, 'missing-field', `${path}.accessToken`, 'required, but not set')
  }
  if (provider.http && provider.grpc) refuse(report, 'oneof', `${path}.grpc`, 'only one of http and grpc may be set')
  if (statusOnError !== '' && STATUS_CODES[statusOnError] === undefined) {
    refuse(report, 'bad-status', `${path}.statusOnError`, `"${statusOnError}" is not an HTTP status`)
  }
  if (pathPrefix !== '' && !pathPrefix.startsWith('/')) {
    refuse(report, 'bad-path', `${path}.pathPrefix`, `"${pathPrefix}" does not begin with /`)
  }
}

/** A host, an address, or `namespace/host`. */
export function checkProviderService(service: string, path: string, report: Report): void {
  if (service === '') refuse(report, 'missing-field', path, 'required, but not set')
  else if (service.includes('/')) checkServerHost(service, path, report)
  else if (fqdnFault(service) !== undefined && !isIpAddress(service)) {
    refuse(report, 'bad-host', path, `"${service}" is neither a host nor an IP address`)
  }
}
