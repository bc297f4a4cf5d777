import type { PlannedChange } from './clean-up-changes.ts'
import type { Plan, PlannedStep } from './plan.ts'

/** For a terminal. */
export function renderPlan(name: string, plan: Plan, changes: readonly PlannedChange[]): string {
  const { promotion } = plan
  const rate = `${round(plan.requestsPerSecond)} requests/s, ${percent(plan.errorRate)} of them fail`
  const wait = promotion.waitsMs === null ? 'never, at this traffic' : `${time(promotion.waitsMs)} after the last step`
  const gates = promotion.gates.length === 0 ? '' : `, when ${promotion.gates.join(' and ')} let it`
  const lines = [
    `${name}: at ${rate}`,
    ...plan.steps.map(stepLine),
    `promotion: with ${round(promotion.requestsNeeded)} requests to the canary, ${wait}${gates}${promotion.byHand ? ', by hand' : ''}`,
    `in all:    ${plan.totalMs === null ? 'as long as somebody takes to go on' : time(plan.totalMs)}`,
    ...(changes.length === 0 ? [] : ['after that:']),
    ...changes.map(({ object, change }) => `  ${object} ${change}`),
  ]
  return `${lines.join('\n')}\n`
}

function stepLine({ step, does, weight, startsMs, canaryRequests, finds, gates }: PlannedStep): string {
  const gate = gates.length === 0 ? '' : `; waits for ${gates.join(', ')}`
  const requests = canaryRequests === null ? '' : `; the canary has had ${canaryRequests} requests`
  const found = finds === null ? 'finds nothing yet' : `finds ${percent(finds)} failures`
  return `  ${time(startsMs).padStart(8)}  ${String(step).padStart(2)}. ${does} (at ${weight} %)${requests}; ${found}${gate}`
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(2))} %`
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function time(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${round(seconds / 3_600)} h`
}
