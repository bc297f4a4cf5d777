import { FUNCTIONS } from './functions.ts'
import type { Expr, ValueType } from './syntax.ts'

/** What an expression gives. */
export function valueTypeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'selector':
    case 'aggregation':
      return 'vector'
    case 'range':
    case 'subquery':
      return 'matrix'
    case 'call':
      return FUNCTIONS[expr.name]?.returns ?? 'vector'
    case 'paren':
    case 'unary':
      return valueTypeOf(expr.expr)
    case 'binary':
      return valueTypeOf(expr.left) === 'scalar' && valueTypeOf(expr.right) === 'scalar' ? 'scalar' : 'vector'
  }
}

/** The field's names of the types, for messages. */
export const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
}
