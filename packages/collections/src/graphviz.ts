import type { GraphNode } from './node.ts'

/** A directed graph in the DOT language: a box for each node with its size, an arrow to each that reads it. */
export function graphviz(nodes: readonly GraphNode[]): string {
  const boxes = nodes.map(({ name, size }) => `  ${quoted(name)} [label=${quoted(`${name}\n${size}`)}]`)
  const arrows = nodes.flatMap(({ name, dependents }) =>
    [...dependents]
      .sort((left, right) => left.rank - right.rank)
      .map((dependent) => `  ${quoted(name)} -> ${quoted(dependent.name)}`),
  )
  return ['digraph collections {', '  rankdir=LR', '  node [shape=box]', ...boxes, ...arrows, '}', ''].join('\n')
}

/** https://graphviz.org/doc/info/lang.html: in a quoted string only the quote is escaped; `\n` is a new line. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
