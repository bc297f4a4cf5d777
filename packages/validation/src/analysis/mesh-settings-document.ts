import { parse } from 'yaml'
import { type Fields, fields, isFields, text } from './loose.ts'
import { type Subject, subjectOf } from './subject.ts'

/** Names that Istio gives its settings, which are no objects. */
const SETTINGS = { MeshConfig: 'istio', MeshNetworks: 'meshnetworks' } as const

/** The ConfigMap that holds both, in `data`. */
const CONFIG_MAP = 'istio'
const NAMESPACE = 'istio-system'

/** Far above real settings. */
const MAX_CHARACTERS = 1_000_000

/** Fields of MeshConfig, some of which each real one has: by these a file of its own is known. */
const MESH_CONFIG_FIELDS: ReadonlySet<string> = new Set([
  'accessLogEncoding',
  'accessLogFile',
  'accessLogFormat',
  'accessLogService',
  'ca',
  'caCertificates',
  'certificates',
  'clusterDomain',
  'configSources',
  'connectTimeout',
  'defaultConfig',
  'defaultDestinationRuleExportTo',
  'defaultHttpRetryPolicy',
  'defaultProviders',
  'defaultServiceExportTo',
  'defaultVirtualServiceExportTo',
  'disableEnvoyListenerLog',
  'discoverySelectors',
  'dnsRefreshRate',
  'enableAutoMtls',
  'enableEnvoyAccessLogService',
  'enablePrometheusMerge',
  'enableTracing',
  'extensionProviders',
  'h2UpgradePolicy',
  'inboundClusterStatName',
  'inboundTrafficPolicy',
  'ingressClass',
  'ingressControllerMode',
  'ingressSelector',
  'ingressService',
  'localityLbSetting',
  'meshMTLS',
  'outboundClusterStatName',
  'outboundTrafficPolicy',
  'pathNormalization',
  'protocolDetectionTimeout',
  'proxyHttpPort',
  'proxyInboundListenPort',
  'proxyListenPort',
  'rootNamespace',
  'serviceScopeConfigs',
  'serviceSettings',
  'tcpKeepalive',
  'tlsDefaults',
  'trustDomain',
  'trustDomainAliases',
  'verifyCertificateAtClient',
])

/** MeshConfig or MeshNetworks from a file of its own: neither has an `apiVersion`. */
export function meshSettingsSubject(written: Fields): Subject | undefined {
  if (written.apiVersion !== undefined || written.kind !== undefined) return undefined
  const names = Object.keys(written)
  if (names.length === 0) return undefined
  if (names.length === 1 && isFields(written.networks)) return settingsSubject('MeshNetworks', written)
  return names.every((name) => MESH_CONFIG_FIELDS.has(name)) ? settingsSubject('MeshConfig', written) : undefined
}

/** Those that a mesh has in its ConfigMap. */
export function settingsInConfigMap({ kind, namespace, name, body }: Subject): readonly Subject[] {
  if (kind !== 'ConfigMap' || name !== CONFIG_MAP || namespace !== NAMESPACE) return []
  const data = fields(body.data)
  const found = [
    ['MeshConfig', data.mesh],
    ['MeshNetworks', data.meshNetworks],
  ] as const
  return found.flatMap(([settings, yaml]) => {
    const value = parseSettings(text(yaml))
    const subject = value && settingsSubject(settings, value)
    return subject === undefined ? [] : [subject]
  })
}

function settingsSubject(kind: keyof typeof SETTINGS, value: Fields) {
  const metadata = { name: SETTINGS[kind], namespace: NAMESPACE }
  return subjectOf({ ...value, apiVersion: 'v1', kind, metadata })
}

/** What can't be read is as if it were not there: discovery goes on with defaults too. */
function parseSettings(yaml: string): Fields | undefined {
  if (yaml === '' || yaml.length > MAX_CHARACTERS) return undefined
  try {
    const value: unknown = parse(yaml, { maxAliasCount: 0 })
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}
