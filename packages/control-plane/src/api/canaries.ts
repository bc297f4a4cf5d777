import { MizzenError } from '@mizzen/base'
import type { Command, RolloutController } from '@mizzen/rollout'
import { type Answer, json } from './answer.ts'
import type { ApiRequest } from './request.ts'
import { success } from './status-object.ts'

export interface CanaryDeps {
  readonly rollouts: RolloutController
}

const COMMANDS: readonly string[] = [
  'start',
  'promote',
  'promote-full',
  'abort',
  'step-back',
  'pause',
  'resume',
  'retry',
  'undo',
  'skip',
]

/**
 * What a Canary can be asked beside what all objects can, as subresources: `POST …/canaries/NAME/COMMAND`,
 * `GET …/canaries/NAME/report` and `…/record`. Undefined for other paths.
 */
export async function answerCanaries(request: ApiRequest, { rollouts }: CanaryDeps): Promise<Answer | undefined> {
  const [root, group, , scope, namespace = '', plural, name = '', verb] = request.segments
  const isCanary = root === 'apis' && group === 'mizzen.io' && scope === 'namespaces' && plural === 'canaries'
  if (!isCanary || verb === undefined || request.segments.length !== 8) return undefined
  const wanted = `${request.method} ${verb}`
  if (wanted === 'GET record') return json(await rollouts.record(namespace, name))
  if (wanted === 'GET report') return json(await rollouts.report(namespace, name))
  if (request.method === 'POST' && COMMANDS.includes(verb)) {
    await rollouts.command(namespace, name, verb as Command)
    return success({ kind: 'canaries', group, name })
  }
  throw new MizzenError('method-not-allowed', `${request.method} ${verb} is not possible here`)
}
