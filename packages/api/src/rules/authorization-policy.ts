import type {
  AuthorizationCondition,
  AuthorizationOperation,
  AuthorizationPolicy,
  AuthorizationRule,
  AuthorizationSource,
} from '../kinds/security/authorization-policy.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import {
  addressFault,
  anyValue,
  attributeOf,
  checkValues,
  portFault,
  serviceAccountFault,
  type ValueFault,
} from './authorization-values.ts'
import { checkDryRun } from './dry-run.ts'
import { refuse, warn } from './findings.ts'
import { pathTemplateFault } from './path-template.ts'
import { checkSelection } from './policy-selection.ts'

const pathFault: ValueFault = (value) => {
  const message = pathTemplateFault(value)
  return message === undefined ? undefined : { code: 'bad-path-template', message }
}

const SOURCE: Readonly<Record<keyof AuthorizationSource, ValueFault>> = {
  principals: anyValue,
  notPrincipals: anyValue,
  requestPrincipals: anyValue,
  notRequestPrincipals: anyValue,
  namespaces: anyValue,
  notNamespaces: anyValue,
  serviceAccounts: serviceAccountFault,
  notServiceAccounts: serviceAccountFault,
  ipBlocks: addressFault,
  notIpBlocks: addressFault,
  remoteIpBlocks: addressFault,
  notRemoteIpBlocks: addressFault,
  trustDomains: anyValue,
  notTrustDomains: anyValue,
}
const OPERATION: Readonly<Record<keyof AuthorizationOperation, ValueFault>> = {
  hosts: anyValue,
  notHosts: anyValue,
  ports: portFault,
  notPorts: portFault,
  methods: anyValue,
  notMethods: anyValue,
  paths: pathFault,
  notPaths: pathFault,
}
const ACCOUNTS = ['serviceAccounts', 'notServiceAccounts'] as const
const IDENTITIES = ['principals', 'notPrincipals', 'namespaces', 'notNamespaces'] as const
/** What an HTTP request alone has; everything else a TCP connection has too. */
const OF_REQUESTS: ReadonlySet<string> = new Set(['requestPrincipals', 'notRequestPrincipals'])

export function checkAuthorizationPolicy({ metadata, spec }: AuthorizationPolicy, report: Report): void {
  const { action = 'ALLOW', rules, provider } = spec
  checkSelection(spec, report)
  checkDryRun(metadata, action === 'ALLOW' || action === 'DENY', report)
  if (action === 'CUSTOM') checkCustom(spec, report)
  else if (provider !== undefined) {
    refuse(report, 'conflict', 'spec.provider', 'only CUSTOM has a provider', 'set action: CUSTOM, or remove provider')
  }
  if ((action === 'DENY' || action === 'CUSTOM') && (rules ?? []).length === 0) {
    const hint = 'add rules: [{}] to match every request'
    refuse(report, 'missing-field', 'spec.rules', `${action} without rules never matches`, hint)
  }
  rules?.forEach((rule, index) => {
    const path = itemPath('spec.rules', index)
    checkRule(rule, path, report)
    if (action === 'DENY' && isHttpOnly(rule)) {
      const message = 'denies all TCP traffic too: a rule of HTTP attributes alone is without them there'
      warn(report, 'tcp-denied', path, message, 'name ports in to.operation')
    }
  })
}

/** The external authorizer is asked before anything is known of who calls. */
function checkCustom({ rules, provider }: AuthorizationPolicy['spec'], report: Report): void {
  if (rules !== undefined && !provider?.name) {
    const at = provider === undefined ? 'spec.provider' : 'spec.provider.name'
    refuse(report, 'missing-field', at, 'CUSTOM needs a provider', 'name one of extensionProviders')
  }
  const refuseField = (path: string, what: string) => {
    refuse(report, 'conflict', path, `${what} is not known yet where CUSTOM policies are asked`)
  }
  rules?.forEach(({ from, when }, index) => {
    const path = itemPath('spec.rules', index)
    from?.forEach(({ source = {} }, position) => {
      const at = `${itemPath(`${path}.from`, position)}.source`
      for (const name of [...IDENTITIES, ...ACCOUNTS, 'requestPrincipals', 'notRequestPrincipals'] as const) {
        if ((source[name]?.length ?? 0) > 0) refuseField(`${at}.${name}`, name)
      }
    })
    when?.forEach(({ key }, position) => {
      const unknown = ['source.namespace', 'source.serviceAccount', 'source.principal'].includes(key)
      if (unknown || key.startsWith('request.auth.')) refuseField(`${itemPath(`${path}.when`, position)}.key`, key)
    })
  })
}

