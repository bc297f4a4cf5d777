import { type Document, type Node, parseAllDocuments } from 'yaml'
import { duplicateKey } from './duplicate-key.ts'
import { NodeOffsets } from './node-offsets.ts'
import type { Offsets } from './places.ts'
import type { ParseLimits } from './yaml-limits.ts'

/** What a text holds, or why it can't be read. Offsets are characters from its start. */
export type ReadValue =
  | { readonly value: unknown; readonly offsets: Offsets }
  | { readonly code: string; readonly message: string; readonly offset: number; readonly hint?: string }

type Limits = Pick<ParseLimits, 'maxDepth' | 'maxAliases'>

/** `? ` in front of complex keys: the library's time grows with the square of their number, and no manifest has any. */
const MAX_COMPLEX_KEYS = 16

/** Reads any YAML, and slowly: a few microseconds for each character. Never throws. */
export function readWithLibrary(text: string, limits: Limits): readonly ReadValue[] {
  const hostile = hostility(text, limits)
  if (hostile !== undefined) return [hostile]
  let parsed: ReturnType<typeof parseAllDocuments>
  try {
    parsed = parseAllDocuments(text, { merge: true, uniqueKeys: false, prettyErrors: false, logLevel: 'silent' })
  } catch (error) {
    return [{ ...reasonOf(error, limits), offset: 0 }]
  }
  return Array.isArray(parsed) ? parsed.map((document) => readDocument(document, limits)) : []
}

/**
 * What the library would take seconds over. This looks at characters alone, quoted ones too, and so only refuses what is
 * beyond any real document; `maxDepth` is checked on what was parsed.
 */
function hostility(text: string, { maxDepth }: Limits): ReadValue | undefined {
  const complexKeys = text.match(/\?(?=\s)/g)?.length ?? 0
  if (complexKeys > MAX_COMPLEX_KEYS) {
    return { code: 'unusual-yaml', message: `more than ${MAX_COMPLEX_KEYS} complex keys`, offset: text.indexOf('?') }
  }
  let depth = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === OPEN_BRACKET || code === OPEN_BRACE) depth += 1
    else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth = Math.max(0, depth - 1)
    if (depth > 2 * maxDepth) return tooDeep(maxDepth, index)
  }
  const dashes = text.indexOf('- '.repeat(maxDepth + 1))
  return dashes === -1 ? undefined : tooDeep(maxDepth, dashes)
}

const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d]

function tooDeep(maxDepth: number, offset: number): ReadValue {
  return { code: 'too-deep', message: `nested deeper than ${maxDepth} levels`, offset }
}

function readDocument(document: Document<Node, boolean>, limits: Limits): ReadValue {
  const [first] = document.errors
  if (first !== undefined) return { code: 'yaml-syntax', message: sentence(first.message), offset: first.pos[0] }
  const twice = duplicateKey(document.contents)
  if (twice !== undefined) {
    const message = `"${twice.value}" is written twice in one object`
    return { code: 'duplicate-key', message, offset: twice.range![0] }
  }
  const offsets = new NodeOffsets(document.contents)
  try {
    const value: unknown = document.toJS({ maxAliasCount: limits.maxAliases })
    const isDeep = depthOf(value, limits.maxDepth + 1) > limits.maxDepth
    return isDeep ? tooDeep(limits.maxDepth, offsets.start) : { value, offsets }
  } catch (error) {
    return { ...aliasReason(error, limits), offset: offsets.start }
  }
}

/** Aliases that name nothing, that name what they stand in, or that expand without end. */
function aliasReason(error: unknown, limits: Limits): { code: string; message: string } {
  if (error instanceof RangeError) return reasonOf(error, limits)
  const { message } = error as Error
  return {
    code: 'bad-alias',
    message: message.startsWith('Excessive') ? 'aliases expand to too much' : sentence(message),
  }
}

/** The parser is recursive: what is too deep for it overflows the stack, which is an error like any other. */
function reasonOf(error: unknown, limits: Limits): { code: string; message: string } {
  if (error instanceof RangeError) return { code: 'too-deep', message: `nested deeper than ${limits.maxDepth} levels` }
  return { code: 'yaml-syntax', message: sentence((error as Error).message) }
}

/** The library ends some of its messages with a stop, and some with a quotation of the text. */
function sentence(message: string): string {
  return message.split('\n')[0]!.replace(/[.:]\s*$/, '')
}

/** Levels of objects and lists, counted up to `limit`. */
function depthOf(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (limit === 0) return 1
  let deepest = 0
  for (const item of Object.values(value)) {
    deepest = Math.max(deepest, depthOf(item, limit - 1))
    if (deepest >= limit) break
  }
  return 1 + deepest
}
