export type { Call, CallMode } from './call.ts'
export { checkResources } from './check.ts'
export { type ExplainOptions, explainCall, explainer } from './explain.ts'
export type { CallError, Explanation, Reason } from './explanation.ts'
