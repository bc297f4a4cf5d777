/** Namespaces that may see an object: `*` for all. Never holds `.`, which `parseExportTo` resolves. */
export type Visibility = ReadonlySet<string>

const EVERYWHERE: Visibility = new Set(['*'])

/** `exportTo` of an object of `namespace`; everywhere by default. `~` is nowhere. */
export function parseExportTo(exportTo: readonly string[] | undefined, namespace: string): Visibility {
  if (exportTo === undefined || exportTo.length === 0) return EVERYWHERE
  return new Set(exportTo.map((word) => (word === '.' ? namespace : word)).filter((word) => word !== '~'))
}

export function isVisible(visibility: Visibility, namespace: string): boolean {
  return visibility.has('*') || visibility.has(namespace)
}
