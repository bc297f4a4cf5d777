import type { Span } from './span.ts'

/** A span, and where it is in its trace. */
export interface SpanNode {
  readonly span: Span
  readonly parent: SpanNode | undefined
  readonly hasChildren: boolean
}

/** While it is put together. */
interface OpenNode {
  span: Span
  parent: OpenNode | undefined
  hasChildren: boolean
}

/**
 * The spans of a trace with their parents, in the order given. In Zipkin a server may share the span of its client: it is the
 * client's child then, and what it does itself (a span of the same service) is the server's child and not the client's.
 */
export function spanTree(spans: readonly Span[]): readonly SpanNode[] {
  const nodes = spans.map((span): OpenNode => ({ span, parent: undefined, hasChildren: false }))
  const byId = Map.groupBy(nodes, ({ span }) => span.id)
  for (const node of nodes) {
    const parent = parentOf(node, byId)
    // Ids that go in a circle are nobody's parents.
    if (parent === undefined || isBelow(parent, node)) continue
    node.parent = parent
    parent.hasChildren = true
  }
  return nodes
}

function parentOf(node: OpenNode, byId: ReadonlyMap<string, readonly OpenNode[]>): OpenNode | undefined {
  const { span } = node
  const client = byId.get(span.id)?.find((other) => other !== node && sharesSpan(node, other))
  if (client !== undefined) return client
  const parents = span.parentId === undefined ? [] : (byId.get(span.parentId) ?? [])
  return parents.find((other) => isServer(other) && isOfSame(other.span, span)) ?? parents.find(isFirst) ?? parents[0]
}

/** Whether the one is the server's side of the other. */
function sharesSpan(node: OpenNode, other: OpenNode): boolean {
  return isServer(node) && !isServer(other)
}

function isServer({ span }: OpenNode): boolean {
  return span.shared === true || span.kind === 'SERVER'
}

function isFirst(node: OpenNode): boolean {
  return !isServer(node)
}

function isOfSame(one: Span, other: Span): boolean {
  return one.localEndpoint?.serviceName === other.localEndpoint?.serviceName
}

function isBelow(node: OpenNode, top: OpenNode): boolean {
  for (let at: OpenNode | undefined = node; at !== undefined; at = at.parent) if (at === top) return true
  return false
}
