/** RE2 allows 1,000 levels of groups. */
const MAX_NESTING = 100
/** RE2's bound of a count, and of the product of counts that are one inside the other. */
const MAX_COUNT = 1_000

/** What nothing that repeats may follow. */
const OPEN = /\((?:\?:)?(?![*+?{])/y
const OR = /\|(?![*+?{])/y
const ATOM =
  /[^\\^$.|?*+()[\]{}]|[.^$]|\\[dDwWsSbBAz\-./:\\^$|?*+()[\]{}@%&#!"',;=~]|\[\^?(?:[^\\[\]^-]|\\[dDwWsS\-./])(?:[^\\[\]]|\\[dDwWsS\-./])*\]/uy
const REPETITION = /(?:[*+?]|\{(\d{1,4})(?:,(\d{0,4}))?\})\??(?![*+?{])/y
const RANGE = /[^\\]-./gs

/**
 * Says of an expression that RE2 surely takes it, by reading the part of the syntax that expressions in manifests are
 * made of: letters, classes, groups, alternatives, repetitions. False is a doubt, no error. Linear in the length, and some
 * hundred times faster than compiling.
 */
export function isPlainRegex(regex: string): boolean {
  /** Of the groups that are open, how often they repeat what they have at most. */
  const counts: number[] = [1]
  for (let at = 0; at < regex.length; ) {
    const gap = endOf(OPEN, regex, at) ?? endOf(OR, regex, at)
    if (gap !== undefined) {
      if (regex[at] === '(' && counts.push(1) > MAX_NESTING) return false
      at = gap
      continue
    }
    const inner = regex[at] === ')' ? counts.pop()! : 1
    const end = regex[at] === ')' ? at + 1 : atomEnd(regex, at)
    const repetition = end === undefined ? undefined : repetitionAt(regex, end)
    if (repetition === undefined || counts.length === 0 || inner * repetition.count > MAX_COUNT) return false
    counts[counts.length - 1] = Math.max(counts.at(-1)!, inner * repetition.count)
    at = repetition.end
  }
  return counts.length === 1
}

function endOf(token: RegExp, regex: string, at: number): number | undefined {
  token.lastIndex = at
  return token.test(regex) ? token.lastIndex : undefined
}

function atomEnd(regex: string, at: number): number | undefined {
  const end = endOf(ATOM, regex, at)
  if (end === undefined || regex[at] !== '[') return end
  return (regex.slice(at + 1, end - 1).match(RANGE) ?? []).every(isGoodRange) ? end : undefined
}

/** Of letters and digits; of others, and of ranges that begin with a class, RE2 is asked. */
function isGoodRange(range: string): boolean {
  return /^(?:[a-z]-[a-z]|[A-Z]-[A-Z]|\d-\d)$/.test(range) && range[0]! <= range[2]!
}

interface Repetition {
  readonly end: number
  /** How many copies it makes. */
  readonly count: number
}

/** What stands behind an atom, if only nothing; undefined where there is a doubt. */
function repetitionAt(regex: string, at: number): Repetition | undefined {
  if (!'*+?{'.includes(regex[at] ?? '.')) return { end: at, count: 1 }
  REPETITION.lastIndex = at
  const found = REPETITION.exec(regex)
  if (found === null) return undefined
  const [least, most] = [Number(found[1] ?? 1), Number(found[2] || (found[1] ?? 1))]
  return least <= most ? { end: REPETITION.lastIndex, count: Math.max(1, most) } : undefined
}
