import { message, number, type Of } from '../../schema/fields.ts'

export const Percent = message({}, { value: number })
export type Percent = Of<typeof Percent>
