/** Which of several control planes that share what rollouts remember acts on them. */
export interface Lease {
  /** Whether this one does. It may come to it at any time, when the other has ended, and keeps it then. */
  readonly held: boolean
}
