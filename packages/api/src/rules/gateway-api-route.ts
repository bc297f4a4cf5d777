import { readDuration } from '../duration.ts'
import type { GrpcRoute, GrpcRouteFilter } from '../kinds/gateway-api/grpc-route.ts'
import type {
  HttpRouteFilter,
  HttpRouteMatch,
  HttpRouteRule,
  KubernetesHttpRoute,
} from '../kinds/gateway-api/http-route.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkRegex } from './regex.ts'

/** The rules that the Gateway API's own CRDs have as CEL. */
export function checkHttpRouteKind({ spec }: KubernetesHttpRoute, report: Report): void {
  spec.rules?.forEach((rule, index) => {
    const path = itemPath('spec.rules', index)
    rule.matches?.forEach((match, position) => {
      checkMatch(match, itemPath(`${path}.matches`, position), report)
    })
    checkFilters(rule.filters, `${path}.filters`, report)
    rule.backendRefs?.forEach((backend, position) => {
      const at = itemPath(`${path}.backendRefs`, position)
      checkBackendPort(backend, at, report)
      checkFilters(backend.filters, `${at}.filters`, report)
    })
    checkRedirect(rule, path, report)
    checkTimeouts(rule, `${path}.timeouts`, report)
  })
}

export function checkGrpcRouteKind({ spec }: GrpcRoute, report: Report): void {
  spec.rules?.forEach((rule, index) => {
    const path = itemPath('spec.rules', index)
    rule.matches?.forEach(({ method, headers }, position) => {
      const at = itemPath(`${path}.matches`, position)
      const isRegex = method?.type === 'RegularExpression'
      if (method !== undefined && !method.service && !method.method) {
        refuse(report, 'missing-field', `${at}.method`, 'needs service, method, or both')
      }
      for (const name of ['service', 'method'] as const) {
        const value = method?.[name]
        if (isRegex && value) checkRegex(value, `${at}.method.${name}`, report)
        else if (value && !/^(?!.*\/).+$/.test(value)) {
          refuse(
            report,
            'bad-form',
            `${at}.method.${name}`,
            `"${value}" has a /`,
            'name the service or the method alone',
          )
        }
      }
      checkNamedMatches(headers, `${at}.headers`, report)
    })
    checkFilters(rule.filters, `${path}.filters`, report)
    rule.backendRefs?.forEach((backend, position) => {
      checkBackendPort(backend, itemPath(`${path}.backendRefs`, position), report)
      checkFilters(backend.filters, `${itemPath(`${path}.backendRefs`, position)}.filters`, report)
    })
  })
}

function checkMatch({ path: match, headers, queryParams }: HttpRouteMatch, path: string, report: Report): void {
  const { type = 'PathPrefix', value = '/' } = match ?? {}
  const at = `${path}.path.value`
  if (type === 'RegularExpression') checkRegex(value, at, report)
  else if (!value.startsWith('/')) refuse(report, 'bad-path', at, `"${value}" does not begin with /`)
  else if (/\/\/|\/\.\.?(\/|$)|%2f|#/i.test(value)) {
    refuse(report, 'bad-path', at, `"${value}" is not a normal path`, 'write it without //, /., /.., %2f and #')
  }
  checkNamedMatches(headers, `${path}.headers`, report)
  checkNamedMatches(queryParams, `${path}.queryParams`, report)
}

type NamedMatch = { readonly name: string; readonly value: string; readonly type?: string }

function checkNamedMatches(matches: readonly NamedMatch[] = [], path: string, report: Report): void {
  matches.forEach(({ name, value, type }, index) => {
    const at = itemPath(path, index)
    if (matches.findIndex((other) => other.name === name) < index) {
      refuse(report, 'duplicate', `${at}.name`, `"${name}" is there already`)
    }
    if (type === 'RegularExpression') checkRegex(value, `${at}.value`, report)
  })
}

export function checkBackendPort(
  { group = '', kind = 'Service', port }: { readonly group?: string; readonly kind?: string; readonly port?: number },
  path: string,
  report: Report,
): void {
  if (group === '' && kind === 'Service' && port === undefined) {
    refuse(report, 'missing-field', `${path}.port`, 'a Service needs the port')
  }
}

