import type { Condition } from '../../resource.ts'
import { about, duration, flag, integer, list, message, name, type Of, text, words } from '../../schema/fields.ts'
import type { Typed } from '../kind.ts'
import { HTTPMatchRequest } from '../networking/routing/http-match.ts'
import { CanaryAnalysis } from './canary-analysis.ts'
import { mizzenKind } from './mizzen-kind.ts'

const Weight = integer(0, 100)

/** One step; exactly one of the fields. */
export const CanaryStep = message(
  {},
  {
    setWeight: about('Percent of the traffic that the canary gets.', Weight),
    pause: about('Waits; without a duration until somebody promotes it.', message({}, { duration })),
    setMirror: about('Sends copies of requests to the canary; 0 ends it.', message({ percentage: Weight }, {})),
    setHeaderRoute: about(
      'Sends requests that match to the canary, whatever the weight; no match ends it.',
      message({}, { match: list(HTTPMatchRequest, [0, 16]) }),
    ),
    setScale: about('Replicas of the canary, in percent of the stable version.', integer(0, 1000)),
    analysis: about('Goes on when the judgement passes, or ends after a time.', message({}, { duration })),
  },
  { oneofs: [['setWeight', 'pause', 'setMirror', 'setHeaderRoute', 'setScale', 'analysis']] },
)
export type CanaryStep = Of<typeof CanaryStep>

const Version = message(
  {},
  { subset: about('Subset of a DestinationRule.', text), host: about('Service.', text) },
  { oneofs: [['subset', 'host']] },
)

const Traffic = message(
  { virtualService: about('VirtualService whose weights are set.', name) },
  {
    routes: about('Names of its `http` routes; all routes that send to a version by default.', list(name)),
    tcpRoutes: about(
      'Its `tcp` routes, by port; each of them without one.',
      list(message({}, { port: integer(1, 65_535) }), [0, 64]),
    ),
    tlsRoutes: about(
      'Its `tls` routes, by port and server name; what is left out does not matter.',
      list(message({}, { port: integer(1, 65_535), sniHosts: list(name) }), [0, 64]),
    ),
    weightMode: about('overlay keeps the live weight out of the spec, for GitOps.', words('spec', 'overlay'), 'spec'),
  },
)

export const CanarySpec = message(
  {
    traffic: about('What is shifted.', Traffic),
    stable: about('The version that serves.', Version),
    canary: about('The version that is tried.', Version),
  },
  {
    workloads: about(
      'Deployments of the two versions; by default those that the subset or Service selects.',
      message({}, { stable: text, canary: text }),
    ),
    steps: about('In order; after the last one the canary is promoted.', list(CanaryStep, [0, 100])),
    analysis: CanaryAnalysis,
    sessionAffinity: about(
      'Keeps a client at the version that it saw first.',
      message({}, { cookieName: about('Name of the cookie.', text, 'mizzen-canary'), maxAge: duration }),
    ),
    group: about(
      'Canaries of one namespace with the same group are promoted together: all pass, or all go back.',
      text,
    ),
    scaling: about(
      'How many replicas the canary has.',
      message(
        {},
        {
          canary: about(
            'followWeight scales it up, before the weight rises, to at least that part of the stable replicas.',
            words('keep', 'followWeight'),
            'keep',
          ),
          afterRollback: about('What becomes of them when it was taken back.', words('keep', 'scaleToZero'), 'keep'),
        },
      ),
    ),
    promoteBy: about(
      'shift leaves the traffic at the canary, which is the stable version from then on. copy gives the stable Deployment the Pod template of the canary, takes the traffic back there and scales the canary to 0: the next change of the canary begins the next rollout.',
      words('shift', 'copy'),
      'shift',
    ),
    onFailure: about(
      'abort cuts the canary at once; lastGoodWeight goes back one step.',
      words('abort', 'lastGoodWeight', 'pause'),
      'abort',
    ),
    promotion: about('Whether the last step needs a hand.', words('automatic', 'manual'), 'automatic'),
    cleanUp: about(
      'What becomes of the objects after promotion.',
      message(
        {},
        {
          scaleDown: about('Whether the old version is scaled to 0.', flag, true),
          scaleDownDelay: about('How long it stays.', duration, '30s'),
          removeRoutes: about('Whether the routes to the old version are removed.', flag, false),
          removeSubset: about('Whether its subset goes too, once no proxy has a route to it.', flag, false),
          workload: about(
            'What becomes of its Deployment: label puts `mizzen.io/retired` on it.',
            words('keep', 'label', 'delete'),
            'keep',
          ),
        },
      ),
    ),
    alerts: about(
      'Where news are posted.',
      list(
        message({ url: name }, { format: words('json', 'slack'), severity: words('info', 'warn', 'error') }),
        [0, 16],
      ),
    ),
    progressDeadline: about('Time without progress after which the canary fails.', duration, '10m'),
    trigger: about(
      'What begins it: a version that is new, or `mizzen canary run` alone.',
      words('newVersion', 'manual'),
      'newVersion',
    ),
    paused: flag,
  },
)
export type CanarySpec = Of<typeof CanarySpec>

export interface CanaryStatus {
  readonly phase?: string
  readonly currentStep?: number
  readonly currentWeight?: number
  readonly conditions?: readonly Condition[]
  readonly observedGeneration?: number
}

export type Canary = Typed<CanarySpec, CanaryStatus>
export const canaryKind = mizzenKind('Canary', 'canaries', [], CanarySpec)
