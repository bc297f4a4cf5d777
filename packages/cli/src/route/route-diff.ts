import type { Call, Explanation } from '@mizzen/validation'
import { renderTable } from '../print/table.ts'

export interface CallDiff {
  readonly call: Call
  /** How often it was recorded; 1 for calls that were given. */
  readonly count: number
  readonly changed: boolean
  readonly before: string
  readonly after: string
}

type Explain = (call: Call) => Explanation

/** What becomes of each call. */
export async function diffCalls(
  calls: readonly { readonly call: Call; readonly count: number }[],
  before: Explain,
  after: Explain,
): Promise<readonly CallDiff[]> {
  const { diffExplanations } = await import('@mizzen/validation')
  return calls.map(({ call, count }) => ({ call, count, ...diffExplanations(before(call), after(call)) }))
}

/** Those that go elsewhere, one line each, and how many stay. */
export function diffText(diffs: readonly CallDiff[]): string {
  const changed = diffs.filter((diff) => diff.changed)
  const rows = changed.map(({ call, count, before, after }) => [String(count), callText(call), before, after])
  const table = changed.length === 0 ? '' : renderTable(['REQUESTS', 'CALL', 'BEFORE', 'AFTER'], rows)
  return `${table}${changed.length} of ${diffs.length} calls go elsewhere\n`
}

function callText({ method = 'GET', hostHeader, address, port, path = '/' }: Call): string {
  return `${method} ${hostHeader ?? address ?? ''}:${port}${path}`.replace(/(:\d+):\d+\//, '$1/')
}
