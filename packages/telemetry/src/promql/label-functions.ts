import { withLabel } from './labels.ts'
import { compileWhole } from './matcher.ts'
import { promqlError } from './promql-error.ts'
import type { VectorSample } from './value.ts'

type Samples = readonly VectorSample[]

/** Replacement: `$1`, `${1}`, `$name`, `${name}`, `$$`; as Go's `Regexp.Expand`. */
const REFERENCE = /\$(?:(\$)|\{(\w+)\}|(\w+))/g

/** PromQL's `label_replace`. Throws MizzenError `promql-execution` for a bad expression or label name. */
export function labelReplace(samples: Samples, args: readonly string[]): Samples {
  const [target = '', replacement = '', source = '', expression = ''] = args
  const pattern = compiled(expression)
  checkName(target, 'destination', 'label_replace')
  return samples.map((sample) => {
    const matcher = pattern.matcher(sample.labels.values.get(source) ?? '')
    if (!matcher.matches()) return sample
    const text = replacement.replace(REFERENCE, (_whole, dollar, braced, bare) => {
      if (dollar !== undefined) return '$'
      return groupText(matcher, braced ?? bare)
    })
    return { ...sample, labels: withLabel(sample.labels, target, text) }
  })
}

/** PromQL's `label_join`. Throws MizzenError `promql-execution` for a bad label name. */
export function labelJoin(samples: Samples, args: readonly string[]): Samples {
  const [target = '', separator = '', ...sources] = args
  for (const source of sources) checkName(source, 'source', 'label_join')
  checkName(target, 'destination', 'label_join')
  return samples.map((sample) => {
    const values = sources.map((source) => sample.labels.values.get(source) ?? '')
    return { ...sample, labels: withLabel(sample.labels, target, values.join(separator)) }
  })
}

/** A query compiles its expressions at each of its times. */
const patterns = new Map<string, ReturnType<typeof compileWhole>>()
const MAX_PATTERNS = 100

function compiled(expression: string) {
  const known = patterns.get(expression)
  if (known !== undefined) return known
  if (patterns.size >= MAX_PATTERNS) patterns.clear()
  try {
    const pattern = compileWhole(expression)
    patterns.set(expression, pattern)
    return pattern
  } catch (error) {
    throw promqlError('promql-execution', `invalid regular expression in label_replace(): ${expression}`, error)
  }
}

/** A group that is not there, or did not take part, is empty. */
function groupText(matcher: { group(of: number | string): string | null; groupCount(): number }, name: string): string {
  if (/^\d+$/.test(name)) return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : ''
  try {
    return matcher.group(name) ?? ''
  } catch {
    return ''
  }
}

function checkName(name: string, which: string, where: string): void {
  if (name === '') throw promqlError('promql-execution', `invalid ${which} label name in ${where}(): ${name}`)
}
