import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { isSubnet } from './ip-address.ts'

/** Why one value of a list is wrong; undefined if it isn't. */
export type ValueFault = (value: string) => { readonly code: string; readonly message: string } | undefined

export const anyValue: ValueFault = () => undefined

export const addressFault: ValueFault = (value) =>
  isSubnet(value) ? undefined : { code: 'bad-address', message: `"${value}" is neither an IP address nor a CIDR block` }

export const portFault: ValueFault = (value) =>
  /^\d{1,5}$/.test(value) && Number(value) <= 65_535
    ? undefined
    : { code: 'bad-port', message: `"${value}" is not a port` }

/** `account` or `namespace/account`; 320 characters are 63 of a namespace, 253 of a name, and some. */
export const serviceAccountFault: ValueFault = (value) => {
  const wrong = (message: string) => ({ code: 'bad-service-account', message })
  if (value.includes('*')) return wrong(`"${value}": no wildcards in service accounts`)
  if (value.length > 320) return wrong('longer than 320 characters')
  const parts = value.split('/')
  const good = parts.length <= 2 && parts.every((part) => part !== '')
  return good ? undefined : wrong(`"${value}" is neither ACCOUNT nor NAMESPACE/ACCOUNT`)
}

export function checkValues(
  values: readonly string[] | undefined,
  fault: ValueFault,
  path: string,
  report: Report,
): void {
  values?.forEach((value, index) => {
    const at = itemPath(path, index)
    const found = value === '' ? { code: 'empty', message: 'must not be empty' } : fault(value)
    if (found !== undefined) refuse(report, found.code, at, found.message)
  })
}

/** Attributes that `when` may name, with what their values must be. */
const ATTRIBUTES: Readonly<Record<string, ValueFault>> = {
  'source.ip': addressFault,
  'remote.ip': addressFault,
  'source.namespace': anyValue,
  'source.serviceAccount': serviceAccountFault,
  'source.principal': anyValue,
  'source.trustDomain': anyValue,
  'request.auth.principal': anyValue,
  'request.auth.audiences': anyValue,
  'request.auth.presenter': anyValue,
  'destination.ip': addressFault,
  'destination.port': portFault,
  'connection.sni': anyValue,
}
/** Attributes that have a name in brackets, as `request.headers[x-user]`. */
const MAPS = [
  'request.headers',
  'request.experimental.inline.headers',
  'request.auth.claims',
  'experimental.envoy.filters.',
]
const GONE: Readonly<Record<string, string>> = {
  'destination.namespace': 'a policy holds for its own namespace',
  'destination.name': 'name workloads by selector',
  'destination.user': 'name workloads by selector',
}

export type Attribute = { readonly values: ValueFault } | { readonly fault: string; readonly hint?: string }

export function attributeOf(key: string): Attribute {
  const values = Object.hasOwn(ATTRIBUTES, key) ? ATTRIBUTES[key] : undefined
  if (values !== undefined) return { values }
  if (MAPS.some((prefix) => key.startsWith(prefix))) {
    const open = key.indexOf('[')
    const named = key.endsWith(']') && open > 0 && open < key.length - 2
    return named
      ? { values: anyValue }
      : { fault: `"${key}" has no name in brackets`, hint: 'write it as ATTRIBUTE[NAME]' }
  }
  if (Object.hasOwn(GONE, key)) return { fault: `"${key}" is no more an attribute`, hint: GONE[key] }
  if (key.startsWith('destination.labels')) {
    return { fault: `"${key}" is no more an attribute`, hint: 'name workloads by selector' }
  }
  return {
    fault: `"${key}" is not an attribute`,
    hint: `there are ${[...Object.keys(ATTRIBUTES), ...MAPS].join(', ')}`,
  }
}
