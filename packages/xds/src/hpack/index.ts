export { HpackDecoder } from './decoder.ts'
export { BLOCK_OVERHEAD, FIELD_OVERHEAD, HpackEncoder } from './encoder.ts'
export type { FieldFactory, HeaderBlock, HpackField } from './field.ts'
export { STATIC_TABLE } from './static-table.ts'
