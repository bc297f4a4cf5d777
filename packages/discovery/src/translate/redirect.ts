import { create } from '@bufbuild/protobuf'
import type { HTTPDirectResponse, HTTPRedirect } from '@mizzen/api'
import {
  RedirectAction_RedirectResponseCode as Code,
  type DirectResponseAction,
  DirectResponseActionSchema,
  type RedirectAction,
  RedirectActionSchema,
} from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'

const CODES: Readonly<Record<number, Code>> = {
  301: Code.MOVED_PERMANENTLY,
  302: Code.FOUND,
  303: Code.SEE_OTHER,
  307: Code.TEMPORARY_REDIRECT,
  308: Code.PERMANENT_REDIRECT,
}

/** Undefined for a status that Envoy can't redirect with (300, 304, …): the route then has no action and is left out. */
export function redirectAction(redirect: HTTPRedirect, listenPort: number): RedirectAction | undefined {
  const responseCode = CODES[redirect.redirectCode || 301]
  if (responseCode === undefined) return undefined
  return create(RedirectActionSchema, {
    responseCode,
    hostRedirect: redirect.authority ?? '',
    portRedirect: redirectPort(redirect, listenPort),
    pathRewriteSpecifier: redirect.prefixRewrite
      ? { case: 'prefixRewrite', value: redirect.prefixRewrite }
      : { case: 'pathRedirect', value: redirect.uri ?? '' },
    schemeRewriteSpecifier: redirect.scheme ? { case: 'schemeRedirect', value: redirect.scheme } : { case: undefined },
  })
}

/** 0 leaves the port out, as it is where it is the scheme's own. */
function redirectPort({ port, derivePort, scheme = 'http' }: HTTPRedirect, listenPort: number): number {
  const number = derivePort === 'FROM_REQUEST_PORT' ? listenPort : (port ?? 0)
  const usual = scheme === 'https' ? 443 : 80
  return number === usual ? 0 : number
}

export function directResponse({ status, body }: HTTPDirectResponse): DirectResponseAction {
  return create(DirectResponseActionSchema, { status, ...(body && { body: { specifier: bodySpecifier(body) } }) })
}

function bodySpecifier(body: NonNullable<HTTPDirectResponse['body']>) {
  if (body.bytes !== undefined) return { case: 'inlineBytes', value: Buffer.from(body.bytes, 'base64') } as const
  return { case: 'inlineString', value: body.string ?? '' } as const
}
