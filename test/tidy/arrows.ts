/**
 * Which package may import which: the design's list, and no others. These hold for `src`; a package's tests may import more.
 */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  api: ['base'],
  collections: ['base'],
  kube: ['base', 'api'],
  store: ['base', 'api', 'kube'],
  xds: ['base'],
  discovery: ['base', 'api', 'collections', 'store', 'xds'],
  ca: ['base', 'api', 'xds'],
  // Of discovery, only PURE_DISCOVERY.
  validation: ['base', 'api', 'store', 'discovery'],
  telemetry: ['base', 'api', 'xds'],
  injection: ['base', 'api'],
  // Of telemetry, only query types.
  rollout: ['base', 'api', 'store', 'telemetry'],
  'control-plane': [
    'base',
    'api',
    'collections',
    'kube',
    'store',
    'xds',
    'discovery',
    'ca',
    'validation',
    'telemetry',
    'injection',
    'rollout',
  ],
  proxy: ['base', 'xds'],
  local: ['base', 'api', 'store', 'injection'],
  cli: [
    'base',
    'api',
    'store',
    'discovery',
    'validation',
    'telemetry',
    'injection',
    'rollout',
    'control-plane',
    'proxy',
    'local',
  ],
  dashboard: [],
}

/** What validation may take of discovery: functions of objects, and not the server. `offline.ts` is the whole as one function. */
export const PURE_DISCOVERY = /^\.\/(?:model\/|translate\/|offline\.ts$)/

/** Folders whose code is pure: no clock, randomness or I/O. */
export const PURE_FOLDERS = ['model', 'translate', 'decide', 'balancer', 'route']

/**
 * The only places that import the protobuf library, or what is generated for it. Everything else sees plain values; proxies
 * read configuration with a decoder of their own (decision 4).
 */
export const PROTOBUF_EDGE = [
  'packages/xds/',
  'packages/discovery/src/translate/',
  // What proxies tell of themselves: metrics, log entries, spans.
  'packages/proxy/src/telemetry/stream/',
  'packages/proxy/src/tracing/export/',
]
