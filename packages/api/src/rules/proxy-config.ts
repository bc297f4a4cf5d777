import type { ProxyConfig } from '../kinds/networking/proxy-config.ts'
import type { Report } from '../schema/check-shape.ts'
import { checkSelection } from './policy-selection.ts'
import { checkAtLeast } from './values.ts'

export function checkProxyConfig({ spec }: ProxyConfig, report: Report): void {
  checkSelection(spec, report)
  checkAtLeast(0, spec.concurrency, 'spec.concurrency', report)
}
