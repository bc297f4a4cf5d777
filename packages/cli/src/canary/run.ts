import { setTimeout as sleep } from 'node:timers/promises'
import { type Canary, parseDuration, type Resource } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import type { Report } from '@mizzen/rollout'
import { type CommandContext, EXIT } from '../command.ts'
import { kindFor } from '../documents/kind-for.ts'
import { objectsIn, readDocuments } from '../documents/read-documents.ts'
import type { Io } from '../io.ts'
import type { ApiClient } from '../mesh/api-client.ts'
import { findMesh, type MeshOptions } from '../mesh/find-mesh.ts'
import { qualifiedName } from '../print/objects.ts'
import { problemLine } from '../print/problem.ts'
import { printReport, REPORT_FORMATS, readFormat } from './print-report.ts'

export interface RunOptions extends MeshOptions {
  readonly filename: readonly string[]
  readonly namespace: string
  readonly wait?: boolean
  readonly timeout: string
  readonly output: string
}

const POLL_MS = 250
/** Reasons for which a rollout waits for a hand: a pipeline has its answer. */
const WAITS_FOR_A_HAND: readonly string[] = ['WaitingForPromotion']

/** Applies everything, the Canary last, and follows the rollout. */
export async function runCanary(options: RunOptions, { io, exit }: CommandContext): Promise<void> {
  const format = readFormat(options.output, REPORT_FORMATS)
  const timeoutMs = parseDuration(options.timeout)
  if (timeoutMs === undefined) throw new MizzenError('usage', `--timeout ${options.timeout}: not a time, as 10m`)
  const { documents, problems, invalid } = await readDocuments(options.filename, io)
  for (const problem of problems) io.err(`${problemLine(problem)}\n`)
  if (invalid) {
    io.err('mizzen: nothing was applied\n')
    return exit(EXIT.no)
  }
  const objects = objectsIn(documents, options.namespace)
  const canaries = objects.filter(({ kind }) => kind === 'Canary') as Canary[]
  const [canary] = canaries
  if (canary === undefined || canaries.length > 1) {
    throw new MizzenError('usage', `there must be one Canary, and there are ${canaries.length}`)
  }
  const mesh = findMesh(options, io)
  await applyAll([...objects.filter((one) => one !== canary), canary], mesh, io)
  await begin(canary, mesh)
  if (options.wait !== true) return
  const report = await follow(canary, mesh, timeoutMs, io)
  io.out(printReport(canary.metadata.name, report, format))
  exit(report.verdict === 'promoted' ? EXIT.yes : EXIT.no)
}

async function applyAll(objects: readonly Resource[], mesh: ApiClient, io: Io): Promise<void> {
  for (const object of objects) {
    const { outcome } = await mesh.apply(kindFor(object), object)
    io.err(`${qualifiedName(object)} ${outcome}\n`)
  }
}

/** Who runs a Canary wants it tried: one that begins by hand, and the same version once more after it was taken back. */
async function begin(canary: Canary, mesh: ApiClient): Promise<void> {
  const report = await reportOf(canary, mesh)
  const manual = canary.spec?.trigger === 'manual'
  const again = report?.phase === 'RolledBack' || (manual && (report === null || report.phase === 'Promoted'))
  if (!again) return
  const { namespace = 'default', name } = canary.metadata
  await mesh.ask(kindFor(canary), namespace, name, 'start')
}

/** Until it has ended, or waits for a hand. On a timeout it is left as it is, and the report says how that is. */
async function follow(canary: Canary, mesh: ApiClient, timeoutMs: number, io: Io): Promise<Report> {
  const deadline = performance.now() + timeoutMs
  let told = ''
  for (;;) {
    const report = await reportOf(canary, mesh)
    if (report !== null) {
      const line = `${String(lastWeight(report)).padStart(3)} %  ${report.code}: ${report.reason}`
      if (line !== told) io.err(`${line}\n`)
      told = line
      if (report.verdict !== 'progressing') return report
      if (WAITS_FOR_A_HAND.includes(report.code)) return { ...report, verdict: 'paused' }
    }
    if (performance.now() > deadline) {
      if (report === null) throw new MizzenError('timeout', 'the rollout has not begun')
      return outOfTime(report)
    }
    await sleep(POLL_MS)
  }
}

function outOfTime(report: Report): Report {
  const verdict = report.phase === 'RollingBack' ? 'rolledBack' : 'paused'
  return { ...report, verdict, reason: `no end within the timeout; ${report.reason}` }
}

function lastWeight(report: Report): number {
  return report.timeline.at(-1)?.weight ?? 0
}

/** A control plane that is away comes back, and with it the rollout. */
async function reportOf(canary: Canary, mesh: ApiClient): Promise<Report | null> {
  const { namespace = 'default', name } = canary.metadata
  try {
    return await mesh.subresource<Report | null>(kindFor(canary), namespace, name, 'report')
  } catch (error) {
    if (error instanceof MizzenError && error.code === 'unreachable') return null
    throw error
  }
}
