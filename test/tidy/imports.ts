import { codeOnly, lineAt } from './source-text.ts'

export interface Import {
  /** As written: `./route.ts`, `@mizzen/base`, `node:fs`. */
  readonly specifier: string
  /** The exported names that are taken; empty for `import '…'`, `* as` and dynamic imports. */
  readonly names: readonly string[]
  readonly line: number
}

/** All imports and re-exports of a file, of types as well as of values. */
export function importsOf(source: string): Import[] {
  const code = codeOnly(source, 'keep')
  const statement =
    /^[ \t]*(?:import|export)\b([^'"`;]*?)\bfrom\s*(['"])([^'"\n]+)\2|^[ \t]*import\s*(['"])([^'"\n]+)\4|\bimport\(\s*(['"])([^'"\n]+)\6/gm
  return [...code.matchAll(statement)].map((match) => ({
    specifier: match[3] ?? match[5] ?? (match[7] as string),
    names: namesIn(match[1] ?? ''),
    line: lineAt(code, match.index),
  }))
}

/** `{ a, type B, c as d }` → a, B, c. */
function namesIn(clause: string): string[] {
  const list = /\{([^}]*)\}/.exec(clause)?.[1] ?? ''
  return list
    .split(',')
    .map((item) => item.trim().replace(/^type\s+/, ''))
    .map((item) => item.split(/\s+as\s+/)[0] as string)
    .filter((name) => name !== '')
}
