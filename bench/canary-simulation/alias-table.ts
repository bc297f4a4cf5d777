/** Draws from a discrete distribution with one random number, whatever its size (Walker 1977, built as Vose 1991 does). */
export interface AliasTable {
  /** Chance to stay in each column … */
  readonly stay: readonly number[]
  /** … and where it goes otherwise. */
  readonly other: readonly number[]
}

/** @param parts chances; their sum is 1 */
export function aliasTable(parts: readonly number[]): AliasTable {
  const stay = parts.map((part) => part * parts.length)
  const other = parts.map((_, index) => index)
  const poor = other.filter((index) => (stay[index] as number) < 1)
  const rich = other.filter((index) => (stay[index] as number) >= 1)
  while (poor.length > 0 && rich.length > 0) {
    const taker = poor.pop() as number
    const giver = rich.at(-1) as number
    other[taker] = giver
    stay[giver] = (stay[giver] as number) - (1 - (stay[taker] as number))
    if ((stay[giver] as number) >= 1) continue
    rich.pop()
    poor.push(giver)
  }
  // What rounding leaves over stays where it is.
  for (const index of [...poor, ...rich]) stay[index] = 1
  return { stay, other }
}

export function drawFrom({ stay, other }: AliasTable, random: () => number): number {
  const scaled = random() * stay.length
  const column = Math.floor(scaled)
  return scaled - column < (stay[column] as number) ? column : (other[column] as number)
}
