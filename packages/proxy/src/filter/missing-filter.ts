import { ResponseFlag } from '../http/exchange.ts'
import type { Filter } from './filter.ts'

/** In place of a filter whose configuration has not come: without it no request may pass. */
export const missingFilter: Filter = {
  name: 'missing',
  onRequest(stream) {
    stream.reply(500, '', 'no_filter_config_found', ResponseFlag.NFCF)
    return 'stop'
  },
}
