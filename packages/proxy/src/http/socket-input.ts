import type { Socket } from 'node:net'
import { bytesRead, handleOf, hasBinding, type StreamHandle } from './stream-binding.ts'

/**
 * Gives what a connected socket reads to `receive` without its stream in between, which is made with the `onread` option and
 * reads into `buffer`. The end of what comes, and errors, go the usual way. Where that does not work, `onread` goes on.
 *
 * @param receive as the callback of `onread`: false stops reading, until the socket is resumed
 */
export function readPastStream(
  socket: Socket,
  buffer: Buffer,
  receive: (length: number, buffer: Buffer) => boolean,
): void {
  const handle = hasBinding ? handleOf(socket) : null
  const usual = handle?.onread
  if (handle === null || typeof usual !== 'function') return
  handle.onread = function (this: StreamHandle, bytes) {
    const length = bytesRead()
    // Bytes of its own would mean that the handle does not read into the buffer.
    if (length <= 0 || bytes !== undefined || socket.destroyed) return usual.call(this, bytes)
    if (!receive(length, buffer) && this.reading) {
      this.reading = false
      this.readStop()
    }
    return undefined
  }
}
