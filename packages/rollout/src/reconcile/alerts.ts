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
  for (const receiver of canary.spec?.alerts ?? []) {
    if (ORDER.indexOf(alert.severity) < ORDER.indexOf(receiver.severity ?? 'info')) continue
    const text = `${namespace}/${name}: ${alert.message}`
    const body = receiver.format === 'slack' ? { text } : { canary: name, namespace, ...alert, kind: undefined }
    post(receiver.url, body, TIMEOUT_MS).catch((error: unknown) =>
      logger.warn('an alert did not get through', { url: receiver.url, error: formatError(error) }),
    )
  }
}
