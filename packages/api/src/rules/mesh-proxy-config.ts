import { readDuration } from '../duration.ts'
import type { MeshProxyConfig } from '../kinds/mesh/proxy-config.ts'
import type { ProxyTracing } from '../kinds/mesh/tracing.ts'
import type { Report } from '../schema/check-shape.ts'
import { checkClientTls } from './client-tls.ts'
import { checkConnectionSettings } from './connection-settings.ts'
import { refuse, warn } from './findings.ts'
import { checkHostPort } from './host-port.ts'
import { checkDuration } from './values.ts'

/** With the mesh's defaults filled in: what is missing here is missing. */
export function checkMeshProxyConfig(config: MeshProxyConfig, path: string, report: Report): void {
  for (const name of ['configPath', 'binaryPath', 'discoveryAddress', 'drainDuration'] as const) {
    if (!config[name]) refuse(report, 'missing-field', `${path}.${name}`, 'required, but not set')
  }
  if (!config.serviceCluster && config.tracingServiceName === undefined) {
    refuse(report, 'missing-field', `${path}.serviceCluster`, 'needs serviceCluster or tracingServiceName')
  }
  checkDrain(config.drainDuration, `${path}.drainDuration`, report)
  for (const name of ['discoveryAddress', 'statsdUdpAddress', 'envoyMetricsServiceAddress'] as const) {
    checkHostPort(config[name], `${path}.${name}`, report)
  }
  for (const name of ['envoyMetricsService', 'envoyAccessLogService'] as const) {
    checkHostPort(config[name]?.address, `${path}.${name}.address`, report)
  }
  for (const name of ['proxyAdminPort', 'statusPort'] as const) {
    const port = config[name] ?? 0
    if (port < 1 || port > 65_535)
      refuse(report, 'bad-port', `${path}.${name}`, `port ${port} is not between 1 and 65535`)
  }
  checkAuthPolicy(config.controlPlaneAuthPolicy, `${path}.controlPlaneAuthPolicy`, report)
  checkTracing(config.tracing, `${path}.tracing`, report)
  checkPrivateKeyProvider(config.privateKeyProvider, `${path}.privateKeyProvider`, report)
  checkConnectionSettings(config.connectionSettings, `${path}.connectionSettings`, report)
  if (config.proxyMetadata?.ISTIO_META_DNS_AUTO_ALLOCATE !== undefined) {
    const at = `${path}.proxyMetadata.ISTIO_META_DNS_AUTO_ALLOCATE`
    warn(report, 'deprecated', at, 'addresses are allocated by the control plane', 'remove it')
  }
}

/** Whole seconds: that is how Envoy takes it. */
export function checkDrain(duration: string | undefined, path: string, report: Report): void {
  checkDuration(duration, path, report)
  const ms = readDuration(duration ?? '0s') ?? 0
  if (ms >= 1 && ms % 1_000 !== 0) refuse(report, 'bad-duration', path, `${duration} is finer than whole seconds`)
}

function checkAuthPolicy(policy: MeshProxyConfig['controlPlaneAuthPolicy'], path: string, report: Report): void {
  if (policy === 'INHERIT') refuse(report, 'unknown-word', path, 'there is nothing to inherit from', 'use MUTUAL_TLS')
}

function checkTracing(tracing: ProxyTracing | undefined, path: string, report: Report): void {
  const { zipkin, datadog, lightstep, tlsSettings } = tracing ?? {}
  for (const [name, tracer] of Object.entries({ zipkin, datadog, lightstep })) {
    if (tracer === undefined) continue
    const { address = '' } = tracer
    const at = `${path}.${name}.address`
    if (address === '') refuse(report, 'missing-field', at, 'required, but not set')
    checkHostPort(address.replace('$(HOST_IP)', '127.0.0.1'), at, report)
  }
  if (lightstep && !lightstep.accessToken) {
    refuse(report, 'missing-field', `${path}.lightstep.accessToken`, 'required, but not set')
  }
  checkClientTls(tlsSettings, `${path}.tlsSettings`, report)
}

function checkPrivateKeyProvider(provider: MeshProxyConfig['privateKeyProvider'], path: string, report: Report): void {
  if (provider === undefined) return
  const method = provider.cryptomb ?? provider.qat
  const at = `${path}.${provider.qat === undefined ? 'cryptomb' : 'qat'}.pollDelay`
  if (method === undefined) refuse(report, 'missing-field', path, 'needs cryptomb or qat')
  else if ((readDuration(method.pollDelay ?? '0s') ?? 0) === 0) {
    refuse(report, 'missing-field', at, 'required, and more than 0')
  }
}
