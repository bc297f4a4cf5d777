export type { Action, Decision } from './decide/action.ts'
export { decide } from './decide/decide.ts'
export type {
  Command,
  Judged,
  MetricResult,
  Observation,
  Route,
  VersionHealth,
  WebhookResult,
} from './decide/observation.ts'
export type { Phase, Reason, ReasonCode, RolloutState } from './decide/state.ts'
export { fromArgo } from './import/argo.ts'
export { fromFlagger } from './import/flagger.ts'
export type { Imported } from './import/imported.ts'
export { type Judgement, newJudgement, takeIn } from './judge/judgement.ts'
export { type MannWhitney, mannWhitney } from './judge/mann-whitney.ts'
export type { ChannelSample, Sample, Side, Traffic } from './judge/sample.ts'
export { DEFAULT_SETTINGS, type JudgeSettings, settingsOf } from './judge/settings.ts'
export { type Answer, answerOf, type Finding, type Rate, type Verdict, verdictOf } from './judge/verdict.ts'
export { overlaidStore } from './overlay/overlaid-store.ts'
export { overlaidObjects } from './overlay/overlay.ts'
export { cleanUpChanges, type PlannedChange } from './plan/clean-up-changes.ts'
export type { PresentTraffic } from './plan/expected-stream.ts'
export { type Plan, type PlannedStep, planOf } from './plan/plan.ts'
export { renderPlan } from './plan/render-plan.ts'
export { RolloutController } from './reconcile/controller.ts'
export { FileMemory } from './reconcile/file-memory.ts'
export type { Lease } from './reconcile/lease.ts'
export { type Entry, type RolloutMemory, VolatileMemory } from './reconcile/memory.ts'
export type { MetricQuery } from './reconcile/metric-values.ts'
export { type Scene, sceneOf } from './reconcile/observe.ts'
export { restoreStatuses } from './reconcile/restore.ts'
export { Rollout, type RolloutDeps, type SampleSource } from './reconcile/rollout.ts'
export { TrafficSamples } from './reconcile/traffic-samples.ts'
export type { Selected } from './reconcile/versions.ts'
export type { Post } from './reconcile/webhooks.ts'
export { describeFinding, describeVerdict } from './report/describe-verdict.ts'
export { type FailedRequest, failedRequest } from './report/failed-request.ts'
export { renderJUnit, renderMarkdown, renderText } from './report/render.ts'
export { type Replay, replay } from './report/replay.ts'
export type { Outcome, Report, TimelineEntry } from './report/report.ts'
