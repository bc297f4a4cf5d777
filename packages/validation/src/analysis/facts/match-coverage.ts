import { type Fields, fields, isFields, labelsIn, text, texts } from '../loose.ts'
import { selects } from './selector.ts'

/**
 * True if every request that `later` matches is matched by `earlier`. Where that would take more than looking at the
 * text (two different regular expressions), the answer is no.
 */
export function coversMatch(earlier: Fields, later: Fields): boolean {
  return (
    STRING_FIELDS.every((name) => coversText(earlier[name], later[name], isCaseless(name, earlier, later))) &&
    coversAll(earlier.headers, later.headers) &&
    coversAll(earlier.queryParams, later.queryParams) &&
    sameConditions(earlier.withoutHeaders, later.withoutHeaders) &&
    (earlier.port === undefined || earlier.port === later.port) &&
    (text(earlier.sourceNamespace) === '' || earlier.sourceNamespace === later.sourceNamespace) &&
    selects(labelsIn(earlier.sourceLabels), labelsIn(later.sourceLabels)) &&
    coversGateways(texts(earlier.gateways), texts(later.gateways))
  )
}

/**
 * The same of matches of `tls` and `tcp`. Server names and subnets have no order: the proxy takes the most exact one of all
 * rules, so that only the same ones are taken.
 */
export function coversConnection(earlier: Fields, later: Fields): boolean {
  const names = texts(earlier.sniHosts)
  return (
    texts(later.sniHosts).length > 0 === names.length > 0 &&
    texts(later.sniHosts).every((name) => names.includes(name)) &&
    JSON.stringify(texts(earlier.destinationSubnets)) === JSON.stringify(texts(later.destinationSubnets)) &&
    ['sourceSubnet', 'sourceNamespace'].every((name) => !text(earlier[name]) || earlier[name] === later[name]) &&
    (earlier.port === undefined || earlier.port === later.port) &&
    selects(labelsIn(earlier.sourceLabels), labelsIn(later.sourceLabels)) &&
    coversGateways(texts(earlier.gateways), texts(later.gateways))
  )
}

const STRING_FIELDS = ['uri', 'scheme', 'method', 'authority'] as const

/** A caseless `earlier` covers more than its text; a caseless `later` matches more than its own. */
function isCaseless(name: string, earlier: Fields, later: Fields): boolean | undefined {
  if (name !== 'uri') return false
  const [first, second] = [earlier.ignoreUriCase === true, later.ignoreUriCase === true]
  return second && !first ? undefined : first
}

/** Every condition of `earlier` has to be implied by one of `later`. */
function coversAll(earlier: unknown, later: unknown): boolean {
  const given = fields(later)
  return Object.entries(fields(earlier)).every(([name, wanted]) => {
    if (!Object.hasOwn(given, name)) return false
    return isPresence(wanted) || coversText(wanted, given[name], false)
  })
}

/** An empty match asks only that the header is there. */
function isPresence(match: unknown): boolean {
  return isFields(match) && Object.keys(match).length === 0
}

function sameConditions(earlier: unknown, later: unknown): boolean {
  const given = fields(later)
  return Object.entries(fields(earlier)).every(([name, match]) => JSON.stringify(match) === JSON.stringify(given[name]))
}

/** @param caseless undefined: nothing can be said */
function coversText(earlier: unknown, later: unknown, caseless: boolean | undefined): boolean {
  if (!isFields(earlier) || isPresence(earlier)) return true
  if (!isFields(later) || caseless === undefined) return false
  const [first, second] = caseless ? [lowered(earlier), lowered(later)] : [earlier, later]
  if (typeof first.regex === 'string') return first.regex === '.*' || first.regex === second.regex
  if (typeof first.exact === 'string') return first.exact === second.exact
  if (typeof first.prefix !== 'string') return false
  const start = second.exact ?? second.prefix
  return typeof start === 'string' && start.startsWith(first.prefix)
}

function lowered(match: Fields): Fields {
  return Object.fromEntries(
    Object.entries(match).map(([kind, value]) => [kind, kind === 'regex' ? value : text(value).toLowerCase()]),
  )
}

/** None means those of the VirtualService, which are at least those of any of its matches. */
function coversGateways(earlier: readonly string[], later: readonly string[]): boolean {
  return earlier.length === 0 || (later.length > 0 && later.every((gateway) => earlier.includes(gateway)))
}
