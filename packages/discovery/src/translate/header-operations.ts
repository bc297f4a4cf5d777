import { create } from '@bufbuild/protobuf'
import type { HeaderOperations, Headers } from '@mizzen/api'
import {
  HeaderValueOption_HeaderAppendAction as AppendAction,
  type HeaderValueOption,
  HeaderValueOptionSchema,
} from '@mizzen/xds/gen/envoy/config/core/v3/base_pb.js'

export interface HeaderChanges {
  readonly requestHeadersToAdd: HeaderValueOption[]
  readonly requestHeadersToRemove: string[]
  readonly responseHeadersToAdd: HeaderValueOption[]
  readonly responseHeadersToRemove: string[]
}

/** Header operations as Envoy takes them. The authority can't be among them: see `authorityOf`. */
export function headerChanges(headers: Headers | undefined): HeaderChanges {
  return {
    requestHeadersToAdd: additions(headers?.request),
    requestHeadersToRemove: removals(headers?.request),
    responseHeadersToAdd: additions(headers?.response),
    responseHeadersToRemove: removals(headers?.response),
  }
}

/** The host that the operations set, which is a rewrite of the host in Envoy; `set` counts before `add`. */
export function authorityOf(headers: Headers | undefined): string | undefined {
  const { set = {}, add = {} } = headers?.request ?? {}
  for (const fields of [set, add]) {
    const last = Object.entries(fields).findLast(([name]) => isAuthority(name))
    if (last !== undefined) return last[1]
  }
  return undefined
}

function additions(operations: HeaderOperations | undefined): HeaderValueOption[] {
  return [
    ...options(operations?.set, AppendAction.OVERWRITE_IF_EXISTS_OR_ADD),
    ...options(operations?.add, AppendAction.APPEND_IF_EXISTS_OR_ADD),
  ]
}

function options(
  fields: Readonly<Record<string, string>> | undefined,
  appendAction: AppendAction,
): HeaderValueOption[] {
  return Object.entries(fields ?? {})
    .filter(([name]) => !isInternal(name))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => create(HeaderValueOptionSchema, { header: { key, value }, appendAction }))
}

function removals(operations: HeaderOperations | undefined): string[] {
  return (operations?.remove ?? []).filter((name) => !isInternal(name))
}

function isAuthority(name: string): boolean {
  return /^(:authority|host)$/i.test(name)
}

/** What a proxy does not let anybody change. */
function isInternal(name: string): boolean {
  return name.startsWith(':') || /^host$/i.test(name)
}
