import type { Clock } from '@mizzen/base'
import type { OverloadState } from '../overload/overload-state.ts'
import type { DateHeader } from './date-header.ts'
import type { UpgradeFields } from './http1/message-head.ts'
import type { RouterRuntime } from './router-runtime.ts'

/** What the streams of a runtime share. */
export interface StreamRuntime extends RouterRuntime {
  readonly clock: Clock
  readonly date: DateHeader
  /** null = the process does nothing about overload. */
  readonly overload: OverloadState | null
}

/** What the codec says about a request besides the exchange's fields. */
export interface RequestStart {
  /** Neither body nor trailers follow. */
  readonly ended: boolean
  readonly hasHost: boolean
  readonly expectsContinue: boolean
  /** If it asks for another protocol, it is not clear where that begins. */
  readonly hasBodyBeforeUpgrade: boolean
  /** How a request of HTTP/1.1 asks for another protocol; null: it came by HTTP/2. */
  readonly upgradeFields: UpgradeFields | null
}
