import type { ConfigNode } from './config-node.ts'
import type { Fraction } from './fraction.ts'
import { readTracer } from './read-tracer.ts'
import { readFraction } from './read-values.ts'
import type { DecoratorConfig, RequestIdConfig, RouteTracingConfig, TraceTag, TracingConfig } from './tracing-model.ts'

/**
 * HttpConnectionManager.Tracing.
 * @param operation of the listener's direction
 * @param startsChildSpan the router's `start_child_span`, which `spawn_upstream_span` has replaced
 */
export function readTracing(
  node: ConfigNode,
  operation: TracingConfig['operation'],
  startsChildSpan: boolean,
): TracingConfig {
  const hop = node.boolean('spawn_upstream_span')
  return {
    operation,
    clientSampling: node.child('client_sampling', readPercent) ?? ALL,
    randomSampling: node.child('random_sampling', readPercent) ?? ALL,
    overallSampling: node.child('overall_sampling', readPercent) ?? ALL,
    verbose: node.boolean('verbose'),
    maxPathTagLength: node.count('max_path_tag_length', 256),
    customTags: node.list('custom_tags', readTraceTag),
    hop,
    spansOfTries: hop || startsChildSpan,
    tracer: node.child('provider', readTracer),
  }
}

const ALL: Fraction = { numerator: 10_000, denominator: 10_000 }

/** envoy.type.v3.Percent, to a hundredth of a percent. */
function readPercent(node: ConfigNode): Fraction {
  const value = node.number('value', 0)
  if (value < 0 || value > 100) throw node.error('bad-config', 'must be from 0 to 100', 'value')
  return { numerator: Math.round(value * 100), denominator: 10_000 }
}

/** envoy.config.route.v3.Tracing. */
export function readRouteTracing(node: ConfigNode): RouteTracingConfig {
  return {
    clientSampling: node.child('client_sampling', readFraction) ?? ALL,
    randomSampling: node.child('random_sampling', readFraction) ?? ALL,
    overallSampling: node.child('overall_sampling', readFraction) ?? ALL,
    customTags: node.list('custom_tags', readTraceTag),
  }
}

/** envoy.config.route.v3.Decorator. */
export function readDecorator(node: ConfigNode): DecoratorConfig {
  return { operation: node.requiredString('operation'), propagate: node.boolean('propagate', true) }
}

/** Envoy's request_id_extension: only the one that makes UUIDs. */
export function readRequestIdExtension(node: ConfigNode): RequestIdConfig | undefined {
  return node.typed('typed_config', {
    'envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig': (uuid) => ({
      packTraceReason: uuid.boolean('pack_trace_reason', true),
      useForTraceSampling: uuid.boolean('use_request_id_for_trace_sampling', true),
    }),
  })
}

/** envoy.type.tracing.v3.CustomTag. */
function readTraceTag(node: ConfigNode): TraceTag {
  const name = node.requiredString('tag')
  const tag =
    node.child('literal', (literal): TraceTag => ({ name, kind: 'literal', value: literal.requiredString('value') })) ??
    node.child(
      'environment',
      (variable): TraceTag => ({
        name,
        kind: 'environment',
        variable: variable.requiredString('name'),
        otherwise: variable.string('default_value'),
      }),
    ) ??
    node.child(
      'request_header',
      (header): TraceTag => ({
        name,
        kind: 'request-header',
        header: header.requiredString('name').toLowerCase(),
        otherwise: header.string('default_value'),
      }),
    ) ??
    node.child('metadata', (metadata) => readMetadataTag(name, metadata))
  if (tag === undefined) {
    throw node.error('unsupported-config', 'needs one of literal, environment, request_header, metadata')
  }
  return tag
}

const KINDS = ['request', 'route', 'cluster', 'host'] as const

function readMetadataTag(name: string, node: ConfigNode): TraceTag {
  const of = node.child('kind', (kind) => {
    const found = KINDS.find((one) => kind.child(one, () => true))
    if (found === undefined) throw kind.error('unsupported-config', `needs one of ${KINDS.join(', ')}`)
    return found
  })
  const path = node.child('metadata_key', (key) => [
    key.requiredString('key'),
    ...key.list('path', (segment) => segment.requiredString('key')),
  ])
  if (of === undefined || path === undefined) throw node.error('bad-config', 'needs kind and metadata_key')
  return { name, kind: 'metadata', of, path, otherwise: node.string('default_value') }
}
