/** Route configurations that stand in listeners (`route_config` of a connection manager), wherever that is. */
export function inlineRoutes(listener: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(listener)) return listener.flatMap(inlineRoutes)
  if (typeof listener !== 'object' || listener === null) return []
  return Object.entries(listener).flatMap(([name, value]) =>
    name === 'route_config' || name === 'routeConfig'
      ? [value as Readonly<Record<string, unknown>>]
      : inlineRoutes(value),
  )
}
