import { list, map, message, type Of, text } from '../../schema/fields.ts'

export const HeaderOperations = message({}, { set: map(text), add: map(text), remove: list(text) })
export type HeaderOperations = Of<typeof HeaderOperations>

export const Headers = message({}, { request: HeaderOperations, response: HeaderOperations })
export type Headers = Of<typeof Headers>
