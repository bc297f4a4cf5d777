import { type ApiAnswer, success } from './api-answer.ts'

/** How long history reaches back, as Prometheus writes it. */
const RETENTION = '1d'

/** What dashboards ask a Prometheus about itself: `/status/NAME`. Undefined for what is not there. */
export function answerStatus(name: string, version: string): ApiAnswer | undefined {
  switch (name) {
    case 'buildinfo':
      return success(JSON.stringify({ version, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' }))
    case 'runtimeinfo':
      return success(JSON.stringify({ storageRetention: RETENTION, reloadConfigSuccess: true }))
    case 'flags':
      return success(JSON.stringify({ 'storage.tsdb.retention.time': RETENTION, 'query.lookback-delta': '5m' }))
    case 'config':
      // The interval that a query can count on over the whole day; the last hour has a sample each second.
      return success(JSON.stringify({ yaml: 'global:\n  scrape_interval: 15s\n  evaluation_interval: 1m\n' }))
  }
  return undefined
}