const FIELDS: Readonly<Record<string, string>> = {
  RequestHeaderModifier: 'requestHeaderModifier',
  ResponseHeaderModifier: 'responseHeaderModifier',
  RequestMirror: 'requestMirror',
  RequestRedirect: 'requestRedirect',
  URLRewrite: 'urlRewrite',
  ExtensionRef: 'extensionRef',
  CORS: 'cors',
  ExternalAuth: 'externalAuth',
}
/** Filters of which a rule has one at most. */
const ONCE = ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect', 'URLRewrite', 'CORS']

function checkFilters(
  filters: readonly (HttpRouteFilter | GrpcRouteFilter)[] = [],
  path: string,
  report: Report,
): void {
  filters.forEach((filter, index) => {
    const at = itemPath(path, index)
    const { type, ...given } = filter
    const wanted = FIELDS[type]!
    if (!Object.hasOwn(given, wanted)) refuse(report, 'missing-field', `${at}.${wanted}`, `the type ${type} needs it`)
    for (const name of Object.keys(given)) {
      if (name !== wanted) refuse(report, 'conflict', `${at}.${name}`, `the type ${type} does not have it`)
    }
    if (ONCE.includes(type) && filters.findIndex((other) => other.type === type) < index) {
      refuse(report, 'duplicate', `${at}.type`, `${type} is there already`)
    }
    const mirror = filter.requestMirror
    if (mirror !== undefined) checkBackendPort(mirror.backendRef, `${at}.requestMirror.backendRef`, report)
    if (mirror?.percent !== undefined && mirror.fraction !== undefined) {
      refuse(report, 'oneof', `${at}.requestMirror.fraction`, 'only one of percent and fraction may be set')
    }
  })
  const types = filters.map(({ type }) => type as string)
  if (types.includes('RequestRedirect') && types.includes('URLRewrite')) {
    refuse(report, 'conflict', path, "a redirect and a rewrite can't stand together")
  }
}

const REDIRECTS = [301, 302, 303, 307, 308]

/** A redirect answers by itself; replacing a prefix needs one that was matched. */
function checkRedirect(
  { filters = [], backendRefs = [], matches = [] }: HttpRouteRule,
  path: string,
  report: Report,
): void {
  const redirect = filters.findIndex(({ type }) => type === 'RequestRedirect')
  if (redirect !== -1 && backendRefs.length > 0) {
    refuse(report, 'conflict', `${path}.backendRefs`, 'a redirect has no backends', 'remove one of them')
  }
  filters.forEach(({ requestRedirect, urlRewrite }, index) => {
    const at = itemPath(`${path}.filters`, index)
    const code = requestRedirect?.statusCode
    if (code !== undefined && !REDIRECTS.includes(code)) {
      refuse(report, 'bad-status', `${at}.requestRedirect.statusCode`, `${code} is not one of ${REDIRECTS.join(', ')}`)
    }
    for (const [name, filter] of Object.entries({ requestRedirect, urlRewrite })) {
      const modifier = filter?.path
      if (modifier === undefined) continue
      const wanted = modifier.type === 'ReplaceFullPath' ? 'replaceFullPath' : 'replacePrefixMatch'
      if (modifier[wanted] === undefined) {
        refuse(report, 'missing-field', `${at}.${name}.path.${wanted}`, `the type ${modifier.type} needs it`)
      }
      const isPrefix = matches.length === 1 && (matches[0]?.path?.type ?? 'PathPrefix') === 'PathPrefix'
      if (wanted === 'replacePrefixMatch' && !isPrefix && matches.length > 0) {
        refuse(
          report,
          'conflict',
          `${at}.${name}.path.type`,
          'replaces the prefix of the one PathPrefix match that there must be',
        )
      }
    }
  })
}

function checkTimeouts({ timeouts }: HttpRouteRule, path: string, report: Report): void {
  const request = readDuration(timeouts?.request ?? '0s') ?? 0
  const backend = readDuration(timeouts?.backendRequest ?? '0s') ?? 0
  if (request > 0 && backend > request) {
    refuse(report, 'conflict', `${path}.backendRequest`, 'longer than the whole request may take')
  }
}
