/** The candidate that `word` is most likely a slip of; undefined when none is near. For "did you mean". */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  const plain = fold(word)
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(plain.length / 3)) + 1
  for (const candidate of candidates) {
    const other = fold(candidate)
    if (Math.abs(other.length - plain.length) >= bestDistance) continue
    const distance = editDistance(plain, other)
    if (distance < bestDistance && distance < Math.max(plain.length, other.length)) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `mirror_percentage` and `MirrorPercentage` are the same word for this purpose. */
function fold(word: string): string {
  return word
    .slice(0, MAX_LENGTH)
    .replaceAll(/[_\-\s]/g, '')
    .toLowerCase()
}

/** Words are cut here: the distance costs the product of the lengths. */
const MAX_LENGTH = 64

/** Damerau-Levenshtein, restricted: insertions, deletions, replacements, and neighbours swapped, count 1 each. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1)
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return last[to.length]!
}
