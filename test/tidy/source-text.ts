/**
 * TypeScript source with comments blanked, and the insides of strings too if asked, so that a pattern finds code only.
 * Lengths and line breaks stay: an index into the result is one into the source.
 *
 * A scanner for tidy rules, not a parser: a regular expression literal that holds a quote or `//` may confuse it for the
 * rest of its line, which is why strings end with their line.
 */
export function codeOnly(source: string, strings: 'keep' | 'blank'): string {
  const token =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuyv]*(?=\s*[.,;)\]}\n])/g
  return source.replace(token, (found) => {
    if (found.startsWith('//') || found.startsWith('/*')) return blank(found)
    return strings === 'keep' ? found : found[0] + blank(found.slice(1, -1)) + found.at(-1)
  })
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

/** Counts from 1. */
export function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length
}
