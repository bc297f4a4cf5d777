import { type Canary, type CanarySpec, kinds } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import { cleanUpChanges, type PresentTraffic, planOf, renderPlan, sceneOf } from '@mizzen/rollout'
import { createMemoryStore } from '@mizzen/store'
import { objectsIn, readDocuments } from '../documents/read-documents.ts'
import type { Io } from '../io.ts'
import type { ApiClient } from '../mesh/api-client.ts'
import { findMesh, type MeshOptions } from '../mesh/find-mesh.ts'
import { problemLine } from '../print/problem.ts'
import { FACT_FORMATS, printFacts, readFormat } from './print-report.ts'

export interface PlanOptions extends MeshOptions {
  readonly filename: readonly string[]
  readonly namespace: string
  readonly rate?: string
  readonly errors?: string
  readonly output?: string
}

/** What the rollout is looked at over, ms. */
const WINDOW_MS = 60_000
/** What is asked of the mesh: all that a plan is made of. */
const KINDS: readonly string[] = ['Service', 'DestinationRule', 'VirtualService', 'Deployment', 'Pod']

/** Says what a rollout would do, without doing anything. */
export async function planCanary(options: PlanOptions, io: Io): Promise<void> {
  const format = readFormat(options.output ?? 'text', FACT_FORMATS)
  const { documents, problems, invalid } = await readDocuments(options.filename, io)
  for (const problem of problems) io.err(`${problemLine(problem)}\n`)
  if (invalid) throw new MizzenError('invalid', 'not every document is valid')
  const objects = objectsIn(documents, options.namespace)
  const canaries = objects.filter(({ kind }) => kind === 'Canary') as Canary[]
  const [canary] = canaries
  if (canary?.spec === undefined || canaries.length > 1) {
    throw new MizzenError('usage', `there must be one Canary, and there are ${canaries.length}`)
  }
  const mesh = options.rate === undefined ? findMesh(options, io) : undefined
  const live = mesh === undefined ? [] : await Promise.all(planned().map((kind) => mesh.list(kind)))
  const scene = sceneOf(createMemoryStore([...live.flat(), ...objects.filter((one) => one !== canary)]), canary)
  const traffic =
    mesh === undefined ? given(options) : await present(mesh, scene.stable?.service, scene.stable?.namespace)
  const plan = planOf(canary.spec as CanarySpec, traffic)
  const changes = cleanUpChanges(canary.spec as CanarySpec, scene)
  const { name } = canary.metadata
  io.out(printFacts({ name, ...plan, changes }, format, () => renderPlan(name, plan, changes)))
}

function planned() {
  return kinds.filter(({ kind, group }) => KINDS.includes(kind) && group !== 'gateway.networking.k8s.io')
}

function given({ rate, errors = '0' }: PlanOptions): PresentTraffic {
  const requestsPerSecond = Number(rate)
  const errorRate = Number(errors) / 100
  if (!(requestsPerSecond > 0)) throw new MizzenError('usage', `--rate ${rate}: not a number above 0`)
  if (!(errorRate >= 0 && errorRate <= 1)) throw new MizzenError('usage', `--errors ${errors}: not a percentage`)
  return { requestsPerSecond, errorRate }
}

/** As callers see it, of all versions together. */
async function present(mesh: ApiClient, service = '', namespace = ''): Promise<PresentTraffic> {
  const signals = (await mesh.signals(WINDOW_MS)).filter((one) => one.service.startsWith(`${service}.${namespace}.`))
  const callers = signals.filter(({ reporter }) => reporter === 'source')
  const seen = callers.length > 0 ? callers : signals
  const requestsPerSecond = seen.reduce((sum, one) => sum + one.requestsPerSecond, 0)
  if (requestsPerSecond === 0) {
    throw new MizzenError('no-traffic', `${service || 'the service'} has had no requests in the last minute`, {
      hint: 'say with --rate what traffic to plan for',
    })
  }
  const failed = seen.reduce((sum, one) => sum + one.requestsPerSecond * one.errorRate, 0)
  return { requestsPerSecond, errorRate: failed / requestsPerSecond }
}
