import { anchorMs } from './evaluation.ts'
import type { Expr, Subquery, VectorSelector } from './syntax.ts'

/** A selector or subquery, and the time from which its data is needed. Inner ones come before those that use them. */
export interface Need {
  readonly node: VectorSelector | Subquery
  readonly afterMs: number
  readonly upToMs: number
  /** What is looked at for one value. */
  readonly windowMs: number
}

interface Times {
  readonly fromMs: number
  readonly toMs: number
}

/** What an expression needs to be evaluated at all times of a query. */
export function neededData(
  expr: Expr,
  query: { readonly startMs: number; readonly endMs: number; readonly lookbackMs: number },
): readonly Need[] {
  const needs: Need[] = []
  const visitShifted = (node: VectorSelector | Subquery, rangeMs: number, { fromMs, toMs }: Times): Need => {
    const { at, offsetMs } = node.shift
    const upToMs = anchorMs(at, toMs, query) - offsetMs
    return { node, afterMs: anchorMs(at, fromMs, query) - offsetMs - rangeMs, upToMs, windowMs: rangeMs }
  }
  const visit = (node: Expr, times: Times): void => {
    switch (node.kind) {
      case 'selector':
        needs.push(visitShifted(node, query.lookbackMs, times))
        return
      case 'range':
        needs.push(visitShifted(node.selector, node.rangeMs, times))
        return
      case 'subquery': {
        const need = visitShifted(node, node.rangeMs, times)
        visit(node.expr, { fromMs: need.afterMs, toMs: need.upToMs })
        needs.push(need)
        return
      }
      default:
        for (const child of childrenOf(node)) visit(child, times)
    }
  }
  visit(expr, { fromMs: query.startMs, toMs: query.endMs })
  return needs
}

function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'paren':
    case 'unary':
      return [expr.expr]
    case 'binary':
      return [expr.left, expr.right]
    case 'call':
      return expr.args
    case 'aggregation':
      return expr.param === undefined ? [expr.expr] : [expr.param, expr.expr]
    default:
      return []
  }
}
