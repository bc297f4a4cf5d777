/** Strings from the wire hold one byte a character; text of the configuration is brought to the same form. */
export function asWireText(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}
