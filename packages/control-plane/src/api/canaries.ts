import { MizzenError } from '@mizzen/base'
import type { Command, RolloutController } from '@mizzen/rollout'
import { type Answer, json } from './answer.ts'
import { passOn } from './pass-on.ts'
import type { ApiRequest } from './request.ts'
import { success } from './status-object.ts'

export interface CanaryDeps {
  readonly rollouts: RolloutController
  /** Base URL of the API of the control plane that acts on rollouts; null = not known. */
  readonly leader: () => Promise<string | null>
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
 * `GET …/canaries/NAME/report` and `…/record`. A control plane that stands by has the one that acts answer. Undefined for
 * other paths.
 */
export async function answerCanaries(request: ApiRequest, deps: CanaryDeps): Promise<Answer | undefined> {
  const [root, group, , scope, namespace = '', plural, name = '', verb] = request.segments
  const isCanary = root === 'apis' && group === 'mizzen.io' && scope === 'namespaces' && plural === 'canaries'
  if (!isCanary || verb === undefined || request.segments.length !== 8) return undefined
  try {
    return await answerHere(request, deps.rollouts, { namespace, name, verb })
  } catch (error) {
    if (!(error instanceof MizzenError) || error.code !== 'not-leader') throw error
    return passOn(request, await deps.leader())
  }
}

interface Asked {
  readonly namespace: string
  readonly name: string
  readonly verb: string
}

async function answerHere({ method }: ApiRequest, rollouts: RolloutController, { namespace, name, verb }: Asked) {
  if (method === 'GET' && verb === 'record') return json(await rollouts.record(namespace, name))
  if (method === 'GET' && verb === 'report') return json(await rollouts.report(namespace, name))
  if (method === 'POST' && COMMANDS.includes(verb)) {
    await rollouts.command(namespace, name, verb as Command)
    return success({ kind: 'canaries', group: 'mizzen.io', name })
  }
  throw new MizzenError('method-not-allowed', `${method} ${verb} is not possible here`)
}
