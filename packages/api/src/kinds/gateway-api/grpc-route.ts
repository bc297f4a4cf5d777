import { about, boundedText, list, message, type Of, words } from '../../schema/fields.ts'
import type { Typed } from '../kind.ts'
import { gatewayApiKind, SectionName } from './gateway-api-kind.ts'
import {
  ExtensionRef,
  filteredBackend,
  HeaderFilter,
  HeaderMatch,
  MirrorFilter,
  requestRouteSpec,
  SessionPersistence,
} from './route-parts.ts'

export const GrpcRouteFilter = message(
  { type: words('ResponseHeaderModifier', 'RequestHeaderModifier', 'RequestMirror', 'ExtensionRef') },
  {
    requestHeaderModifier: HeaderFilter,
    responseHeaderModifier: HeaderFilter,
    requestMirror: MirrorFilter,
    extensionRef: ExtensionRef,
  },
)
export type GrpcRouteFilter = Of<typeof GrpcRouteFilter>
const Filters = list(GrpcRouteFilter, [0, 16])

export const GrpcRouteRule = message(
  {},
  {
    name: SectionName,
    matches: about(
      'Any of these; all calls by default.',
      list(
        message(
          {},
          {
            method: about(
              'The method that is called; service, method, or both.',
              message(
                {},
                {
                  type: about('RegularExpression is RE2.', words('Exact', 'RegularExpression'), 'Exact'),
                  service: about('As `package.Service`.', boundedText(0, 1024)),
                  method: boundedText(0, 1024),
                },
              ),
            ),
            headers: list(HeaderMatch, [0, 16]),
          },
        ),
        [0, 64],
      ),
    ),
    filters: about('Changes, in order.', Filters),
    backendRefs: about('Where calls go, by weight.', list(filteredBackend(Filters), [0, 16])),
    sessionPersistence: SessionPersistence,
  },
)
export type GrpcRouteRule = Of<typeof GrpcRouteRule>

export const GrpcRouteSpec = requestRouteSpec(GrpcRouteRule)
export type GrpcRouteSpec = Of<typeof GrpcRouteSpec>

export type GrpcRoute = Typed<GrpcRouteSpec>
export const grpcRouteKind = gatewayApiKind('GRPCRoute', { plural: 'grpcroutes', versions: ['v1'] }, GrpcRouteSpec)
