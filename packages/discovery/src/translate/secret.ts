import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import type { XdsResource } from '@mizzen/xds'
import { SecretSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import type { SecretPlan } from '../model/secret-plan.ts'
import type { TlsSecret } from '../model/tls-secret.ts'
import { digest } from './digest.ts'
import { SECRET_TYPE } from './resource.ts'

/** Its bytes are no enumerable field: who prints or copies what there is does not get a private key. */
export function secretResource({ name, content }: SecretPlan, { origin, material }: TlsSecret): XdsResource {
  const type: MessageInitShape<typeof SecretSchema>['type'] =
    content === 'certificate'
      ? {
          case: 'tlsCertificate',
          value: { certificateChain: inline(material.certificate), privateKey: inline(material.key) },
        }
      : {
          case: 'validationContext',
          value: { trustedCa: inline(material.roots), ...(material.crl !== '' && { crl: inline(material.crl) }) },
        }
  const body = toBinary(SecretSchema, create(SecretSchema, { name, type }))
  const shown = { typeUrl: SECRET_TYPE, name, version: digest(body), refs: [], origins: [origin] }
  return Object.defineProperty(shown as unknown as XdsResource, 'body', { value: body, enumerable: false })
}

function inline(text: string) {
  return { specifier: { case: 'inlineBytes', value: Buffer.from(text) } } as const
}
