import { fnv1a, type Random } from '@mizzen/base'

/** Kubernetes' alphabet for generated names: no vowels and nothing that looks like another character. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
const SUFFIX_LENGTH = 5

/** `myapp-v1-5d4f8c7b9` → `myapp-v1-5d4f8c7b9-x2x7q`. */
export function generatedName(prefix: string, random: Random): string {
  const letters = Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET[Math.floor(random() * ALPHABET.length)])
  return `${prefix}-${letters.join('')}`
}

/** A short name for a value's content: the same for equal values, whatever the order of their fields. */
export function contentName(value: unknown): string {
  return [...String(fnv1a(canonicalJson(value)))].map((digit) => ALPHABET[Number(digit) * 2]).join('')
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
