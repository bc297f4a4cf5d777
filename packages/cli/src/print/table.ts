const GAP = '   '

/** Rows of text under capital headers, as kubectl aligns them; trailing blanks are left out. Ends with a newline. */
export function renderTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headers.map((header, column) =>
    rows.reduce((width, row) => Math.max(width, (row[column] ?? '').length), header.length),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd()
  return `${[headers, ...rows].map(line).join('\n')}\n`
}
