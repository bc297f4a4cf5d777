/** A table for people: the first `textColumns` to the left, the others (figures) to the right. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[], textColumns: number): string {
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] as string).length)))
  const pad = (text: string, column: number) =>
    column < textColumns ? text.padEnd(widths[column] as number) : text.padStart(widths[column] as number)
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n')
}
