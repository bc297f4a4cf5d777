import type { Place } from '@mizzen/base'
import { type Document, LineCounter, type Node, parseAllDocuments } from 'yaml'
import { kindOf } from '../kinds/registry.ts'
import { normalise } from '../normalise.ts'
import type { Problem } from '../problem.ts'
import type { Resource } from '../resource.ts'
import { unknownKind } from '../unknown-kind.ts'
import { validate } from '../validate.ts'
import { duplicateKey } from './duplicate-key.ts'
import type { ParsedDocument } from './parsed-document.ts'
import { PlaceFinder } from './place-finder.ts'
import { type DocumentText, splitDocuments } from './split-documents.ts'

/** Bounds on what one text may hold: far above real manifests, and low enough that none takes the process. */
export interface ParseLimits {
  /** Documents, and items of lists, together; 10,000 by default. */
  readonly maxDocuments: number
  /** Characters of one document; 1 Mi by default (what Kubernetes accepts is near it). */
  readonly maxDocument: number
  /** Levels of objects and lists inside each other; 64 by default. */
  readonly maxDepth: number
  /** What aliases may expand to, in multiples of what they name; 1,000 by default. */
  readonly maxAliases: number
}

const DEFAULT_LIMITS: ParseLimits = { maxDocuments: 10_000, maxDocument: 2 ** 20, maxDepth: 64, maxAliases: 1_000 }

/**
 * Reads YAML or JSON, one or more documents, `kind: List` taken apart; documents without content are skipped. Never
 * throws: what can't be read is a document with problems and without a resource.
 *
 * @param file as it shall appear in places
 */
export function parseDocuments(
  text: string,
  file: string,
  limits: Partial<ParseLimits> = {},
): readonly ParsedDocument[] {
  const bounds = { ...DEFAULT_LIMITS, ...limits }
  const documents: ParsedDocument[] = []
  for (const part of splitDocuments(text)) {
    documents.push(...parsePart(part, file, bounds))
    if (documents.length > bounds.maxDocuments) {
      const { place } = documents[bounds.maxDocuments]!
      const message = `more than ${bounds.maxDocuments} documents; the rest is left out`
      return [...documents.slice(0, bounds.maxDocuments), broken('too-many-documents', message, place)]
    }
  }
  return documents
}

function parsePart({ text, linesBefore }: DocumentText, file: string, limits: ParseLimits): readonly ParsedDocument[] {
  const lines = new LineCounter()
  const start: Place = { file, line: linesBefore + 1, column: 1 }
  if (text.length > limits.maxDocument) {
    return [broken('too-large', `the document is longer than ${limits.maxDocument} characters`, start)]
  }
  if (looksTooDeep(text)) return [broken('too-deep', `nested deeper than ${limits.maxDepth} levels`, start)]
  let parsed: ReturnType<typeof parseAllDocuments>
  try {
    parsed = parseAllDocuments(text, {
      lineCounter: lines,
      merge: true,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    })
  } catch (error) {
    return [broken(...reasonOf(error, limits), start)]
  }
  if (!Array.isArray(parsed)) return []
  return parsed.flatMap((document) => {
    const places = new PlaceFinder(file, lines, linesBefore, document.contents)
    return readDocument(document, places, limits)
  })
}

/** Brackets, or `- ` and `? ` in a row, that are open at a time in no text that somebody wrote. */
const HOSTILE_DEPTH = 1_000

/**
 * The parser takes seconds over a megabyte of open brackets. This looks at characters alone, quoted ones too, and so
 * only refuses what is far beyond any real nesting; `maxDepth` is checked on what was parsed.
 */
function looksTooDeep(text: string): boolean {
  let depth = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === OPEN_BRACKET || code === OPEN_BRACE) depth += 1
    else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth = Math.max(0, depth - 1)
    if (depth > HOSTILE_DEPTH) return true
  }
  return text.includes('- '.repeat(HOSTILE_DEPTH)) || text.includes('? '.repeat(HOSTILE_DEPTH))
}

