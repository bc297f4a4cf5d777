import { metadataText } from '../config/metadata-value.ts'
import type { Metadata } from '../config/model.ts'
import type { TraceTag } from '../config/tracing-model.ts'
import type { Exchange } from '../http/exchange.ts'
import { requestField } from '../route/request-field.ts'

/** A tag of configuration, compiled; undefined = this span does not have it. */
export interface CustomTag {
  readonly name: string
  readonly value: (exchange: Exchange) => string | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Where a name occurs twice the last one holds. */
export function compileCustomTags(tags: readonly TraceTag[], environment: Environment): readonly CustomTag[] {
  const byName = new Map(tags.map((tag) => [tag.name, tag]))
  return [...byName.values()].map((tag) => ({ name: tag.name, value: compileValue(tag, environment) }))
}

function compileValue(tag: TraceTag, environment: Environment): CustomTag['value'] {
  if (tag.kind === 'literal') return () => tag.value
  const otherwise = tag.otherwise === '' ? undefined : tag.otherwise
  if (tag.kind === 'environment') {
    const value = environment[tag.variable] ?? otherwise
    return () => value
  }
  if (tag.kind === 'request-header') {
    const field = headerField(tag.header)
    return (exchange) => field(exchange) ?? otherwise
  }
  const { of, path } = tag
  return (exchange) => metadataText(metadataOf(of, exchange), path) ?? otherwise
}

/** Of a header that is repeated, the first. */
function headerField(name: string): CustomTag['value'] {
  if (name === 'host' || name.startsWith(':')) return requestField(name)
  return (exchange) => exchange.requestHeaders.get(name)
}

/** Nothing here has metadata of a request. As Envoy: a cluster's is that of the endpoint that was chosen. */
function metadataOf(of: 'request' | 'route' | 'cluster' | 'host', exchange: Exchange): Metadata | undefined {
  if (of === 'route') return exchange.route?.metadata
  if (of === 'host') return exchange.endpoint?.metadata
  return of === 'cluster' && exchange.endpoint !== null ? exchange.cluster?.metadata : undefined
}
