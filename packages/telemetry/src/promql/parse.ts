import { checkBinary, checkCall, checkType } from './check-types.ts'
import { Cursor } from './cursor.ts'
import { AGGREGATIONS, FUNCTIONS } from './functions.ts'
import { takeDuration, takeNumber, takeString } from './literals.ts'
import { takeLabelNames, takeSelector, takeShift } from './parse-selector.ts'
import { promqlError } from './promql-error.ts'
import type {
  BinaryOperator,
  Expr,
  RangeSelector,
  Subquery,
  TimeShift,
  VectorMatching,
  VectorSelector,
} from './syntax.ts'

const MAX_CHARACTERS = 65_536
/** Parentheses, calls and operators inside one another. */
const MAX_DEPTH = 200

const OPERATORS: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<=': 3,
  '<': 3,
  '>=': 3,
  '>': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
}
const UNARY_BINDS = OPERATORS['*'] + 1
const SYMBOL = /==|!=|<=|>=|[<>+\-*/%^]/y
const NAME_BEFORE_PAREN = /([a-zA-Z_][a-zA-Z0-9_]*)(?=(?:\s|#[^\n]*\n)*\()/y
const NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y
const GROUPED = /(?:by|without)\s*\(/iy
const NO_SHIFT: TimeShift = { offsetMs: 0, at: undefined }

/**
 * Reads a PromQL expression as Prometheus 3 does without feature flags, and checks its types.
 * Throws MizzenError `promql-syntax`; the message begins with line and column.
 */
export function parsePromql(text: string): Expr {
  if (text.length > MAX_CHARACTERS)
    throw promqlError('promql-syntax', `the expression is longer than ${MAX_CHARACTERS} characters`)
  const cursor = new Cursor(text)
  if (cursor.atEnd) cursor.fail('no expression found in input')
  const expr = takeExpr(cursor, 0, 0)
  if (!cursor.atEnd) cursor.fail(`unexpected ${cursor.describe()}`)
  return expr
}

/** Reads `name{label="value"}` alone, as the API's `match[]` has it. Throws MizzenError `promql-syntax`. */
export function parseSelector(text: string): VectorSelector {
  const cursor = new Cursor(text)
  const selector = takeSelector(cursor)
  if (selector !== undefined && cursor.atEnd) return selector
  return cursor.fail(`unexpected ${cursor.describe()} in a series selector`)
}

/** Operators that bind at least as strongly as `least`, and what stands between them. */
function takeExpr(cursor: Cursor, least: number, depth: number): Expr {
  if (depth > MAX_DEPTH) cursor.fail(`more than ${MAX_DEPTH} levels of nesting`)
  let left = takeUnary(cursor, depth)
  // Each operator nests the tree by one level, in evaluation as here.
  for (let length = depth; ; length += 1) {
    const at = cursor.position
    const operator = lookOperator(cursor)
    if (operator === undefined || OPERATORS[operator] < least) return left
    if (length > MAX_DEPTH) cursor.fail(`more than ${MAX_DEPTH} levels of nesting`)
    cursor.moveTo(at + operator.length)
    const { bool, matching } = takeModifiers(cursor, operator)
    // Only the power operator groups from the right.
    const right = takeExpr(cursor, OPERATORS[operator] + (operator === '^' ? 0 : 1), depth + 1)
    left = checkBinary(cursor, at, { kind: 'binary', operator, left, right, bool, matching })
  }
}

function lookOperator(cursor: Cursor): BinaryOperator | undefined {
  const word = cursor.look(NAME)?.toLowerCase()
  if (word !== undefined) {
    return word === 'and' || word === 'or' || word === 'unless' || word === 'atan2' ? word : undefined
  }
  return cursor.look(SYMBOL) as BinaryOperator | undefined
}

function takeModifiers(cursor: Cursor, operator: BinaryOperator): { bool: boolean; matching: VectorMatching } {
  const bool = cursor.takeWord('bool') !== undefined
  const isSet = operator === 'and' || operator === 'or' || operator === 'unless'
  const how = cursor.takeWord('on', 'ignoring')
  const names = how === undefined ? [] : takeLabelNames(cursor)
  const at = cursor.position
  const group = how === undefined ? undefined : cursor.takeWord('group_left', 'group_right')
  const include = group !== undefined && cursor.look(/\(/y) !== undefined ? takeLabelNames(cursor) : []
  if (isSet && group !== undefined) cursor.fail(`no grouping allowed for "${operator}" operation`, at)
  const twice = how === 'on' ? include.find((name) => names.includes(name)) : undefined
  if (twice !== undefined) {
    cursor.fail(`label ${JSON.stringify(twice)} must not occur in ON and GROUP clause at once`, at)
  }
  const grouped = group === 'group_left' ? 'many-to-one' : 'one-to-many'
  const single = group === undefined ? 'one-to-one' : grouped
  return { bool, matching: { cardinality: isSet ? 'many-to-many' : single, on: how === 'on', names, include } }
}

function takeUnary(cursor: Cursor, depth: number): Expr {
  const at = cursor.position
  const sign = cursor.take(/[+-]/y)
  if (sign === undefined) return takePostfix(cursor, depth)
  const expr = takeExpr(cursor, UNARY_BINDS, depth + 1)
  checkType(cursor, at, expr, ['scalar', 'vector'], 'unary expression')
  if (expr.kind === 'number') return { kind: 'number', value: sign === '-' ? -expr.value : expr.value }
  return { kind: 'unary', negative: sign === '-', expr }
}

/** `[range]`, `[range:step]`, `offset` and `@`, which bind more strongly than any operator. */
function takePostfix(cursor: Cursor, depth: number): Expr {
  const at = cursor.position
  let expr = takePrimary(cursor, depth)
  for (let length = depth; ; length += 1) {
    if (length > MAX_DEPTH) cursor.fail(`more than ${MAX_DEPTH} levels of nesting`)
    const next = cursor.takeText('[') ? takeRange(cursor, at, expr) : shifted(cursor, expr)
    if (next === undefined) return expr
    expr = next
  }
}

function takeRange(cursor: Cursor, at: number, expr: Expr): RangeSelector | Subquery {
  const rangeMs = takeDuration(cursor, 'range specification')
  if (rangeMs <= 0) cursor.fail('duration must be greater than 0')
  if (!cursor.takeText(':')) {
    cursor.expect(']', 'range specification')
    if (expr.kind !== 'selector') cursor.fail('ranges only allowed for vector selectors', at)
    if (expr.shift.offsetMs !== 0 || expr.shift.at !== undefined) {
      cursor.fail('no offset or @ modifiers allowed before range', at)
    }
    return { kind: 'range', selector: expr, rangeMs }
  }
  const stepMs = cursor.look(/\]/y) === undefined ? takeDuration(cursor, 'subquery step') : undefined
  if (stepMs !== undefined && stepMs <= 0) cursor.fail('duration must be greater than 0')
  cursor.expect(']', 'subquery selector')
  checkType(cursor, at, expr, ['vector'], 'subquery')
  return { kind: 'subquery', expr, rangeMs, stepMs, shift: NO_SHIFT }
}

function shifted(cursor: Cursor, expr: Expr): Expr | undefined {
  const at = cursor.position
  const target = expr.kind === 'range' ? expr.selector : expr
  const before = target.kind === 'selector' || target.kind === 'subquery' ? target.shift : NO_SHIFT
  const shift = takeShift(cursor, before)
  if (shift === undefined) return undefined
  if (expr.kind === 'range') return { ...expr, selector: { ...expr.selector, shift } }
  if (expr.kind === 'selector' || expr.kind === 'subquery') return { ...expr, shift }
  return cursor.fail('offset and @ must be preceded by a selector or a subquery', at)
}

function takePrimary(cursor: Cursor, depth: number): Expr {
  const number = takeNumber(cursor)
  if (number !== undefined) return { kind: 'number', value: number }
  const string = takeString(cursor)
  if (string !== undefined) return { kind: 'string', value: string }
  if (cursor.takeText('(')) {
    const expr = takeExpr(cursor, 0, depth + 1)
    cursor.expect(')', 'parentheses')
    return { kind: 'paren', expr }
  }
  const named = takeAggregation(cursor, depth) ?? takeCall(cursor, depth) ?? takeSelector(cursor)
  return named ?? cursor.fail(`unexpected ${cursor.describe()}`)
}

function takeAggregation(cursor: Cursor, depth: number): Expr | undefined {
  const at = cursor.position
  const operator = cursor.look(NAME)?.toLowerCase()
  if (operator === undefined || !Object.hasOwn(AGGREGATIONS, operator)) return undefined
  cursor.moveTo(at + operator.length)
  if (cursor.look(/\(/y) === undefined && cursor.look(GROUPED) === undefined) {
    // A metric may be called as an aggregation is.
    cursor.moveTo(at)
    return undefined
  }
  const before = takeGrouping(cursor)
  const args = takeArguments(cursor, depth)
  const { without, names } = before ?? takeGrouping(cursor) ?? { without: false, names: [] }
  const paramType = AGGREGATIONS[operator]
  const wanted = paramType === undefined ? 1 : 2
  if (args.length !== wanted) {
    cursor.fail(
      `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
      at,
    )
  }
  const [param, expr] = wanted === 1 ? [undefined, args[0]!] : [args[0]!, args[1]!]
  if (param !== undefined) checkType(cursor, at, param, [paramType!], 'aggregation parameter')
  checkType(cursor, at, expr, ['vector'], 'aggregation expression')
  return { kind: 'aggregation', operator, expr, param, without, names }
}

function takeGrouping(cursor: Cursor): { without: boolean; names: readonly string[] } | undefined {
  const how = cursor.takeWord('by', 'without')
  return how === undefined ? undefined : { without: how === 'without', names: takeLabelNames(cursor) }
}

function takeCall(cursor: Cursor, depth: number): Expr | undefined {
  const at = cursor.position
  const name = cursor.look(NAME_BEFORE_PAREN)
  if (name === undefined) return undefined
  if (!Object.hasOwn(FUNCTIONS, name)) cursor.fail(`unknown function with name ${JSON.stringify(name)}`)
  cursor.moveTo(at + name.length)
  return checkCall(cursor, at, { kind: 'call', name, args: takeArguments(cursor, depth) })
}

function takeArguments(cursor: Cursor, depth: number): readonly Expr[] {
  const args: Expr[] = []
  cursor.expect('(', 'function call')
  if (cursor.takeText(')')) return args
  do args.push(takeExpr(cursor, 0, depth + 1))
  while (cursor.takeText(','))
  cursor.expect(')', 'function call')
  return args
}
