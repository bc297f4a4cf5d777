import type { Cursor } from './cursor.ts'
import { METRIC_NAME } from './labels.ts'
import { takeDuration, takeNumber, takeString } from './literals.ts'
import { type Matcher, type MatchOperator, matcher, matcherCost } from './matcher.ts'
import type { AtTime, TimeShift, VectorSelector } from './syntax.ts'

const METRIC = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y
const OPERATOR = /=~|!~|!=|=/y

const NO_SHIFT: TimeShift = { offsetMs: 0, at: undefined }

/** `name{label="value",…}`, either part alone too. Undefined if none stands here. */
export function takeSelector(cursor: Cursor): VectorSelector | undefined {
  const at = cursor.position
  const name = cursor.take(METRIC)
  if (name === undefined && cursor.look(/\{/y) === undefined) return undefined
  const matchers = cursor.takeText('{') ? takeMatchers(cursor) : []
  if (name !== undefined) {
    if (matchers.some((one) => one.name === METRIC_NAME && one.operator === '='))
      cursor.fail(`metric name must not be set twice: ${JSON.stringify(name)}`, at)
    matchers.unshift(matcher(METRIC_NAME, '=', name))
  }
  if (matchers.every(({ accepts }) => accepts('')))
    cursor.fail('vector selector must contain at least one non-empty matcher', at)
  return { kind: 'selector', matchers, shift: NO_SHIFT }
}

function takeMatchers(cursor: Cursor): Matcher[] {
  const matchers: Matcher[] = []
  while (!cursor.takeText('}')) {
    matchers.push(takeMatcher(cursor))
    if (cursor.takeText('}')) break
    cursor.expect(',', 'label matching')
  }
  if (matchers.filter((one) => one.name === METRIC_NAME && one.operator === '=').length > 1)
    cursor.fail('metric name must not be set twice')
  return matchers
}

function takeMatcher(cursor: Cursor): Matcher {
  const quoted = takeString(cursor)
  const name = quoted ?? cursor.take(LABEL)
  if (name === undefined) cursor.fail(`unexpected ${cursor.describe()} in label matching, expected identifier or "}"`)
  const operator = cursor.take(OPERATOR) as MatchOperator | undefined
  // A quoted name alone is the metric's.
  if (operator === undefined && quoted !== undefined) return matcher(METRIC_NAME, '=', quoted)
  if (operator === undefined) {
    cursor.fail(`unexpected ${cursor.describe()} in label matching, expected label matching operator`)
  }
  const at = cursor.position
  const value = takeString(cursor)
  if (value === undefined) cursor.fail(`unexpected ${cursor.describe()} in label matching, expected string`)
  cursor.spend(matcherCost({ operator, value }))
  try {
    return matcher(name, operator, value)
  } catch (error) {
    return cursor.fail((error as Error).message, at)
  }
}

/** Names in parentheses, of `by`, `on` and the like. */
export function takeLabelNames(cursor: Cursor): readonly string[] {
  const names: string[] = []
  cursor.expect('(', 'grouping opts')
  while (!cursor.takeText(')')) {
    const name = takeString(cursor) ?? cursor.take(LABEL)
    if (name === undefined) cursor.fail(`unexpected ${cursor.describe()} in grouping opts, expected label`)
    names.push(name)
    if (cursor.takeText(')')) break
    cursor.expect(',', 'grouping opts')
  }
  return names
}

/** One `offset …` or `@ …` after `before`; undefined if neither stands here. */
export function takeShift(cursor: Cursor, before: TimeShift): TimeShift | undefined {
  const at = cursor.position
  if (cursor.takeWord('offset') !== undefined) {
    if (before.offsetMs !== 0) cursor.fail('offset may not be set multiple times', at)
    const sign = takeSign(cursor)
    return { ...before, offsetMs: sign * takeDuration(cursor, 'offset') }
  }
  if (!cursor.takeText('@')) return undefined
  if (before.at !== undefined) cursor.fail('@ <timestamp> may not be set multiple times', at)
  return { ...before, at: takeAtTime(cursor) }
}

function takeAtTime(cursor: Cursor): AtTime {
  const bound = cursor.takeWord('start', 'end')
  if (bound !== undefined) {
    cursor.expect('(', '@')
    cursor.expect(')', '@')
    return bound
  }
  const at = cursor.position
  const sign = takeSign(cursor)
  const seconds = takeNumber(cursor)
  if (seconds === undefined) cursor.fail(`unexpected ${cursor.describe()} in @, expected timestamp`)
  if (!(Math.abs(seconds) < 2 ** 53 / 1_000)) cursor.fail('timestamp out of bounds for @ modifier', at)
  return Math.round(sign * seconds * 1_000)
}

function takeSign(cursor: Cursor): 1 | -1 {
  if (cursor.takeText('-')) return -1
  cursor.takeText('+')
  return 1
}
