export type { LoggedRequest, Span, TrafficSignals, VersionSignals } from '@mizzen/telemetry'
export type { MeshFacts } from './api/debug.ts'
export type { SyncStatus } from './api/syncz.ts'
export type { TapLine } from './api/tap.ts'
export { type ControlPlane, type ControlPlaneDeps, startControlPlane } from './control-plane.ts'
export {
  type Address,
  type ControlPlaneOptions,
  formatAddress,
  parseAddress,
} from './options.ts'
export { type ReadyMessage, type RunOptions, runControlPlane } from './run.ts'
