/**
 * What one turn of the event loop reads of large bodies, bytes: about a millisecond of work, most of it the kernel's. With less,
 * a few bodies of usual size are held up in their middle, and a server that answers early then costs its client the connection.
 */
const TURN_BYTES = 1024 * 1024
/** A read of as much is taken for a part of a large body: a TLS record at its largest. */
const BULK_BYTES = 16 * 1024
/** Readers that go on in one turn, so that their next reads, a full buffer each, are what a turn may read. */
const RESUMED = 16

export interface PacedReader {
  /** It may read on. */
  onReadTurn(): void
}

/**
 * Keeps large bodies from holding up everything else. The event loop reads a connection until it has nothing more (libuv:
 * up to 32 times in a row), and then the next: a few hundred connections with a megabyte each are a second in which nobody
 * else is served. So what one turn of the loop reads of large bodies is limited; who wants more waits, in a queue, for a
 * later turn, and between two turns everybody else is heard.
 */
export class ReadPacing {
  #spent = 0
  #turnEnds = false
  /** Each reader is in it once at most: it reads nothing while it waits. */
  #waiting: PacedReader[] = []

  /** @returns false if the reader must stop reading until `onReadTurn` */
  admit(reader: PacedReader, bytes: number): boolean {
    if (bytes < BULK_BYTES) return true
    this.#spent += bytes
    this.#awaitEndOfTurn()
    if (this.#spent <= TURN_BYTES) return true
    this.#waiting.push(reader)
    return false
  }

  #awaitEndOfTurn(): void {
    if (this.#turnEnds) return
    this.#turnEnds = true
    setImmediate(() => this.#nextTurn())
  }

  #nextTurn(): void {
    this.#turnEnds = false
    this.#spent = 0
    const next = this.#waiting.splice(0, RESUMED)
    if (this.#waiting.length > 0) this.#awaitEndOfTurn()
    for (const reader of next) reader.onReadTurn()
  }
}
