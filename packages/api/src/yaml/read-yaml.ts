import { createRequire } from 'node:module'
import type { ReadValue } from './library-reader.ts'
import { OutsideSubset, YamlFault } from './subset/outcome.ts'
import { SubsetOffsets } from './subset/subset-offsets.ts'
import { SubsetParser } from './subset/subset-parser.ts'
import { TextCursor } from './subset/text-cursor.ts'
import type { ParseLimits } from './yaml-limits.ts'

type Limits = Pick<ParseLimits, 'maxDocument' | 'maxUnusual' | 'maxDepth' | 'maxAliases'>

/** Control characters that YAML (1.2, section 5.1) allows nowhere, and marks of a text that was not UTF-8. */
const NOT_TEXT = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/

/**
 * The documents of a text (one, unless `...` ends some), or why there are none. Time and memory grow with its length
 * alone, whatever is in it: see SubsetParser. Never throws.
 */
export function readYaml(text: string, limits: Limits): readonly ReadValue[] {
  if (text.length > limits.maxDocument) {
    const message = `the document is longer than ${limits.maxDocument} characters`
    return [{ code: 'too-large', message, offset: 0 }]
  }
  const control = text.search(NOT_TEXT)
  if (control !== -1) {
    const code = text.charCodeAt(control).toString(16).padStart(4, '0')
    return [{ code: 'not-text', message: `the control character U+${code} can't stand in YAML`, offset: control }]
  }
  try {
    const parser = new SubsetParser(new TextCursor(text), limits.maxDepth)
    const value = parser.document()
    return [{ value, offsets: new SubsetOffsets(text, value, parser.start, limits.maxDepth) }]
  } catch (signal) {
    if (signal instanceof YamlFault) return [{ code: signal.code, message: signal.message, offset: signal.offset }]
    if (!(signal instanceof OutsideSubset)) throw signal
    return text.length <= limits.maxUnusual ? withLibrary(text, limits) : [unusual(text, signal.offset, limits)]
  }
}

/** Most manifests do without the library, which is 70 modules to load. */
function withLibrary(text: string, limits: Limits): readonly ReadValue[] {
  const { readWithLibrary } = load('./library-reader.ts') as typeof import('./library-reader.ts')
  return readWithLibrary(text, limits)
}

const load = createRequire(import.meta.url)

const FEATURES: Readonly<Record<string, string>> = {
  '&': 'an anchor',
  '*': 'an alias',
  '!': 'a tag',
  '?': 'a complex key',
  '%': 'a directive',
  '\t': 'a tab as white space',
}

function unusual(text: string, offset: number, { maxUnusual }: Limits): ReadValue {
  const feature = FEATURES[text[offset] ?? '']
  if (feature === undefined) {
    return {
      code: 'yaml-syntax',
      message: 'not YAML as manifests use it',
      offset,
      hint: 'look for a wrong indentation or quote',
    }
  }
  const message = `${feature}, in a document of more than ${maxUnusual} characters`
  return { code: 'unusual-yaml', message, offset, hint: 'write the document without it, or make it shorter' }
}
