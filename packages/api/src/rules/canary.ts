import type { Canary, CanaryStep } from '../kinds/mizzen/canary.ts'
import type { CanaryAnalysis } from '../kinds/mizzen/canary-analysis.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse, warn } from './findings.ts'
import { checkHttpMatch } from './http-match.ts'
import { checkDuration, checkPercent } from './values.ts'

export function checkCanary({ spec }: Canary, report: Report): void {
  for (const name of ['stable', 'canary'] as const) {
    const { subset, host } = spec[name]
    if (!subset && !host)
      refuse(report, 'missing-field', `spec.${name}`, 'needs subset or host: which version is meant?')
  }
  if (spec.stable.subset === spec.canary.subset && spec.stable.host === spec.canary.host) {
    refuse(report, 'conflict', 'spec.canary', 'stable and canary are the same version')
  }
  spec.steps?.forEach((step, index) => {
    checkStep(step, itemPath('spec.steps', index), report)
  })
  warnOfFallingWeights(spec.steps ?? [], report)
  checkAnalysis(spec.analysis ?? {}, 'spec.analysis', report)
  checkDuration(spec.progressDeadline, 'spec.progressDeadline', report)
  checkDuration(spec.sessionAffinity?.maxAge, 'spec.sessionAffinity.maxAge', report)
  spec.alerts?.forEach(({ url }, index) => {
    checkUrl(url, `${itemPath('spec.alerts', index)}.url`, report)
  })
}

function checkStep(step: CanaryStep, path: string, report: Report): void {
  if (Object.keys(step).length === 0) refuse(report, 'empty', path, 'a step must do something')
  checkDuration(step.pause?.duration, `${path}.pause.duration`, report)
  checkDuration(step.analysis?.duration, `${path}.analysis.duration`, report)
  step.setHeaderRoute?.match?.forEach((match, index) => {
    checkHttpMatch(match, itemPath(`${path}.setHeaderRoute.match`, index), report)
  })
}

function warnOfFallingWeights(steps: readonly CanaryStep[], report: Report): void {
  let last = 0
  steps.forEach(({ setWeight }, index) => {
    if (setWeight === undefined) return
    if (setWeight < last)
      warn(report, 'falling-weight', `${itemPath('spec.steps', index)}.setWeight`, `less than the ${last} before`)
    last = setWeight
  })
}

const BUILT_IN = ['request-success-rate', 'request-duration', 'request-duration-mann-whitney']

function checkAnalysis(analysis: CanaryAnalysis, path: string, report: Report): void {
  for (const name of ['falseAlarm', 'miss', 'minimumEffect'] as const) {
    checkPercent(analysis[name], `${path}.${name}`, report)
    if (analysis[name] === 0) refuse(report, 'bad-percentage', `${path}.${name}`, '0 is never reached by any evidence')
  }
  const factor = analysis.latencyEffect
  if (factor !== undefined && factor <= 1)
    refuse(report, 'out-of-range', `${path}.latencyEffect`, 'must be more than 1')
  analysis.metrics?.forEach(({ name, interval, query, thresholdRange }, index) => {
    const at = itemPath(`${path}.metrics`, index)
    checkDuration(interval, `${at}.interval`, report)
    const isBuiltIn = BUILT_IN.includes(name)
    if (!isBuiltIn && !query)
      refuse(report, 'missing-field', `${at}.query`, `${name} is not built in, and needs a query`)
    const { min, max } = thresholdRange ?? {}
    if (min !== undefined && max !== undefined && min > max) {
      refuse(report, 'out-of-range', `${at}.thresholdRange`, `min ${min} is more than max ${max}`)
    }
  })
  analysis.webhooks?.forEach(({ url, timeout, interval }, index) => {
    const at = itemPath(`${path}.webhooks`, index)
    checkUrl(url, `${at}.url`, report)
    checkDuration(timeout, `${at}.timeout`, report)
    checkDuration(interval, `${at}.interval`, report)
  })
}

function checkUrl(url: string, path: string, report: Report): void {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) refuse(report, 'bad-url', path, `"${url}" is not an HTTP URL`)
}