function checkRule({ from, to, when }: AuthorizationRule, path: string, report: Report): void {
  for (const [name, list] of Object.entries({ from, to })) {
    if (list?.length === 0) refuse(report, 'empty', `${path}.${name}`, 'must not be empty', 'remove it to match all')
  }
  from?.forEach(({ source }, index) => {
    checkSource(source, `${itemPath(`${path}.from`, index)}.source`, report)
  })
  to?.forEach(({ operation }, index) => {
    const at = `${itemPath(`${path}.to`, index)}.operation`
    if (isEmpty(operation)) refuse(report, 'empty', at, 'an operation must say something', 'remove `to` to match all')
    for (const [name, fault] of Object.entries(OPERATION)) {
      checkValues(operation?.[name as keyof AuthorizationOperation], fault, `${at}.${name}`, report)
    }
  })
  when?.forEach((condition, index) => {
    checkCondition(condition, itemPath(`${path}.when`, index), report)
  })
}

function checkSource(source: AuthorizationSource | undefined, path: string, report: Report): void {
  if (isEmpty(source)) refuse(report, 'empty', path, 'a source must say something', 'remove `from` to match all')
  const has = (name: keyof AuthorizationSource) => (source?.[name]?.length ?? 0) > 0
  const account = ACCOUNTS.find(has)
  if (account !== undefined && IDENTITIES.some(has)) {
    const message = "service accounts can't stand beside namespaces or principals"
    refuse(report, 'conflict', `${path}.${account}`, message, 'use two sources')
  }
  for (const [name, fault] of Object.entries(SOURCE)) {
    checkValues(source?.[name as keyof AuthorizationSource], fault, `${path}.${name}`, report)
  }
}

function checkCondition(
  { key, values = [], notValues = [] }: AuthorizationCondition,
  path: string,
  report: Report,
): void {
  if (key === '') {
    refuse(report, 'empty', `${path}.key`, 'must not be empty')
    return
  }
  if (values.length + notValues.length === 0) {
    refuse(report, 'missing-field', `${path}.values`, 'a condition needs values or notValues')
    return
  }
  const attribute = attributeOf(key)
  if ('fault' in attribute) refuse(report, 'unknown-word', `${path}.key`, attribute.fault, attribute.hint)
  const fault = 'values' in attribute ? attribute.values : anyValue
  checkValues(values, fault, `${path}.values`, report)
  checkValues(notValues, fault, `${path}.notValues`, report)
}

/** Lists that are there but empty say nothing. */
function isEmpty(fields: AuthorizationSource | AuthorizationOperation | undefined): boolean {
  return Object.values(fields ?? {}).every((list) => list === undefined || list.length === 0)
}

/** Istio's rule: ports make a rule one for TCP; without `to`, so does whatever is known of a connection. */
function isHttpOnly({ from = [], to = [] }: AuthorizationRule): boolean {
  const sources = from.flatMap(({ source }) => (source === undefined ? [] : [source]))
  const operations = to.flatMap(({ operation }) => (operation === undefined ? [] : [operation]))
  if (operations.length > 0)
    return !operations.some(({ ports = [], notPorts = [] }) => ports.length + notPorts.length > 0)
  return sources.length > 0 && sources.every(isOfRequests)
}

function isOfRequests(source: AuthorizationSource): boolean {
  return Object.entries(source).every(
    ([name, list]) => OF_REQUESTS.has(name) || list === undefined || list.length === 0,
  )
}
