import { Flag } from '@mizzen/xds/http2-frames'

const PRIORITY_BYTES = 5

/** The header block of a HEADERS frame and the CONTINUATION frames behind it. */
export class HeaderAssembly {
  /** CONTINUATION frames are to come; for this stream. */
  open = false
  stream = 0
  /** Of the HEADERS frame. */
  endStream = false
  /** The HEADERS frame said that its stream depends on itself (RFC 7540 5.3.1; still refused). */
  dependsOnItself = false
  /** The fragment of the HEADERS frame, within its payload. */
  start = 0
  end = 0
  #parts: Buffer[] = []
  #bytes = 0

  /** Bytes gathered so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Finds the fragment in a HEADERS frame's payload. @returns false if the frame is too short for what it says */
  begin(flags: number, stream: number, buffer: Buffer, start: number, end: number): boolean {
    this.stream = stream
    this.endStream = (flags & Flag.endStream) !== 0
    this.dependsOnItself = false
    this.start = start
    this.end = end
    if ((flags & Flag.padded) !== 0) {
      if (start === end) return false
      this.start += 1
      this.end -= buffer[start] as number
    }
    if ((flags & Flag.priority) !== 0) {
      if (this.end - this.start < PRIORITY_BYTES) return false
      this.dependsOnItself = (buffer.readUInt32BE(this.start) & 0x7fffffff) === stream
      this.start += PRIORITY_BYTES
    }
    return this.start <= this.end
  }

  /** Copies a fragment. */
  add(buffer: Buffer, start: number, end: number): void {
    this.open = true
    this.#parts.push(Buffer.from(buffer.subarray(start, end)))
    this.#bytes += end - start
  }

  /** The whole block; the assembly is empty again. */
  take(): Buffer {
    const block = Buffer.concat(this.#parts)
    this.open = false
    this.#parts = []
    this.#bytes = 0
    return block
  }
}
