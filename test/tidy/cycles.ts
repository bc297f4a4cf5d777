/**
 * Cycles of a directed graph, each once, as the nodes along it with the first repeated at the end. Not all cycles of a
 * tangle: enough that an acyclic graph gives none and any other gives at least one.
 */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>()
  const path: string[] = []
  const cycles: string[][] = []
  const visit = (node: string): void => {
    const at = path.indexOf(node)
    if (at !== -1) {
      cycles.push([...path.slice(at), node])
      return
    }
    if (done.has(node)) return
    path.push(node)
    for (const next of graph.get(node) ?? []) visit(next)
    path.pop()
    done.add(node)
  }
  for (const node of graph.keys()) visit(node)
  return cycles
}
