import { MizzenError } from '@mizzen/base'
import { type Report, renderJUnit, renderMarkdown, renderText } from '@mizzen/rollout'
import { stringify } from 'yaml'

/** Of a report. */
export const REPORT_FORMATS = ['text', 'json', 'yaml', 'junit', 'markdown'] as const
/** Of anything else that is told. */
export const FACT_FORMATS = ['text', 'json', 'yaml'] as const

export type Format = (typeof REPORT_FORMATS)[number]

/** Throws MizzenError `usage`. */
export function readFormat<One extends Format>(text: string, formats: readonly One[]): One {
  const format = formats.find((one) => one === text)
  if (format !== undefined) return format
  throw new MizzenError('usage', `-o ${text}: one of ${formats.join(', ')}`)
}

/** `text` is what it looks like for people. */
export function printFacts(facts: unknown, format: (typeof FACT_FORMATS)[number], text: () => string): string {
  if (format === 'json') return `${JSON.stringify(facts, null, 2)}\n`
  return format === 'yaml' ? stringify(facts) : text()
}

/** @param brief the first lines only, of text */
export function printReport(name: string, report: Report, format: Format, brief = false): string {
  if (format === 'json' || format === 'yaml') return printFacts(report, format, () => '')
  if (format === 'junit') return renderJUnit(name, report)
  if (format === 'markdown') return renderMarkdown(name, report)
  const text = renderText(name, report)
  return brief ? text.slice(0, text.indexOf('timeline:')) : text
}
