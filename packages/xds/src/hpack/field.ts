/** A header field as HPACK sees it; one byte a character. */
export interface HpackField {
  readonly name: string
  readonly value: string
}

/**
 * Makes what a decoder gives for a field. A field that is referred to by index is made once: whatever is looked up or
 * checked about it can be kept in it.
 */
export interface FieldFactory<F extends HpackField> {
  /** The static table, in order. */
  readonly statics: readonly F[]
  /** @param neverIndexed the sender asks that nobody ever indexes it (RFC 7541 6.2.3) */
  make(name: string, value: string, neverIndexed: boolean): F
}

/** The decoded fields of one block. */
export interface HeaderBlock<F extends HpackField> {
  /** Only the first `count` belong to it. */
  readonly fields: readonly F[]
  readonly count: number
  /** Sum of the lengths of names and values. */
  readonly bytes: number
  /** There was more of it than allowed, which is not in here; '' = all is. */
  readonly overflow: '' | 'fields' | 'bytes'
}
