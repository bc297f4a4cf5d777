import type { Canary } from '@mizzen/api'
import { formatError, type Logger } from '@mizzen/base'
import type { Action } from '../decide/action.ts'
import type { Post } from './webhooks.ts'

type Alert = Extract<Action, { kind: 'alert' }>

const ORDER = ['info', 'warn', 'error']
const TIMEOUT_MS = 5_000

/** Tells everybody whom the Canary names. A receiver that can't be reached is logged, and changes nothing. */
export function sendAlert(canary: Canary, alert: Alert, post: Post, logger: Logger): void {
  const { namespace, name } = canary.metadata
  for (const { url, severity = 'info', format } of canary.spec?.alerts ?? []) {
    if (ORDER.indexOf(alert.severity) < ORDER.indexOf(severity)) continue
    const body =
      format === 'slack' ? slackMessage(canary, alert) : { canary: name, namespace, ...alert, kind: undefined }
    const lost = (error: string) => logger.warn('an alert did not get through', { url, error })
    post(url, body, TIMEOUT_MS).then(
      ({ status, body: text = '' }) => {
        if (status >= 300) lost(`it answered ${status}${text && `: ${text}`}`)
      },
      (error: unknown) => lost(formatError(error)),
    )
  }
}

const COLOURS: Readonly<Record<Alert['severity'], string>> = { info: 'good', warn: 'warning', error: 'danger' }

/** A message of an incoming webhook (docs.slack.dev, "Secondary message attachments"). */
function slackMessage({ metadata }: Canary, { severity, message }: Alert) {
  const author_name = `${metadata.name}.${metadata.namespace}`
  const text = escaped(message)
  return { attachments: [{ color: COLOURS[severity], author_name, text, fallback: `${author_name}: ${text}` }] }
}

/** Slack's three control characters. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
