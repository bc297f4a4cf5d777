import type { CidrRange } from '../config/model.ts'
import { type IpAddress, maskIpAddress, parseIpAddress } from './ip-address.ts'

/** Values by address range; the longest range that holds an address wins. Filled once, then only read. */
export class CidrTable<T> {
  /** By family and length, longest first. */
  readonly #lengths: { readonly bits: number; readonly length: number; readonly values: Map<bigint, T> }[] = []
  #everything: T | undefined

  /** The value of all addresses, of whatever kind. */
  ensureEverything(make: () => T): T {
    this.#everything ??= make()
    return this.#everything
  }

  /** `range` must be valid. */
  ensure(range: CidrRange, make: () => T): T {
    const address = parseIpAddress(range.address) as IpAddress
    const length = Math.min(range.length, address.bits)
    const values = this.#valuesOf(address.bits, length)
    const key = maskIpAddress(address, length)
    const known = values.get(key)
    if (known !== undefined) return known
    const value = make()
    values.set(key, value)
    return value
  }

  /** `host` that is no IP address (a pipe) is only in the range of everything. */
  find(host: string): T | undefined {
    if (this.#lengths.length === 0) return this.#everything
    const address = parseIpAddress(host)
    if (address === undefined) return this.#everything
    for (const { bits, length, values } of this.#lengths) {
      if (bits !== address.bits) continue
      const value = values.get(maskIpAddress(address, length))
      if (value !== undefined) return value
    }
    return this.#everything
  }

  #valuesOf(bits: number, length: number): Map<bigint, T> {
    const known = this.#lengths.find((entry) => entry.bits === bits && entry.length === length)
    if (known !== undefined) return known.values
    const values = new Map<bigint, T>()
    this.#lengths.push({ bits, length, values })
    this.#lengths.sort((a, b) => b.length - a.length)
    return values
  }
}
