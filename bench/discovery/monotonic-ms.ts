/** The system's monotonic clock, milliseconds: equal in all processes of this machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
