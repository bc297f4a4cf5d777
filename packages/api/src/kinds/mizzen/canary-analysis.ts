import {
  about,
  duration,
  flag,
  integer,
  list,
  map,
  message,
  name,
  number,
  type Of,
  text,
  words,
} from '../../schema/fields.ts'

/** Absolute bounds, beside the comparison with the stable version. Words as in Flagger. */
export const CanaryMetric = message(
  {
    name: about(
      '`request-success-rate` (percent), `request-duration` (p99 in ms), `request-duration-mann-whitney` (chance that a request of the canary is slower), or a name for `query`.',
      name,
    ),
  },
  {
    thresholdRange: about(
      'Values that are good; each end may be left open.',
      message({}, { min: number, max: number }),
    ),
    interval: about('Time that a value is taken over.', duration, '1m'),
    query: about(
      "PromQL; `{{ canary }}`, `{{ stable }}` and `{{ interval }}` are filled in, and Flagger's `{{ name }}`, `{{ namespace }}`, `{{ target }}`, `{{ service }}`.",
      text,
    ),
    dryRun: about('Whether the value is shown but never decides.', flag, false),
  },
)
export type CanaryMetric = Of<typeof CanaryMetric>

/** A call out of the rollout. Types as in Flagger: `confirm-` ones hold it until they are answered with 2xx. */
export const CanaryWebhook = message(
  { name, url: about('Where a JSON document is posted.', name) },
  {
    type: about(
      'When it is called.',
      words(
        'rollout',
        'confirm-rollout',
        'pre-rollout',
        'confirm-traffic-increase',
        'confirm-promotion',
        'post-rollout',
        'rollback',
        'event',
      ),
      'rollout',
    ),
    timeout: about('How long an answer may take.', duration, '10s'),
    retries: about('Further attempts after a failed one.', integer(0, 100), 0),
    interval: about('How often a `rollout` hook is called in a step that lasts.', duration, '1m'),
    muteAlert: about('Whether nobody is told that a closed `confirm-` gate waits for an approval.', flag, false),
    metadata: about('Sent along.', map(text)),
  },
)
export type CanaryWebhook = Of<typeof CanaryWebhook>

/** How the canary is judged against the stable version, on the stream of requests. */
export const CanaryAnalysis = message(
  {},
  {
    falseAlarm: about('Percent of healthy canaries that may be cut.', number, 1),
    miss: about('Percent of bad canaries (by `minimumEffect`) that may pass.', number, 5),
    minimumEffect: about('Difference of failure rates, in percent points, that must be found.', number, 1),
    latencyEffect: about('Slowdown of the canary that must be found, as a factor.', number, 1.5),
    minimumRequests: about('Requests to the canary before it may pass.', integer(0, 2 ** 31 - 1), 100),
    perRoute: about('Whether each route is judged by itself too.', flag, true),
    onNotEnough: about('What follows when a step ends without enough evidence.', words('wait', 'pass', 'fail'), 'wait'),
    metrics: about('Further bounds; all must hold.', list(CanaryMetric, [0, 64])),
    webhooks: about('Calls during the rollout.', list(CanaryWebhook, [0, 64])),
  },
)
export type CanaryAnalysis = Of<typeof CanaryAnalysis>
