import { isFailedSpan, type Span } from './span.ts'
import { type SpanNode, spanTree } from './span-tree.ts'

/** A call from one service to another. */
export interface Call {
  readonly parent: string
  readonly child: string
  readonly failed: boolean
}

/**
 * The calls between services that a trace tells of, by Zipkin's rules: a server's span is a call from the nearest span above
 * it that has a kind; a client's is one only where nothing is below it, to the name that it gives the other side; messages go
 * to and come from a broker. A call failed if either side says so.
 * https://github.com/openzipkin/zipkin, `DependencyLinker`
 */
export function callsOf(spans: readonly Span[]): readonly Call[] {
  return spanTree(spans).flatMap(callsAt)
}

function callsAt(node: SpanNode): readonly Call[] {
  const { span } = node
  const local = span.localEndpoint?.serviceName
  const remote = span.remoteEndpoint?.serviceName
  switch (span.kind) {
    case 'SERVER':
      return serverCall(node, remote, local)
    case 'PRODUCER':
      return call(local, remote, isFailedSpan(span))
    case 'CONSUMER':
      return call(remote, local, isFailedSpan(span))
    case 'CLIENT':
      return node.hasChildren ? [] : clientCalls(node, local, remote)
    default:
      // One of unknown kind that names both sides is taken for a client's.
      return local === undefined || remote === undefined ? [] : clientCalls(node, local, remote)
  }
}

function serverCall(node: SpanNode, remote: string | undefined, local: string | undefined): readonly Call[] {
  const above = nearestWithKind(node)
  return call(above?.localEndpoint?.serviceName ?? remote, local, hasFailed(node.span, above))
}

function clientCalls(node: SpanNode, local: string | undefined, remote: string | undefined): readonly Call[] {
  const above = nearestWithKind(node)
  const from = above?.localEndpoint?.serviceName
  const made = call(local ?? from, remote, hasFailed(node.span, above))
  // Its caller's name is another one: the call to it is told by nobody else.
  return from === undefined || local === undefined || from === local ? made : [...call(from, local, false), ...made]
}

function call(parent: string | undefined, child: string | undefined, failed: boolean): readonly Call[] {
  return parent === undefined || child === undefined ? [] : [{ parent, child, failed }]
}

/** Spans within a service may be between a call and its caller. */
function nearestWithKind(node: SpanNode): Span | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent) if (at.span.kind !== undefined) return at.span
  return undefined
}

/** The client may have seen a failure of which the server knows nothing. */
function hasFailed(span: Span, above: Span | undefined): boolean {
  if (isFailedSpan(span)) return true
  const isCaller = above?.kind === 'CLIENT' && (span.parentId === above.id || span.id === above.id)
  return isCaller && isFailedSpan(above)
}
