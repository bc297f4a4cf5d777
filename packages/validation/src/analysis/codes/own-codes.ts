import type { CodeFacts } from './code-facts.ts'

/** What Istio does not look for. */
export const OWN_CODES = {
  MZN0101: {
    name: 'WeightNotMetByReplicas',
    severity: 'warning',
    meaning:
      'A route gives a destination a share of the requests that its Pods are far too few for: each gets several times what a Pod of the others gets.',
    remedy: 'Add Pods to that destination before its weight, or lower the weight.',
  },
  MZN0102: {
    name: 'RetryStorm',
    severity: 'warning',
    meaning:
      'Retries multiply along a call path: when the last service fails, every request becomes many, and keeps it from recovering.',
    remedy: 'Retry at one hop, best the one next to the user, and set `attempts: 0` at the others.',
  },
  MZN0103: {
    name: 'TimeoutShorterThanRetries',
    severity: 'warning',
    meaning:
      'A timeout ends before what it covers can: the retries of the route itself, or those of a service further down. They only make load for nobody.',
    remedy: 'Raise the timeout, or lower `perTryTimeout` or `attempts`.',
  },
  MZN0104: {
    name: 'CanarySubsetWithoutPods',
    severity: 'error',
    meaning: 'A route or a Canary sends requests to a subset that has no Pods: they are answered 503 (UH).',
    remedy: 'Start Pods with the labels of the subset before it gets a weight.',
  },
  MZN0105: {
    name: 'PolicyNeverMatches',
    severity: 'warning',
    meaning: 'A policy, or one of its rules, can never match anything: it allows or denies nothing.',
    remedy: 'Correct the selector, or the conditions that exclude each other.',
  },
  MZN0106: {
    name: 'ShadowedRule',
    severity: 'warning',
    meaning: 'A rule is never used, because an earlier one takes every request that it would match.',
    remedy: 'Put the more specific rule first, or remove it.',
  },
  MZN0107: {
    name: 'CertificateNearExpiry',
    severity: 'warning',
    meaning: 'A certificate ends within 30 days, or has ended: then clients refuse the connection.',
    remedy: 'Renew it, and apply the Secret.',
  },
  MZN0108: {
    name: 'UnsafeChangeOrder',
    severity: 'warning',
    meaning:
      'Applied one after the other in this order, the changes pass through a state in which requests fail with 503: a route names a service, a subset or Pods that are not there yet, or not any more. `mizzen analyze -k FILES` looks for it in changes of the running mesh, `mizzen analyze --before OLD NEW` in changes of files.',
    remedy: 'Apply them in the order that the message gives.',
  },
} as const satisfies Readonly<Record<string, CodeFacts>>
