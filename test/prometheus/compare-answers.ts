interface Answer {
  readonly status: number
  readonly body: string
}

/** Sums of many numbers may differ in their last bits: the order in which Prometheus adds series is its own. */
const TOLERANCE = 1e-12

/**
 * Where two answers of the query API differ; empty where they say the same. The order of a vector's elements is free, and
 * of errors the status and the type count: their wording is not a contract.
 */
export function differences(ours: Answer, theirs: Answer): readonly string[] {
  const [left, right] = [JSON.parse(ours.body), JSON.parse(theirs.body)]
  if (ours.status !== theirs.status) {
    return [`status ${ours.status}, Prometheus ${theirs.status}: ${left.error} / ${right.error}`]
  }
  if (left.status !== 'success')
    return left.errorType === right.errorType ? [] : [`${left.errorType}/${right.errorType}`]
  return compareValues(sorted(left.data), sorted(right.data), 'data')
}

function sorted(data: unknown): unknown {
  // The order of series is free, too; names and values of labels are sorted.
  if (Array.isArray(data) && typeof data[0] === 'object') {
    return data.map((labels) => JSON.stringify(Object.entries(labels).sort())).sort()
  }
  const { resultType, result } = data as { resultType?: string; result?: { metric: object }[] }
  if (resultType !== 'vector' && resultType !== 'matrix') return data
  const key = ({ metric }: { metric: object }) => JSON.stringify(Object.entries(metric).sort())
  return { resultType, result: [...result!].sort((a, b) => (key(a) < key(b) ? -1 : 1)) }
}

function compareValues(left: unknown, right: unknown, path: string): readonly string[] {
  if (typeof left === 'object' && left !== null && typeof right === 'object' && right !== null) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])]
    const at = (value: object, key: string) => (value as Record<string, unknown>)[key]
    return keys.flatMap((key) => compareValues(at(left, key), at(right, key), `${path}.${key}`)).slice(0, 3)
  }
  if (Object.is(left, right) || nearlyEqual(left, right)) return []
  return [`${path}: ${JSON.stringify(left)}, Prometheus ${JSON.stringify(right)}`]
}

function nearlyEqual(left: unknown, right: unknown): boolean {
  if (typeof left !== 'string' || typeof right !== 'string') return false
  const [a, b] = [Number(left), Number(right)]
  return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
}
