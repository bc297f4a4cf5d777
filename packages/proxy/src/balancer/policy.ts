import { MizzenError, type Random } from '@mizzen/base'
import type { ClusterConfig } from '../config/model.ts'
import { leastRequest } from './least-request.ts'
import type { Picker, Weighted } from './picker.ts'
import { randomChoice } from './random-choice.ts'
import { roundRobin } from './round-robin.ts'

/** Makes a picker for a set of endpoints, which is not empty. */
export type PickerFactory = <H extends Weighted>(hosts: readonly H[], random: Random) => Picker<H>

/** Throws MizzenError `not-supported` for a policy that this build does not have. */
export function pickerFactory(config: Pick<ClusterConfig, 'balancer' | 'choiceCount'>): PickerFactory {
  switch (config.balancer) {
    case 'round-robin':
    // Endpoints of original-dst clusters come from the request; the policy has nothing to choose.
    case 'cluster-provided':
      return roundRobin
    case 'least-request':
      return (hosts, random) => leastRequest(hosts, Math.max(2, config.choiceCount), random)
    case 'random':
      return randomChoice
    default:
      throw new MizzenError('not-supported', `load balancing policy ${config.balancer} is not supported`, {
        path: 'lb_policy',
      })
  }
}
