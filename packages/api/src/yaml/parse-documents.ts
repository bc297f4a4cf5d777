import { kindOf } from '../kinds/registry.ts'
import { normalise } from '../normalise.ts'
import type { Problem } from '../problem.ts'
import { remedyOf } from '../problem-codes.ts'
import type { Resource } from '../resource.ts'
import { valueAt } from '../schema/field-path.ts'
import { unknownKind } from '../unknown-kind.ts'
import { validate } from '../validate.ts'
import type { ReadValue } from './library-reader.ts'
import { LineIndex } from './line-index.ts'
import type { ParsedDocument } from './parsed-document.ts'
import { offsetsAt, Places, startOfText } from './places.ts'
import { readYaml } from './read-yaml.ts'
import { type DocumentText, splitDocuments } from './split-documents.ts'
import { DEFAULT_LIMITS, type ParseLimits } from './yaml-limits.ts'

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
  if (text.length > bounds.maxText) {
    return [broken('too-large', `the text is longer than ${bounds.maxText} characters`, startOfText(file, '', 0))]
  }
  const documents: ParsedDocument[] = []
  for (const part of splitDocuments(text)) {
    documents.push(...parsePart(part, file, bounds))
    if (documents.length > bounds.maxDocuments) {
      const message = `more than ${bounds.maxDocuments} documents; the rest is left out`
      const rest = broken('too-many-documents', message, startOfText(file, '', part.linesBefore))
      return [...documents.slice(0, bounds.maxDocuments), rest]
    }
  }
  return documents
}

function parsePart({ text, linesBefore }: DocumentText, file: string, limits: ParseLimits): readonly ParsedDocument[] {
  const lines = new LineIndex(text)
  return readYaml(text, limits).flatMap((read) => readDocument(read, file, lines, linesBefore))
}

function readDocument(read: ReadValue, file: string, lines: LineIndex, linesBefore: number): readonly ParsedDocument[] {
  if ('code' in read) {
    const { code, message, offset, hint } = read
    const places = new Places(file, lines, linesBefore, offsetsAt(offset))
    return [broken(code, message, places, '', hint)]
  }
  if (read.value === null || read.value === undefined) return []
  return readObject(read.value, new Places(file, lines, linesBefore, read.offsets))
}

/** Directories of manifests hold other files too: values of charts, package.json. */
const NO_MANIFEST: Problem = {
  severity: 'warning',
  code: 'not-a-manifest',
  path: '',
  message: 'has neither apiVersion nor kind; ignored',
}

function readObject(value: unknown, places: Places): readonly ParsedDocument[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [broken('not-an-object', 'expected an object with apiVersion, kind and metadata', places)]
  }
  const { apiVersion, kind, metadata, items } = value as Record<string, unknown>
  if (apiVersion === undefined && kind === undefined) return [document(value, undefined, [NO_MANIFEST], places)]
  for (const [name, given] of Object.entries({ apiVersion, kind })) {
    if (typeof given !== 'string' || given === '')
      return [broken('missing-field', 'required, but not set', places, name)]
  }
  if (Array.isArray(items) && String(kind).endsWith('List')) {
    return items.flatMap((item, index) => readObject(item, places.inside(['items', index])))
  }
  const resource = value as Resource
  if (kindOf(resource.apiVersion, resource.kind) === undefined) {
    return [document(value, undefined, [unknownKind(resource.apiVersion, resource.kind)], places)]
  }
  const problems = validate(resource)
  const named = typeof (metadata as { name?: unknown } | null)?.name === 'string'
  return [document(value, named ? normalise(resource) : undefined, problems, places)]
}

function document(
  written: object,
  resource: Resource | undefined,
  problems: readonly Problem[],
  places: Places,
): ParsedDocument {
  const identity = resource && { namespace: resource.metadata.namespace }
  const found = places.findAll(problems.map(({ path }) => path))
  return {
    resource,
    written: written as Readonly<Record<string, unknown>>,
    problems: problems.map(({ offset, ...problem }, index) => {
      const text = offset === undefined ? undefined : valueAt(problem.path, written)
      const place = typeof text === 'string' ? places.inBlock(found[index]!, text, offset!) : found[index]!
      return { ...problem, ...identity, place }
    }),
    place: places.find(''),
    placeOf: (path) => places.find(path),
  }
}

/** @param path of the field that is wrong; its place is that of what surrounds it */
function broken(code: string, message: string, places: Places, path = '', hint = remedyOf(code)): ParsedDocument {
  const place = places.find('')
  const problem: Problem = { severity: 'error', code, path, message, place, ...(hint !== undefined && { hint }) }
  return { resource: undefined, problems: [problem], place, placeOf: () => place }
}
