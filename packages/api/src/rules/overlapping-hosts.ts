/**
 * Which hosts overlap with an earlier one of the same list, and with which: by position. Of two that overlap one is a
 * wildcard whose end the other has, or they are the same; so the cost is that of looking up the ends of each host, not
 * that of comparing each with each.
 */
export function overlappingHosts(hosts: readonly string[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  const note = (one: number, other: number) => {
    const [earlier, later] = one < other ? [one, other] : [other, one]
    if (earlier !== later && earlier < (found.get(later) ?? later)) found.set(later, earlier)
  }
  const exact = firstPositions(hosts, (host) => (host.startsWith('*') ? undefined : host))
  const ends = firstPositions(hosts, (host) => (host.startsWith('*') ? host.slice(1) : undefined))
  const uneven = [...ends.keys()].filter((end) => !end.startsWith('.'))
  const lengths = [...new Set(uneven.map(({ length }) => length))]
  hosts.forEach((host, position) => {
    const body = host.startsWith('*') ? host.slice(1) : host
    if (body === host) note(exact.get(host)!, position)
    const noteEnd = (start: number) => {
      const wildcard = ends.get(body.slice(start))
      if (wildcard !== undefined) note(wildcard, position)
    }
    for (const length of lengths) if (length <= body.length) noteEnd(body.length - length)
    if (ends.size === uneven.length) return
    for (let dot = body.indexOf('.'); dot !== -1; dot = body.indexOf('.', dot + 1)) noteEnd(dot)
  })
  return found
}

function firstPositions(hosts: readonly string[], nameOf: (host: string) => string | undefined): Map<string, number> {
  const positions = new Map<string, number>()
  hosts.forEach((host, position) => {
    const name = nameOf(host)
    if (name !== undefined && !positions.has(name)) positions.set(name, position)
  })
  return positions
}
