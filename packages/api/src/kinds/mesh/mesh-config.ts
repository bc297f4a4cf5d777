import { about, duration, flag, int32, list, message, type Of, text, words } from '../../schema/fields.ts'
import { LabelSelector } from '../kubernetes/workload/label-selector.ts'
import { ClientTLSSettings } from '../networking/policy/client-tls.ts'
import { ConnectionPoolSettings, TcpKeepalive } from '../networking/policy/connection-pool.ts'
import { LocalityLoadBalancerSetting, ZoneAwareLoadBalancerSetting } from '../networking/policy/locality.ts'
import { OutlierDetection } from '../networking/policy/outlier-detection.ts'
import { HTTPRetry } from '../networking/routing/http-modifier.ts'
import { ExtensionProvider } from './extension-provider.ts'
import { MeshProxyConfig } from './proxy-config.ts'

const TLSConfig = message(
  {},
  {
    minProtocolVersion: words('TLS_AUTO', 'TLSV1_2', 'TLSV1_3'),
    ecdhCurves: about('As `P-256`, `X25519`.', list(text)),
    cipherSuites: about('Of TLS 1.2.', list(text)),
  },
)

const CertificateData = message(
  {},
  {
    pem: about('Root certificates.', text),
    spiffeBundleUrl: about('Where the roots of a trust domain are fetched: `https://…`.', text),
    certSigners: about('Kubernetes signers that the roots belong to.', list(text)),
    trustDomains: about('Trust domains that the roots are for.', list(text)),
  },
  { oneofs: [['pem', 'spiffeBundleUrl']] },
)

const ServiceSettings = message(
  {},
  { settings: message({}, { clusterLocal: flag }), hosts: about('Services; `*.` for all below.', list(text)) },
)

const ServiceScopeConfigs = message(
  {},
  { namespaceSelector: LabelSelector, servicesSelector: LabelSelector, scope: words('LOCAL', 'GLOBAL') },
)

const Visibility = words('VISIBILITY_UNSPECIFIED', 'NONE', 'NAMESPACE', 'PUBLIC')
const ServiceEntryVisibility = message(
  {},
  {
    defaultVisibility: Visibility,
    applyToSidecars: flag,
    policies: list(
      message({}, { visibility: Visibility, matchingRules: list(message({}, { namespaceSelector: LabelSelector })) }),
    ),
  },
)

export const DefaultTrafficPolicy = message(
  {},
  { connectionPool: ConnectionPoolSettings, outlierDetection: OutlierDetection },
)

const ACCESS_LOG = {
  accessLogFile: about(
    "Where every proxy writes its access log; '' for nowhere, which is Istio's default.",
    text,
    '/dev/stdout',
  ),
  accessLogFormat: about("In Envoy's format language.", text),
  accessLogEncoding: about('Form of its lines.', words('TEXT', 'JSON'), 'TEXT'),
  enableEnvoyAccessLogService: flag,
  disableEnvoyListenerLog: flag,
}

const TRUST = {
  enableAutoMtls: about('Whether clients use mTLS wherever the server has a sidecar.', flag, true),
  trustDomain: about('Trust domain of identities.', text, 'cluster.local'),
  trustDomainAliases: about('Trust domains that count as the same in policies.', list(text)),
  caCertificates: about('Further roots that are trusted.', list(CertificateData)),
  certificates: list(message({}, { secretName: text, dnsNames: list(text) })),
  ca: message({}, { address: text, tlsSettings: ClientTLSSettings, requestTimeout: duration, istiodSide: flag }),
  verifyCertificateAtClient: flag,
  meshMTLS: about('TLS between proxies.', TLSConfig),
  tlsDefaults: about('TLS of everything else.', TLSConfig),
}

