export type { Local, LocalOptions, LocalPod } from './contract.ts'
export { createLocal } from './local.ts'
export type { LocalSettings } from './settings.ts'
