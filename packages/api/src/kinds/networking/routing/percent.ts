import { about, message, number, type Of } from '../../../schema/fields.ts'

export const Percent = message({}, { value: about('0 to 100.', number) })
export type Percent = Of<typeof Percent>
