/** The bench cannot go on; the message is for who runs it. */
export class BenchError extends Error {}
