/** Characters of Unicode classes compile to tables: each costs as much as this many instructions. */
const UNICODE_CLASS = 100
const REPEAT = /\{(\d+)(?:,(\d*))?\}/y

/**
 * About how many instructions RE2 makes of an expression: a character one, a repetition as many times what it repeats.
 * Linear in the length of the expression; never too small by more than a constant factor for what compiles.
 */
export function regexSize(regex: string): number {
  const outer: number[] = []
  let size = 0
  let last = 0
  const add = (instructions: number) => {
    last = instructions
    size += instructions
  }
  for (let at = 0; at < regex.length; ) {
    const character = regex[at]!
    if (character === '(') {
      outer.push(size)
      size = 0
      last = 0
      at += 1
    } else if (character === ')') {
      const group = size + 2
      size = outer.pop() ?? 0
      add(group)
      at += 1
    } else if (character === '{') {
      const times = repetitions(regex, at)
      if (times === undefined) add(1)
      else {
        size += last * (times - 1)
        last *= times
      }
      at = times === undefined ? at + 1 : REPEAT.lastIndex
    } else {
      const end = atomEnd(regex, at)
      add(1 + UNICODE_CLASS * (regex.slice(at, end).match(/\\[pP]/g)?.length ?? 0))
      at = end
    }
  }
  return outer.reduce((sum, part) => sum + part, size)
}

/** Of `{2}`, `{2,}` and `{2,5}`; undefined where the brace stands for itself. */
function repetitions(regex: string, at: number): number | undefined {
  REPEAT.lastIndex = at
  const [all, from = '', to] = REPEAT.exec(regex) ?? []
  if (all === undefined) return undefined
  return Math.max(1, to === undefined ? Number(from) : to === '' ? Number(from) + 1 : Number(to))
}

/** Behind a class, an escape or a single character. */
function atomEnd(regex: string, at: number): number {
  if (regex[at] === '\\') return regex[at + 2] === '{' ? 1 + indexOrEnd(regex, '}', at) : at + 2
  if (regex[at] !== '[') return at + 1
  let end = regex[at + 1] === '^' ? at + 3 : at + 2
  while (end < regex.length && regex[end] !== ']') end += regex[end] === '\\' ? 2 : 1
  return end + 1
}

function indexOrEnd(text: string, search: string, from: number): number {
  const found = text.indexOf(search, from)
  return found === -1 ? text.length : found
}
