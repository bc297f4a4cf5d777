import { readDuration } from '../duration.ts'
import type { MeshConfig } from '../kinds/mesh/mesh-config.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { checkConnectionPool } from './connection-pool.ts'
import { checkExportTo } from './export-to.ts'
import { checkExtensionProviders } from './extension-provider.ts'
import { refuse, warn } from './findings.ts'
import { wildcardFault } from './hosts.ts'
import { checkRetry } from './http-modifiers.ts'
import { checkLocality, checkZoneAware } from './locality.ts'
import { checkMeshProxyConfig } from './mesh-proxy-config.ts'
import { checkOutlierDetection } from './traffic-policy.ts'
import { isTrustDomain } from './trust-domain.ts'
import { checkDuration } from './values.ts'
import { checkReadinessProbe } from './workload-group.ts'

const HOUR_MS = 3_600_000
/** BoringSSL's. */
const CURVES = ['P-224', 'P-256', 'P-384', 'P-521', 'X25519', 'X25519Kyber768Draft00', 'X25519MLKEM768']

/** With the defaults filled in. Paths are those inside `mesh`. */
export function checkMeshConfig(mesh: MeshConfig, report: Report): void {
  const port = mesh.proxyListenPort ?? 0
  if (port < 1 || port > 65_535) {
    refuse(report, 'bad-port', 'proxyListenPort', `port ${port} is not between 1 and 65535`)
  }
  checkConnectTimeout(mesh.connectTimeout, 'connectTimeout', report)
  checkDetectionTimeout(mesh.protocolDetectionTimeout, 'protocolDetectionTimeout', report)
  checkMeshProxyConfig(mesh.defaultConfig ?? {}, 'defaultConfig', report)
  checkLocality(mesh.localityLbSetting, 'localityLbSetting', true, report)
  checkZoneAware(mesh.zoneAwareLbSetting, 'zoneAwareLbSetting', true, report)
  checkServiceSettings(mesh.serviceSettings ?? [], report)
  checkTrust(mesh, report)
  checkTls(mesh, report)
  checkDefaultTrafficPolicy(mesh.defaultTrafficPolicy, 'defaultTrafficPolicy', report)
  warnOfUnchecked(mesh, (problem) => report({ ...problem, severity: 'warning' }))
}

/**
 * What Istio does not look at when it takes a MeshConfig: it starts, and so do we, and what is wrong harms those who use
 * it alone.
 */
function warnOfUnchecked(mesh: MeshConfig, report: Report): void {
  checkReadinessProbe(mesh.defaultConfig?.readinessProbe, 'defaultConfig.readinessProbe', report)
  checkRetry(mesh.defaultHttpRetryPolicy, 'defaultHttpRetryPolicy', report)
  checkVisibility(mesh, report)
  checkBundleUrls(mesh.caCertificates ?? [], report)
  checkExtensionProviders(mesh.extensionProviders ?? [], (index) => itemPath('extensionProviders', index), report)
}

export function checkConnectTimeout(timeout: string | undefined, path: string, report: Report): void {
  checkDuration(timeout ?? '0s', path, report)
  if ((readDuration(timeout ?? '') ?? 0) > HOUR_MS) refuse(report, 'bad-duration', path, `${timeout} is longer than 1h`)
}

/** `0s` waits for ever. */
export function checkDetectionTimeout(timeout: string | undefined, path: string, report: Report): void {
  const ms = readDuration(timeout ?? '0s') ?? 0
  if (!Number.isInteger(ms)) refuse(report, 'bad-duration', path, `${timeout} is finer than whole milliseconds`)
}

export function checkServiceSettings(settings: NonNullable<MeshConfig['serviceSettings']>, report: Report): void {
  settings.forEach(({ hosts = [] }, index) => {
    hosts.forEach((host, position) => {
      const fault = wildcardFault(host)
      const at = itemPath(`${itemPath('serviceSettings', index)}.hosts`, position)
      if (fault !== undefined) refuse(report, 'bad-host', at, fault)
    })
  })
}

function checkTrust({ trustDomain = '', trustDomainAliases = [] }: MeshConfig, report: Report): void {
  if (!isTrustDomain(trustDomain)) {
    refuse(report, 'bad-trust-domain', 'trustDomain', `"${trustDomain}" is not a trust domain`)
  }
  trustDomainAliases.forEach((alias, index) => {
    const at = itemPath('trustDomainAliases', index)
    if (!isTrustDomain(alias)) refuse(report, 'bad-trust-domain', at, `"${alias}" is not a trust domain`)
  })
}

/** Istio puts `https://` before what does not begin with it. */
function checkBundleUrls(certificates: NonNullable<MeshConfig['caCertificates']>, report: Report): void {
  certificates.forEach(({ spiffeBundleUrl }, index) => {
    if (spiffeBundleUrl === undefined) return
    const at = `${itemPath('caCertificates', index)}.spiffeBundleUrl`
    const url = URL.parse(spiffeBundleUrl.includes('://') ? spiffeBundleUrl : `https://${spiffeBundleUrl}`)
    if (url?.protocol !== 'https:') refuse(report, 'bad-url', at, `"${spiffeBundleUrl}" is not an https URL`)
  })
}

function checkTls({ meshMTLS, tlsDefaults }: MeshConfig, report: Report): void {
  if ((meshMTLS?.ecdhCurves?.length ?? 0) > 0) {
    refuse(report, 'conflict', 'meshMTLS.ecdhCurves', 'the curves between proxies are fixed', 'use tlsDefaults')
  }
  const curves = tlsDefaults?.ecdhCurves ?? []
  curves.forEach((curve, index) => {
    const at = itemPath('tlsDefaults.ecdhCurves', index)
    if (curve === '') return
    if (!CURVES.includes(curve)) warn(report, 'unknown-word', at, `"${curve}" is not a curve`, CURVES.join(', '))
    else if (curves.indexOf(curve) < index) warn(report, 'duplicate', at, `"${curve}" is there already`)
  })
}

export function checkDefaultTrafficPolicy(
  policy: MeshConfig['defaultTrafficPolicy'],
  path: string,
  report: Report,
): void {
  checkConnectionPool(policy?.connectionPool, `${path}.connectionPool`, report)
  checkOutlierDetection(policy?.outlierDetection, `${path}.outlierDetection`, report)
}

/** `.` is the namespace of each object, and `~` none. */
function checkVisibility(mesh: MeshConfig, report: Report): void {
  for (const name of [
    'defaultServiceExportTo',
    'defaultVirtualServiceExportTo',
    'defaultDestinationRuleExportTo',
  ] as const) {
    const named = mesh[name]?.filter((entry) => entry !== '.')
    checkExportTo(named, name, { namespace: '', mayHide: true }, report)
  }
}
