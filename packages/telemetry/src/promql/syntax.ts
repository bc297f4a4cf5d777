import type { Matcher } from './matcher.ts'

export type ValueType = 'scalar' | 'string' | 'vector' | 'matrix'

/** The time after `@`: a fixed one in milliseconds, or the start or end of the query. */
export type AtTime = number | 'start' | 'end'

/** What may follow a selector or a subquery. Milliseconds. */
export interface TimeShift {
  /** Positive looks back. */
  readonly offsetMs: number
  readonly at: AtTime | undefined
}

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | 'atan2'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'and'
  | 'or'
  | 'unless'

/** How the samples of two vectors find each other. */
export interface VectorMatching {
  readonly cardinality: 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many'
  /** True: `names` are what must be equal; false: all labels but `names`. */
  readonly on: boolean
  readonly names: readonly string[]
  /** Labels that `group_left` and `group_right` take from the side of which there is one. */
  readonly include: readonly string[]
}

interface NumberLiteral {
  readonly kind: 'number'
  readonly value: number
}
interface StringLiteral {
  readonly kind: 'string'
  readonly value: string
}
export interface VectorSelector {
  readonly kind: 'selector'
  readonly matchers: readonly Matcher[]
  readonly shift: TimeShift
}
export interface RangeSelector {
  readonly kind: 'range'
  readonly selector: VectorSelector
  readonly rangeMs: number
}
export interface Subquery {
  readonly kind: 'subquery'
  readonly expr: Expr
  readonly rangeMs: number
  /** Undefined: the engine's default. */
  readonly stepMs: number | undefined
  readonly shift: TimeShift
}
export interface Call {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Expr[]
}
export interface Aggregation {
  readonly kind: 'aggregation'
  readonly operator: string
  readonly expr: Expr
  readonly param: Expr | undefined
  readonly without: boolean
  readonly names: readonly string[]
}
export interface Binary {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expr
  readonly right: Expr
  /** Comparisons answer 0 or 1 instead of filtering. */
  readonly bool: boolean
  readonly matching: VectorMatching
}
interface Unary {
  readonly kind: 'unary'
  readonly negative: boolean
  readonly expr: Expr
}
interface Paren {
  readonly kind: 'paren'
  readonly expr: Expr
}

/** A PromQL expression whose types were checked by the parser. */
export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | RangeSelector
  | Subquery
  | Call
  | Aggregation
  | Binary
  | Unary
  | Paren

export function withoutParens(expr: Expr): Expr {
  return expr.kind === 'paren' ? withoutParens(expr.expr) : expr
}
