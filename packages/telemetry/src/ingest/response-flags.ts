import { WireCursor } from './wire-cursor.ts'

/** envoy.data.accesslog.v3.ResponseFlags: the short name of each field, by its number. */
const SHORT_NAMES: Readonly<Record<number, string>> = {
  ...{ 1: 'LH', 2: 'UH', 3: 'UT', 4: 'LR', 5: 'UR', 6: 'UF', 7: 'UC', 8: 'UO', 9: 'NR', 10: 'DI', 11: 'FI', 12: 'RL' },
  ...{ 13: 'UAEX', 14: 'RLSE', 15: 'DC', 16: 'URX', 17: 'SI', 18: 'IH', 19: 'DPE', 20: 'UMSDR', 21: 'RFCF' },
  ...{ 22: 'NFCF', 23: 'DT', 24: 'UPE', 25: 'NC', 26: 'OM', 27: 'DF', 28: 'DR' },
}

/** Short names joined by commas; '-' = none. */
export function readFlags(message: Buffer): string {
  const cursor = new WireCursor(message)
  const names: string[] = []
  while (cursor.next()) {
    const name = SHORT_NAMES[cursor.field]
    if (name !== undefined) names.push(name)
    cursor.skip()
  }
  return names.length === 0 ? '-' : names.join(',')
}
