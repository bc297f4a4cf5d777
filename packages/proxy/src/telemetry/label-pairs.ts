const PAIR = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** Names and values of labels that `formatLabels` printed; values as they are printed, escaped. */
export function labelPairs(labels: string): readonly (readonly [name: string, escapedValue: string])[] {
  return [...labels.matchAll(PAIR)].map(([, name = '', value = '']) => [name, value])
}

export function unescaped(value: string): string {
  return value.includes('\\') ? value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)) : value
}
