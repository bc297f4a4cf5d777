import type { Socket } from 'node:net'

/**
 * What lies below Node's sockets: the handle of a connection, and the requests to write to it. Undocumented; Node is pinned,
 * and where something is missing the sockets' own methods serve (docs/decisions/0008).
 */

/** A write of whoever made it until `oncomplete`, if the handle says that it goes on; else free again at once. */
export interface WriteRequest {
  /** @param status 0, or a negative error number of the system */
  oncomplete: (status: number) => void
  /** Kept from the garbage collector while the kernel reads it. */
  buffer: Uint8Array | null
}

/** Node's handle of a stream. Writes return 0, or a negative error number of the system. */
export interface StreamHandle {
  reading: boolean
  onread: (this: StreamHandle, bytes: ArrayBuffer | undefined) => unknown
  readStop(): number
  /** Further reads go into `buffer`. */
  useUserBuffer(buffer: Uint8Array): void
  writeLatin1String(request: WriteRequest, text: string): number
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number
  /** @param chunks each followed by its encoding, `buffer` for bytes; @param allBuffers without the encodings */
  writev(request: WriteRequest, chunks: readonly (string | Uint8Array)[], allBuffers: boolean): number
}

interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest
  /** What the last call or event of any handle of this thread had to say, by the indices below. */
  readonly streamBaseState: Int32Array
  readonly kReadBytesOrError: number
  readonly kLastWriteWasAsync: number
}

const binding = loadBinding()

/** Handles can be written to and read from as this file says. */
export const hasBinding = binding !== null

function loadBinding(): StreamBinding | null {
  try {
    const { binding: load } = process as unknown as { binding?: (name: string) => Partial<StreamBinding> }
    const found = load?.call(process, 'stream_wrap')
    const complete = typeof found?.WriteWrap === 'function' && found.streamBaseState instanceof Int32Array
    return complete && found.kReadBytesOrError !== undefined && found.kLastWriteWasAsync !== undefined
      ? (found as StreamBinding)
      : null
  } catch {
    return null
  }
}

/** The handle of a socket; null if it has none (now). */
export function handleOf(socket: Socket): StreamHandle | null {
  return (socket as unknown as { readonly _handle?: StreamHandle | null })._handle ?? null
}

/** Only with `hasBinding`. */
export function createWriteRequest(): WriteRequest {
  const { WriteWrap } = binding as StreamBinding
  return new WriteWrap()
}

/** Of the write that has just been made. */
export function writeGoesOn(): boolean {
  const { streamBaseState, kLastWriteWasAsync } = binding as StreamBinding
  return streamBaseState[kLastWriteWasAsync] !== 0
}

/** Of the read that is being told: how many bytes came, or a negative error number (the end is one). */
export function bytesRead(): number {
  const { streamBaseState, kReadBytesOrError } = binding as StreamBinding
  return streamBaseState[kReadBytesOrError] as number
}
