import type { CodeFacts } from './code-facts.ts'
import { ISTIO_CODES } from './istio-codes.ts'
import { OWN_CODES } from './own-codes.ts'

/** Everything that analysis can say, by code. The reference pages are made from this. */
export const CODES = { ...ISTIO_CODES, ...OWN_CODES }

export type Code = keyof typeof CODES

export function factsOf(code: Code): CodeFacts {
  return CODES[code]
}

export function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text)
}
