import { MizzenError } from '@mizzen/base'
import { type Report, renderJUnit, renderMarkdown, renderText } from '@mizzen/rollout'

export type Format = 'text' | 'json' | 'junit' | 'markdown'

const FORMATS: readonly string[] = ['text', 'json', 'junit', 'markdown']

export function readFormat(text: string): Format {
  if (FORMATS.includes(text)) return text as Format
  throw new MizzenError('usage', `-o ${text}: one of ${FORMATS.join(', ')}`)
}

/** @param brief the first lines only, of text */
export function printReport(name: string, report: Report, format: Format, brief = false): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`
  if (format === 'junit') return renderJUnit(name, report)
  if (format === 'markdown') return renderMarkdown(name, report)
  const text = renderText(name, report)
  return brief ? `${text.split('\n').slice(0, 4).join('\n')}\n` : text
}
