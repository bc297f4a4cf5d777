import { about, duration, flag, int32, list, map, message, type Of, text, uint32, words } from '../../schema/fields.ts'
import { ClientTLSSettings } from '../networking/policy/client-tls.ts'
import { TcpKeepalive } from '../networking/policy/connection-pool.ts'
import { ProxyImage } from '../networking/proxy-config.ts'
import { ReadinessProbe } from '../networking/workload-group.ts'
import { ConnectionSettings } from './connection-settings.ts'
import { ProxyTracing } from './tracing.ts'

const ForwardClientCert = words(
  'UNDEFINED',
  'SANITIZE',
  'FORWARD_ONLY',
  'APPEND_FORWARD',
  'SANITIZE_SET',
  'ALWAYS_FORWARD_ONLY',
)
const Disabled = message({}, { disabled: flag })
const Enabled = message({}, { enabled: flag })

const RemoteService = message(
  {},
  { address: about('As `host:port`.', text), tlsSettings: ClientTLSSettings, tcpKeepalive: TcpKeepalive },
)

const PrivateKeyMethod = message({}, { pollDelay: duration, fallback: flag })
const PrivateKeyProvider = message(
  {},
  { cryptomb: PrivateKeyMethod, qat: PrivateKeyMethod },
  { oneofs: [['cryptomb', 'qat']] },
)

const Topology = message(
  {},
  {
    numTrustedProxies: about('Proxies before the gateway whose X-Forwarded-For is believed.', uint32, 0),
    forwardClientCertDetails: about('What becomes of X-Forwarded-Client-Cert.', ForwardClientCert),
    proxyProtocol: about('Whether the PROXY protocol is read; set to `{}`.', message({}, {})),
  },
)

const ProxyHeaders = message(
  {},
  {
    forwardedClientCert: ForwardClientCert,
    setCurrentClientCertDetails: message({}, { subject: flag, cert: flag, chain: flag, dns: flag, uri: flag }),
    requestId: Disabled,
    server: message({}, { disabled: flag, value: text }),
    attemptCount: Disabled,
    envoyDebugHeaders: Disabled,
    metadataExchangeHeaders: message({}, { mode: words('UNDEFINED', 'IN_MESH') }),
    preserveHttp1HeaderCase: flag,
    xForwardedHost: Enabled,
    xForwardedPort: Enabled,
  },
)

/** How proxies start: `defaultConfig` of the mesh, and the annotation `proxy.istio.io/config`. */
export const MeshProxyConfig = message(
  {},
  {
    configPath: about('Directory of the generated bootstrap.', text, './etc/istio/proxy'),
    binaryPath: about('The Envoy to run.', text, '/usr/local/bin/envoy'),
    serviceCluster: about('Name of the cluster that the proxy is of, in traces.', text, 'istio-proxy'),
    tracingServiceName: words('APP_LABEL_AND_NAMESPACE', 'CANONICAL_NAME_ONLY', 'CANONICAL_NAME_AND_NAMESPACE'),
    drainDuration: about('How long connections drain on a change of listeners; whole seconds.', duration, '45s'),
    discoveryAddress: about('The control plane, as `host:port`.', text, 'istiod.istio-system.svc:15012'),
    discoveryRefreshDelay: duration,
    zipkinAddress: text,
    statsdUdpAddress: about('As `host:port`.', text),
    envoyMetricsServiceAddress: text,
    proxyAdminPort: about('Port of the admin interface, on loopback.', int32, 15_000),
    availabilityZone: text,
    controlPlaneAuthPolicy: about('Towards the control plane.', words('NONE', 'MUTUAL_TLS', 'INHERIT'), 'MUTUAL_TLS'),
    customConfigFile: text,
    statNameLength: about('Characters of names of statistics.', int32, 189),
    concurrency: about('Worker threads; 0 means one for each core.', int32),
    proxyBootstrapTemplatePath: text,
    interceptionMode: about('How traffic gets to the sidecar.', words('REDIRECT', 'TPROXY', 'NONE'), 'REDIRECT'),
    tracing: ProxyTracing,
    sds: message({}, { enabled: flag, k8sSaJwtPath: text }),
    envoyAccessLogService: RemoteService,
    envoyMetricsService: RemoteService,
    proxyMetadata: about('Environment of the proxy; `ISTIO_META_*` becomes metadata of its node.', map(text)),
    runtimeValues: about("Of Envoy's runtime.", map(text)),
    statusPort: about('Port of health and merged metrics.', int32, 15_020),
    extraStatTags: about('Further tags of statistics.', list(text)),
    gatewayTopology: about('What stands before gateways.', Topology),
    terminationDrainDuration: about('Between SIGTERM and the end of the proxy.', duration, '5s'),
    meshId: text,
    readinessProbe: about('Of workloads outside Kubernetes.', ReadinessProbe),
    proxyStatsMatcher: about(
      'Statistics that are kept beside the usual ones.',
      message({}, { inclusionPrefixes: list(text), inclusionSuffixes: list(text), inclusionRegexps: list(text) }),
    ),
    holdApplicationUntilProxyStarts: about('Whether the application waits for its sidecar.', flag, false),
    caCertificatesPem: about('Further roots of control planes.', list(text)),
    image: ProxyImage,
    privateKeyProvider: PrivateKeyProvider,
    proxyHeaders: about('Headers that proxies add.', ProxyHeaders),
    fileFlushInterval: about('Of access logs.', duration, '1s'),
    fileFlushMinSizeKb: about('Of access logs, in KiB.', uint32, 64),
    statsCompression: about('Whether metrics are compressed.', flag, true),
    connectionSettings: ConnectionSettings,
  },
  { oneofs: [['serviceCluster', 'tracingServiceName']] },
)
export type MeshProxyConfig = Of<typeof MeshProxyConfig>
