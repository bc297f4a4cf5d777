import { MizzenError } from '@mizzen/base'
import { type JsonObject, listAt, objectAt, textAt } from './json-shape.ts'
import {
  type Annotation,
  type Endpoint,
  MAX_ANNOTATIONS,
  MAX_NAME,
  MAX_VALUE,
  type Span,
  type SpanKind,
  spanKey,
  tagsOf,
  traceKey,
} from './span.ts'

const KINDS: readonly string[] = ['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER'] satisfies SpanKind[]

/** Reads a list of spans in Zipkin's JSON, version 2. Throws MizzenError `bad-message`: nothing of such a list is taken. */
export function readZipkinJson(list: unknown): Span[] {
  if (!Array.isArray(list)) throw new MizzenError('bad-message', 'the request must be an array of spans')
  return list.map((entry, index) => readSpan(objectAt(entry, `[${index}]`), `[${index}]`))
}

function readSpan(span: JsonObject, path: string): Span {
  const parent = textAt(span.parentId, `${path}.parentId`)
  const kind = textAt(span.kind, `${path}.kind`)
  return {
    traceId: idAt(traceKey, span.traceId, `${path}.traceId`),
    id: idAt(spanKey, span.id, `${path}.id`),
    // An id of zeros says that there is none.
    parentId: /^0*$/.test(parent) ? undefined : idAt(spanKey, parent, `${path}.parentId`),
    name: textAt(span.name, `${path}.name`).slice(0, MAX_NAME),
    kind: KINDS.includes(kind) ? (kind as SpanKind) : undefined,
    timestamp: microsAt(span.timestamp, `${path}.timestamp`),
    duration: microsAt(span.duration, `${path}.duration`),
    localEndpoint: readEndpoint(span.localEndpoint, `${path}.localEndpoint`),
    remoteEndpoint: readEndpoint(span.remoteEndpoint, `${path}.remoteEndpoint`),
    annotations: readAnnotations(span.annotations, `${path}.annotations`),
    tags: tagsOf(
      Object.entries(objectAt(span.tags ?? {}, `${path}.tags`)).map(([name, value]) => [name, tagText(value)] as const),
    ),
    shared: span.shared === true ? true : undefined,
  }
}

/** All are to be texts; some write numbers. */
function tagText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function idAt(keyOf: (text: string) => string | undefined, value: unknown, path: string): string {
  const key = keyOf(textAt(value, path))
  if (key === undefined) throw new MizzenError('bad-message', `${path} must be hex digits, and not all zero`, { path })
  return key
}

/** 0 is the same as nothing. */
function microsAt(value: unknown, path: string): number | undefined {
  if (value === undefined || value === null || value === 0) return undefined
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return Math.round(value)
  throw new MizzenError('bad-message', `${path} must be microseconds, a positive number`, { path })
}

function readEndpoint(value: unknown, path: string): Endpoint | undefined {
  if (value === undefined || value === null) return undefined
  const { serviceName, ipv4, ipv6, port } = objectAt(value, path)
  const text = (given: unknown, name: string) => textAt(given, `${path}.${name}`).slice(0, MAX_NAME) || undefined
  return {
    serviceName: text(serviceName, 'serviceName'),
    ipv4: text(ipv4, 'ipv4'),
    ipv6: text(ipv6, 'ipv6'),
    port: typeof port === 'number' && port > 0 ? port : undefined,
  }
}

function readAnnotations(list: unknown, path: string): readonly Annotation[] | undefined {
  const all = listAt(list, path)
  if (all.length === 0) return undefined
  return all.slice(0, MAX_ANNOTATIONS).map((entry, index) => {
    const { timestamp, value } = objectAt(entry, `${path}[${index}]`)
    return {
      timestamp: microsAt(timestamp, `${path}[${index}].timestamp`) ?? 0,
      value: textAt(value, `${path}[${index}].value`).slice(0, MAX_VALUE),
    }
  })
}
