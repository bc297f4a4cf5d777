import type { Report } from '../schema/check-shape.ts'

/** How rules speak. Codes are stable and kebab-case; a message is a sentence without a final stop. */

export function refuse(report: Report, code: string, path: string, message: string, hint?: string): void {
  report({ severity: 'error', code, path, message, hint })
}

/** For what is accepted without a word by Istio, and worth one. */
export function notice(report: Report, code: string, path: string, message: string, hint?: string): void {
  report({ severity: 'info', code, path, message, hint })
}

/** For what is accepted, but most likely not meant. */
export function warn(report: Report, code: string, path: string, message: string, hint?: string): void {
  report({ severity: 'warning', code, path, message, hint })
}
