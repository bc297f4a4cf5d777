import type { HeaderBlock } from '@mizzen/xds/hpack'
import type { HeaderList } from '../header-list.ts'
import { type HeaderField, Role } from './header-field.ts'

const STATUS = /^[1-9]\d\d$/
const CONTENT_LENGTH = /^\d{1,15}$/

/** The header block of a response, read and checked (RFC 9113 8.3.2). One per connection, reused. */
export class ClientResponse {
  status = 0
  /** -1 = not given. */
  contentLength = -1
  #regular = false

  /**
   * Reads the fields, those that are forwarded into `headers`.
   * @returns false if the message is malformed
   */
  read({ fields, count, overflow }: HeaderBlock<HeaderField>, headers: HeaderList): boolean {
    this.status = 0
    this.contentLength = -1
    this.#regular = false
    if (overflow) return false
    for (let index = 0; index < count; index += 1) {
      const field = fields[index] as HeaderField
      if (field.role === Role.plain) {
        this.#regular = true
        headers.append(field.name, field.value)
      } else if (field.role === Role.list) {
        this.#regular = true
        headers.join(field.name, field.value)
      } else if (!this.#readSpecial(field, headers)) return false
    }
    return this.status !== 0
  }

  #readSpecial({ name, value, role }: HeaderField, headers: HeaderList): boolean {
    if (role <= Role.unknownPseudo) return this.#readStatus(role, value)
    this.#regular = true
    switch (role) {
      case Role.contentLength:
        if (this.contentLength !== -1 || !CONTENT_LENGTH.test(value)) return false
        this.contentLength = Number(value)
        headers.append(name, value)
        return true
      case Role.connection:
      case Role.malformed:
        return false
      default:
        headers.append(name, value)
        return true
    }
  }

  #readStatus(role: number, value: string): boolean {
    if (role !== Role.status || this.#regular || this.status !== 0 || !STATUS.test(value)) return false
    this.status = Number(value)
    return true
  }
}