const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d]

/** Aliases that name nothing, that name what they stand in, or that expand without end. */
function aliasReason(error: unknown, limits: ParseLimits): [code: string, message: string] {
  if (error instanceof RangeError) return reasonOf(error, limits)
  const { message } = error as Error
  return ['bad-alias', message.startsWith('Excessive') ? 'aliases expand to too much' : sentence(message)]
}

/** The parser is recursive: what is too deep for it overflows the stack, which is an error like any other. */
function reasonOf(error: unknown, limits: ParseLimits): [code: string, message: string] {
  if (error instanceof RangeError) return ['too-deep', `nested deeper than ${limits.maxDepth} levels`]
  return ['yaml-syntax', sentence((error as Error).message)]
}

function readDocument(
  document: Document<Node, boolean>,
  places: PlaceFinder,
  limits: ParseLimits,
): readonly ParsedDocument[] {
  const [first] = document.errors
  if (first !== undefined) return [broken('yaml-syntax', sentence(first.message), places.at(first.pos[0]))]
  const twice = duplicateKey(document.contents)
  if (twice !== undefined) {
    return [broken('duplicate-key', `"${twice.value}" is written twice in one object`, places.at(twice.range![0]))]
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: limits.maxAliases })
  } catch (error) {
    return [broken(...aliasReason(error, limits), places.find(''))]
  }
  if (value === null || value === undefined) return []
  if (depthOf(value, limits.maxDepth + 1) > limits.maxDepth) {
    return [broken('too-deep', `nested deeper than ${limits.maxDepth} levels`, places.find(''))]
  }
  return readObject(value, places)
}

/** Directories of manifests hold other files too: values of charts, package.json. */
const NO_MANIFEST: Problem = {
  severity: 'warning',
  code: 'not-a-manifest',
  path: '',
  message: 'has neither apiVersion nor kind; ignored',
}

function readObject(value: unknown, places: PlaceFinder): readonly ParsedDocument[] {
  const place = places.find('')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [broken('not-an-object', 'expected an object with apiVersion, kind and metadata', place)]
  }
  const { apiVersion, kind, metadata, items } = value as Record<string, unknown>
  if (apiVersion === undefined && kind === undefined) return [document(undefined, [NO_MANIFEST], places)]
  for (const [name, given] of Object.entries({ apiVersion, kind })) {
    if (typeof given !== 'string' || given === '')
      return [broken('missing-field', 'required, but not set', place, name)]
  }
  if (Array.isArray(items) && String(kind).endsWith('List')) {
    return items.flatMap((item, index) => readObject(item, places.inside(['items', index])))
  }
  const resource = value as Resource
  if (kindOf(resource.apiVersion, resource.kind) === undefined) {
    return [document(undefined, [unknownKind(resource.apiVersion, resource.kind)], places)]
  }
  const problems = validate(resource)
  const named = typeof (metadata as { name?: unknown } | null)?.name === 'string'
  return [document(named ? normalise(resource) : undefined, problems, places)]
}

function document(resource: Resource | undefined, problems: readonly Problem[], places: PlaceFinder): ParsedDocument {
  const identity = resource && { namespace: resource.metadata.namespace }
  return {
    resource,
    problems: problems.map((problem) => ({ ...problem, ...identity, place: places.find(problem.path) })),
    place: places.find(''),
    placeOf: (path) => places.find(path),
  }
}

function broken(code: string, message: string, place: Place, path = ''): ParsedDocument {
  return { problems: [{ severity: 'error', code, path, message, place }], place, placeOf: () => place }
}

/** The library ends some of its messages with a stop, and some with a quotation of the text. */
function sentence(message: string): string {
  return message.split('\n')[0]!.replace(/[.:]\s*$/, '')
}

/** Levels of objects and lists, counted up to `limit`. */
function depthOf(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (limit === 0) return 1
  return 1 + Math.max(0, ...Object.values(value).map((item) => depthOf(item, limit - 1)))
}
