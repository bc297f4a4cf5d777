import { isScalar, type Node, type Scalar, visit } from 'yaml'

/**
 * The first key that its map already has. The library's own check compares every key with every other, which takes
 * minutes for a map of 60,000.
 */
export function duplicateKey(root: Node | null): Scalar | undefined {
  let found: Scalar | undefined
  visit(root, {
    Map(_, { items }) {
      const names = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key) || key.value === '<<') continue
        const name = String(key.value)
        if (names.has(name)) {
          found = key
          return visit.BREAK
        }
        names.add(name)
      }
      return undefined
    },
  })
  return found
}
