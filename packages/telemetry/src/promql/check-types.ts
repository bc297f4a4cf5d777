import type { Cursor } from './cursor.ts'
import { FUNCTIONS } from './functions.ts'
import { matcherCost } from './matcher.ts'
import type { Binary, Call, Expr, ValueType } from './syntax.ts'
import { TYPE_NAMES, valueTypeOf } from './value-type.ts'

const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>=']

export function isComparison(operator: string): boolean {
  return COMPARISONS.includes(operator)
}

/** Fails unless the expression, which begins at `at`, gives one of the `allowed` types. */
export function checkType(cursor: Cursor, at: number, expr: Expr, allowed: readonly ValueType[], context: string) {
  const type = valueTypeOf(expr)
  if (allowed.includes(type)) return
  const wanted = allowed.map((one) => TYPE_NAMES[one]).join(' or ')
  cursor.fail(`expected type ${wanted} in ${context}, got ${TYPE_NAMES[type]}`, at)
}

export function checkBinary(cursor: Cursor, at: number, expr: Binary): Binary {
  const { operator, left, right, bool, matching } = expr
  checkType(cursor, at, left, ['scalar', 'vector'], 'binary expression')
  checkType(cursor, at, right, ['scalar', 'vector'], 'binary expression')
  const types = [valueTypeOf(left), valueTypeOf(right)]
  if (bool && !isComparison(operator)) cursor.fail('bool modifier can only be used on comparison operators', at)
  if (isComparison(operator) && !bool && !types.includes('vector')) {
    cursor.fail('comparisons between scalars must use BOOL modifier', at)
  }
  if (!types.includes('scalar')) return expr
  if (matching.cardinality === 'many-to-many') {
    cursor.fail(`set operator "${operator}" not allowed in binary scalar expression`, at)
  }
  const matches = matching.on || matching.names.length > 0 || matching.cardinality !== 'one-to-one'
  if (matches) cursor.fail('vector matching only allowed between instant vectors', at)
  return expr
}

export function checkCall(cursor: Cursor, at: number, call: Call): Call {
  const signature = FUNCTIONS[call.name]
  if (signature === undefined) return cursor.fail(`unknown function with name ${JSON.stringify(call.name)}`, at)
  const { args, optional } = signature
  const least = args.length - (optional === 'repeat' ? 1 : optional)
  const most = optional === 'repeat' ? Number.POSITIVE_INFINITY : args.length
  if (call.args.length < least || call.args.length > most) {
    const wanted = least === most ? `${least}` : `at ${call.args.length < least ? `least ${least}` : `most ${most}`}`
    cursor.fail(`expected ${wanted} argument(s) in call to ${JSON.stringify(call.name)}, got ${call.args.length}`, at)
  }
  call.args.forEach((arg, index) => {
    checkType(cursor, at, arg, [args[Math.min(index, args.length - 1)]!], `call to function "${call.name}"`)
  })
  const pattern = call.name === 'label_replace' ? call.args[4] : undefined
  if (pattern?.kind === 'string') cursor.spend(matcherCost({ operator: '=~', value: pattern.value }))
  return call
}
