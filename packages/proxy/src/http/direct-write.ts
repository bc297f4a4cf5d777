import { writeSync, writevSync } from 'node:fs'
import type { Socket } from 'node:net'

/**
 * The trick: bytes of the buffer that all sockets read into must be copied before a stream takes them, because it holds on
 * to what the kernel does not take at once. A plain write(2) tells how much it took and holds nothing, so that only the
 * rest has to be copied; on a connection whose peer keeps up there is none.
 */

/**
 * Writes `text` (one byte a character) and the bytes behind it in one system call, past the stream, which must have
 * nothing left to write.
 * @returns how many of all these bytes the kernel took; 0 where the socket has no descriptor or is broken: the stream then
 *   finds out why
 */
export function writeDirectly(socket: Socket, text: string, buffer: Buffer, start: number, end: number): number {
  const fd = (socket as unknown as { readonly _handle?: { readonly fd: number } | null })._handle?.fd ?? -1
  if (fd < 0 || socket.writableLength > 0 || socket.connecting || !socket.writable) return 0
  try {
    if (text === '') return writeSync(fd, buffer, start, end - start)
    return writevSync(fd, [Buffer.from(text, 'latin1'), buffer.subarray(start, end)])
  } catch {
    // EAGAIN, or the end of the connection.
    return 0
  }
}
