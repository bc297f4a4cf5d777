import type { Exchange } from '../src/http/exchange.ts'
import { HeaderList } from '../src/http/header-list.ts'
import { StreamExchange } from '../src/http/stream-exchange.ts'

type Plain = Omit<Partial<Exchange>, 'requestHeaders' | 'responseHeaders'>

/** An exchange as the connection code would have it: a GET of `/` unless `fields` says otherwise. */
export function makeExchange(
  fields: Plain & {
    readonly headers?: Readonly<Record<string, string>>
    readonly responseHeaders?: Readonly<Record<string, string>>
  } = {},
): Exchange {
  const { headers = {}, responseHeaders, ...rest } = fields
  const exchange = new StreamExchange()
  exchange.reset(1000, Date.UTC(2026, 0, 2, 3, 4, 5, 678))
  Object.assign(exchange, { method: 'GET', path: '/', authority: 'example.com', scheme: 'http' }, rest)
  for (const [name, value] of Object.entries(headers)) exchange.requestHeaders.append(name, value)
  if (responseHeaders !== undefined) {
    exchange.responseHeaders = new HeaderList()
    for (const [name, value] of Object.entries(responseHeaders)) exchange.responseHeaders.append(name, value)
  }
  return exchange
}
