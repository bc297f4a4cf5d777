/** Thrown where a text leaves the subset: it may be good YAML, or none. */
export class OutsideSubset {
  /** Characters from the start. */
  readonly offset: number

  constructor(offset: number) {
    this.offset = offset
  }
}

/** Thrown where a text is wrong whatever reads it. */
export class YamlFault {
  readonly code: 'too-deep' | 'too-large' | 'duplicate-key'
  readonly message: string
  readonly offset: number

  constructor(code: YamlFault['code'], message: string, offset: number) {
    this.code = code
    this.message = message
    this.offset = offset
  }
}
