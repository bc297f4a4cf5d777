import type { JWTRule, RequestAuthentication } from '../kinds/security/request-authentication.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkHeaderName } from './http-names.ts'
import { checkJwks } from './jwks.ts'
import { checkSelection } from './policy-selection.ts'
import { checkDuration } from './values.ts'

export function checkRequestAuthentication({ spec }: RequestAuthentication, report: Report): void {
  checkSelection(spec, report)
  spec.jwtRules?.forEach((rule, index) => {
    checkJwtRule(rule, itemPath('spec.jwtRules', index), report)
  })
}

function checkJwtRule(rule: JWTRule, path: string, report: Report): void {
  const { issuer = '', jwksUri = '', jwks = '' } = rule
  if (issuer === '' && jwksUri === '') {
    refuse(report, 'missing-field', `${path}.issuer`, 'a rule needs issuer or jwksUri: whose tokens are meant?')
  }
  if (jwksUri !== '') checkJwksUri(jwksUri, `${path}.jwksUri`, report)
  if (jwks !== '') checkJwks(jwks, `${path}.jwks`, report)
  rule.outputClaimToHeaders?.forEach(({ header }, index) => {
    checkHeaderName(header, `${itemPath(`${path}.outputClaimToHeaders`, index)}.header`, report)
  })
  checkDuration(rule.timeout, `${path}.timeout`, report)
}

function checkJwksUri(uri: string, path: string, report: Report): void {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase()
  if (scheme !== 'http' && scheme !== 'https') {
    refuse(report, 'bad-url', path, `"${uri}" is not an HTTP URL`, 'write https://HOST/PATH')
  } else if (!URL.canParse(uri) || /%(?![\da-f]{2})/i.test(uri)) {
    refuse(report, 'bad-url', path, `"${uri}" is not a URL`)
  }
}