const INGRESS = {
  ingressClass: about('Class of Ingress objects that are read.', text, 'istio'),
  ingressService: about('Service of the ingress gateway.', text, 'istio-ingressgateway'),
  ingressControllerMode: about(
    'Which Ingress objects are read.',
    words('UNSPECIFIED', 'OFF', 'DEFAULT', 'STRICT'),
    'STRICT',
  ),
  ingressSelector: about('Value of the label `istio` of the ingress gateway.', text, 'ingressgateway'),
}

const VISIBILITY = {
  defaultServiceExportTo: about('Where Services are seen.', list(text), ['*']),
  defaultVirtualServiceExportTo: about('Where VirtualServices are seen.', list(text), ['*']),
  defaultDestinationRuleExportTo: about('Where DestinationRules are seen.', list(text), ['*']),
  serviceEntryVisibility: ServiceEntryVisibility,
  serviceSettings: list(ServiceSettings),
  serviceScopeConfigs: list(ServiceScopeConfigs),
  discoverySelectors: about('Namespaces that the control plane looks at; all by default.', list(LabelSelector)),
}

const TRAFFIC = {
  connectTimeout: about('For opening a connection to an upstream.', duration, '10s'),
  hboneIdleTimeout: duration,
  protocolDetectionTimeout: about('How long to wait for the first bytes; 0s for ever.', duration, '0s'),
  tcpKeepalive: TcpKeepalive,
  outboundTrafficPolicy: about(
    'What becomes of traffic to hosts that the mesh does not know.',
    message(
      {},
      {
        mode: about(
          'By default passed through.',
          words('REGISTRY_ONLY', 'ALLOW_ANY', 'ALLOW_ANY_DYNAMIC_DNS'),
          'ALLOW_ANY',
        ),
        tls: ClientTLSSettings,
      },
    ),
  ),
  inboundTrafficPolicy: message(
    {},
    { mode: about('Where inbound traffic goes.', words('PASSTHROUGH', 'LOCALHOST'), 'PASSTHROUGH') },
  ),
  localityLbSetting: LocalityLoadBalancerSetting,
  zoneAwareLbSetting: ZoneAwareLoadBalancerSetting,
  dnsRefreshRate: about('Of hosts that proxies resolve.', duration, '60s'),
  h2UpgradePolicy: words('DO_NOT_UPGRADE', 'UPGRADE'),
  pathNormalization: message(
    {},
    { normalization: words('DEFAULT', 'NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES') },
  ),
  defaultHttpRetryPolicy: about('Of routes that say nothing.', HTTPRetry),
  defaultTrafficPolicy: about('Of hosts that no DestinationRule speaks of.', DefaultTrafficPolicy),
}

/** `mesh` of the ConfigMap `istio` in the root namespace: what holds for the whole mesh. */
export const MeshConfig = message(
  {},
  {
    proxyListenPort: about('Port of captured outbound traffic.', int32, 15_001),
    proxyInboundListenPort: about('Port of captured inbound traffic.', int32, 15_006),
    proxyHttpPort: about('Port of an HTTP proxy for outbound traffic; none by default.', int32, 0),
    enableTracing: about('Whether proxies trace.', flag, true),
    rootNamespace: about('Namespace whose policies hold for the whole mesh.', text, 'istio-system'),
    defaultConfig: about('How proxies start.', MeshProxyConfig),
    enablePrometheusMerge: about("Whether an application's metrics are served with the proxy's.", flag, true),
    extensionProviders: about('Services that policies name.', list(ExtensionProvider)),
    defaultProviders: about(
      'Providers that are used where no Telemetry says otherwise.',
      message({}, { tracing: list(text), metrics: list(text), accessLogging: list(text) }),
    ),
    configSources: list(
      message(
        {},
        { address: text, tlsSettings: ClientTLSSettings, subscribedResources: list(words('SERVICE_REGISTRY')) },
      ),
    ),
    inboundClusterStatName: text,
    outboundClusterStatName: text,
    ...ACCESS_LOG,
    ...TRUST,
    ...INGRESS,
    ...VISIBILITY,
    ...TRAFFIC,
  },
)
export type MeshConfig = Of<typeof MeshConfig>
