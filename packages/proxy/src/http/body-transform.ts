import type { HeaderList } from './header-list.ts'

/**
 * What a filter makes of one stream's body, in one direction. Both methods return the bytes that go on in place of those
 * that came; they must not change afterwards.
 */
export interface BodyTransform {
  /** The bytes hold during the call only. */
  update(buffer: Buffer, start: number, end: number): Buffer
  /** The body is complete. What it takes out of `trailers` is not sent as trailers any more. */
  finish(trailers: HeaderList): Buffer
}
