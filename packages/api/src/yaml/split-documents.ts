/** A document's part of a file, its `---` line included so that columns are those of the file. */
export interface DocumentText {
  readonly text: string
  /** Lines of the file before it. */
  readonly linesBefore: number
}

/**
 * Cuts a file at its `---` lines. YAML lets these stand nowhere else (1.2, section 9.1.2), so that one broken document
 * can't take its neighbours with it. Parts without content are left out.
 */
export function splitDocuments(text: string): readonly DocumentText[] {
  const parts: DocumentText[] = []
  let start = 0
  let linesBefore = 0
  const add = (end: number) => {
    const part = text.slice(start, end)
    if (hasContent(part)) parts.push({ text: part, linesBefore })
    linesBefore += countLines(text, start, end)
    start = end
  }
  for (const marker of text.matchAll(/^---(?=\s|$)/gm)) add(marker.index)
  add(text.length)
  return parts
}

/** Anything beside comments, directives and document marks. */
function hasContent(part: string): boolean {
  return /^(?!\s*(#|$)|%|\.\.\.\s*$)/m.test(part.replace(/^---(?=\s|$)/, ''))
}

function countLines(text: string, start: number, end: number): number {
  let lines = 0
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}
