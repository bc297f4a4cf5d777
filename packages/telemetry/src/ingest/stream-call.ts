/** What the services need of a gRPC call: messages of a client that streams. */
export interface StreamCall {
  listen(listener: { onMessage(bytes: Buffer): void; onDrain(): void; onEnd(): void }): void
  /** Ends the call well. */
  end(): void
  /** Ends it with a gRPC status. */
  fail(code: number, message: string): void
}

/** https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
export const INVALID_ARGUMENT = 3
export const RESOURCE_EXHAUSTED = 8
