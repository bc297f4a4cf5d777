import { OutsideSubset } from './outcome.ts'
import { CODE, type TextCursor } from './text-cursor.ts'

/**
 * A literal (`|`) or folded (`>`) block at the cursor, in a collection at column `parent`; the cursor goes behind it.
 * Explicit indentation, blocks that are the whole document, and folded blocks with lines indented further are outside the
 * subset.
 */
export function blockScalar(at: TextCursor, parent: number): string {
  const { text } = at
  const header = /^([|>])([-+]?)(?=[ \r\n]|$)/.exec(text.slice(at.pos, at.pos + 3))
  if (header === null || parent < 0) throw new OutsideSubset(at.pos)
  const [all, style, chomp] = header
  at.pos += all.length
  at.expectLineEnd()
  const lines = readLines(at, parent)
  if (style === '>' && lines.some((line) => /^[ \t]/.test(line))) throw new OutsideSubset(at.pos)
  return chomped(lines, style === '>', chomp ?? '')
}

/** The lines without their indentation; the cursor goes to the end of the last one. */
function readLines(at: TextCursor, parent: number): string[] {
  const { text } = at
  const lines: string[] = []
  let indent = -1
  let longestBlank = 0
  let start = at.lineEnd(at.pos) + 1
  while (start <= text.length) {
    const end = at.lineEnd(start)
    const contentEnd = text.charCodeAt(end - 1) === CODE.carriageReturn && end > start ? end - 1 : end
    let content = start
    while (content < contentEnd && text.charCodeAt(content) === CODE.space) content += 1
    const isBlank = content === contentEnd
    if (!isBlank && indent === -1) {
      indent = content - start
      if (indent <= parent) break
      if (longestBlank > indent || text.charCodeAt(content) === CODE.tab) throw new OutsideSubset(content)
    } else if (!isBlank && content - start < indent) break
    if (start >= text.length) break
    if (isBlank && end === text.length) {
      // White space at the very end is no line, unless it is deeper than the block.
      if (content - start > indent) throw new OutsideSubset(start)
      break
    }
    if (isBlank && indent === -1) longestBlank = Math.max(longestBlank, content - start)
    lines.push(isBlank && (indent === -1 || content - start <= indent) ? '' : text.slice(start + indent, contentEnd))
    at.pos = end
    start = end + 1
  }
  if (indent === -1) throw new OutsideSubset(at.pos)
  return lines
}

function chomped(lines: readonly string[], fold: boolean, chomp: string): string {
  let last = lines.length
  while (last > 0 && lines[last - 1] === '') last -= 1
  const body = lines.slice(0, last)
  const text = fold ? folded(body) : body.join('\n')
  if (chomp === '-') return text
  if (chomp === '+') return last === 0 ? '\n'.repeat(lines.length) : text + '\n'.repeat(lines.length - last + 1)
  return last === 0 ? '' : `${text}\n`
}

/** Single breaks become spaces; of several, one goes. */
function folded(lines: readonly string[]): string {
  let text = ''
  let blanks = 0
  for (const [index, line] of lines.entries()) {
    if (line === '') blanks += 1
    else {
      const between = blanks === 0 ? ' ' : '\n'.repeat(blanks)
      text += index === blanks && text === '' ? '\n'.repeat(blanks) + line : between + line
      blanks = 0
    }
  }
  return text
}
