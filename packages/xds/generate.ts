/**
 * Generates the protobuf code in `gen/` from the .proto files that `@grpc/grpc-js-xds` ships.
 *
 * Runs at install (`npm ci`), and by hand as `npm run generate`. The set of messages is pruned to `MESSAGES` and what
 * they refer to, and every custom option (validation rules, versioning notes) is dropped: descriptors are decoded in each
 * proxy process at start, so what nobody reads costs memory and time in all of them.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const HERE = import.meta.dirname
const OUT = join(HERE, 'gen')
/** Files of our own, for messages and fields that the shipped trees do not have. */
const OVERLAY = join(HERE, 'proto')
const require = createRequire(import.meta.url)

/** What Mizzen speaks. Add a message here when a feature needs it; everything it refers to comes along. */
const MESSAGES = [
  'envoy.service.discovery.v3.AggregatedDiscoveryService',
  'envoy.config.bootstrap.v3.Bootstrap',
  'envoy.config.listener.v3.Listener',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.config.cluster.v3.Cluster',
  'envoy.config.endpoint.v3.ClusterLoadAssignment',
  'envoy.extensions.access_loggers.file.v3.FileAccessLog',
  'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig',
  'envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig',
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
  'envoy.config.trace.v3.OpenTelemetryConfig',
  'envoy.config.trace.v3.ZipkinConfig',
  'envoy.extensions.filters.http.router.v3.Router',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  'envoy.extensions.filters.http.fault.v3.HTTPFault',
  'envoy.extensions.filters.http.cors.v3.Cors',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  'envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig',
  'envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig',
  'envoy.extensions.filters.http.on_demand.v3.OnDemand',
  'envoy.extensions.filters.http.on_demand.v3.PerRouteConfig',
  'envoy.extensions.filters.network.sni_cluster.v3.SniCluster',
  'envoy.extensions.filters.listener.original_dst.v3.OriginalDst',
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
  'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport',
  'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector',
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
  'envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig',
  'envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig',
  'envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig',
  'envoy.extensions.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig',
  'envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig',
  'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer',
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
  'envoy.extensions.transport_sockets.tls.v3.Secret',
  'envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig',
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
  'envoy.admin.v3.ConfigDump',
  'istio.networking.nds.v1.NameTable',
  'xds.type.v3.TypedStruct',
]

const ROOTS = ['envoy-api', 'googleapis', 'protoc-gen-validate', 'xds']

/** Copies the files that hold `MESSAGES`, and all that they import, from the shipped trees into `to`; returns the custom options they declare. */
function copyClosure(deps: string, to: string): string[] {
  const options: string[] = []
  const queue = MESSAGES.map(fileOf)
  const seen = new Set<string>()
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file) || file.startsWith('google/protobuf/')) continue
    seen.add(file)
    const wanted = file
    const places = [join(OVERLAY, wanted), ...ROOTS.map((root) => join(deps, root, wanted))]
    const source = places.find((path) => existsSync(path))
    if (source === undefined) throw new Error(`generate: ${file} is in none of ${ROOTS.join(', ')} below ${deps}`)
    // The shipped validate.proto is older than some of its users and lacks StringRules.ignore_empty.
    const text = readFileSync(source, 'utf8').replaceAll(/(,\s*)?\bignore_empty:\s*true\b,?/g, '')
    mkdirSync(dirname(join(to, file)), { recursive: true })
    writeFileSync(join(to, file), text)
    for (const [, imported] of text.matchAll(/^import (?:public )?"([^"]+)";/gm)) queue.push(imported as string)
    options.push(...customOptions(text))
  }
  return options
}

/** Full names of the custom options that a file declares: `extend google.protobuf.FieldOptions { T name = 1; }`. */
function customOptions(text: string): string[] {
  const scope = /^package ([\w.]+);/m.exec(text)?.[1]
  const bodies = [...text.matchAll(/^extend [\w.]*google\.protobuf\.\w+Options \{([^}]*)\}/gm)].map(
    (match) => match[1] as string,
  )
  return bodies.flatMap((body) => [...body.matchAll(/(\w+)\s*=\s*\d+/g)].map((match) => `${scope}.${match[1]}`))
}

/** The file that declares a message or service; file names in envoy-api do not follow from message names. */
function fileOf(message: string): string {
  const folder = message.split('.').slice(0, -1).join('/')
  const name = message.split('.').at(-1) as string
  const snake = name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
  const known: Record<string, string> = {
    AggregatedDiscoveryService: 'ads',
    RouteConfiguration: 'route',
    ClusterLoadAssignment: 'endpoint',
    FileAccessLog: 'file',
    HttpGrpcAccessLogConfig: 'als',
    TcpGrpcAccessLogConfig: 'als',
    StdoutAccessLog: 'stream',
    HTTPFault: 'fault',
    ConfigDump: 'config_dump',
    ClusterConfig: 'cluster',
    FilterConfig: 'dynamic_forward_proxy',
    PerRouteConfig: 'on_demand',
    ProxyProtocolUpstreamTransport: 'upstream_proxy_protocol',
    DownstreamTlsContext: 'tls',
    UpstreamTlsContext: 'tls',
    SPIFFECertValidatorConfig: 'tls_spiffe_validator_config',
    OpenTelemetryConfig: 'opentelemetry',
    ZipkinConfig: 'zipkin',
    UuidRequestIdConfig: 'uuid',
    EnvironmentResourceDetectorConfig: 'environment_resource_detector',
    StaticConfigResourceDetectorConfig: 'static_config_resource_detector',
    AlwaysOnSamplerConfig: 'always_on_sampler',
    ParentBasedSamplerConfig: 'parent_based_sampler',
  }
  return `${folder}/${known[name] ?? snake}.proto`
}

function generate(): void {
  const deps = join(dirname(require.resolve('@grpc/grpc-js-xds/package.json')), 'deps')
  const work = mkdtempSync(join(tmpdir(), 'mizzen-proto-'))
  try {
    const options = copyClosure(deps, join(work, 'in'))
    const template = {
      version: 'v2',
      plugins: [
        {
          local: ['node', require.resolve('@bufbuild/protoc-gen-es/bin/protoc-gen-es')],
          out: join(work, 'out'),
          strategy: 'all',
          include_imports: true,
          opt: ['target=js+dts', 'import_extension=js'],
        },
      ],
      inputs: [{ directory: join(work, 'in'), types: MESSAGES, exclude_types: options }],
    }
    writeFileSync(join(work, 'buf.gen.yaml'), JSON.stringify(template))
    const run = spawnSync(
      require.resolve('@bufbuild/buf/bin/buf'),
      ['generate', '--template', join(work, 'buf.gen.yaml')],
      {
        cwd: work,
        encoding: 'utf8',
        timeout: 120_000,
      },
    )
    if (run.status !== 0) throw new Error(`generate: buf failed\n${run.stderr || String(run.error)}`)
    rmSync(OUT, { recursive: true, force: true })
    cpSync(join(work, 'out'), OUT, { recursive: true })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

generate()
