import type { Exchange } from '../http/exchange.ts'

/** Reads a request header or pseudo header; several values are joined by commas; undefined if it is missing. */
export type RequestField = (exchange: Exchange) => string | undefined

const PSEUDO: Readonly<Record<string, RequestField>> = {
  ':method': (exchange) => exchange.method,
  ':path': (exchange) => exchange.path,
  ':authority': (exchange) => exchange.authority,
  host: (exchange) => exchange.authority,
  ':scheme': (exchange) => exchange.scheme || undefined,
}

/** @param name lower case */
export function requestField(name: string): RequestField {
  return PSEUDO[name] ?? ((exchange) => exchange.requestHeaders.getCombined(name))
}
