import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Place, Scene } from '../case.ts'
import { answering, certificate, downstreamTls, type Json, trust } from '../configuration.ts'
import type { CertificateName } from '../material.ts'

const SECRET = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret'
/** Longer than either data plane takes to see a new file, ms. */
const SETTLE_MS = 400

/** Replaces the file by another one, as whoever writes secrets does. */
function writeSecret({ folder }: Place, name: string, secret: Json): void {
  const file = join(folder, `${name}.json`)
  writeFileSync(`${file}.new`, JSON.stringify({ resources: [{ '@type': SECRET, name, ...secret }] }))
  renameSync(`${file}.new`, file)
}

function fromFile({ folder }: Place, name: string): Json {
  return { name, sds_config: { path_config_source: { path: join(folder, `${name}.json`) } } }
}

const rotate = (name: CertificateName) => async (place: Place) => {
  writeSecret(place, 'server', { tls_certificate: certificate(place.material, name) })
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
}

/** Certificates and roots that come by their name. */
export const secrets: readonly Scene[] = [
  {
    name: 'secret-file',
    listener: (place) => {
      writeSecret(place, 'server', { tls_certificate: certificate(place.material, 'alpha') })
      writeSecret(place, 'roots', { validation_context: trust(place.material) })
      return {
        filter_chains: [
          answering('file', place.log, {
            transport_socket: downstreamTls(
              {
                tls_certificate_sds_secret_configs: [fromFile(place, 'server')],
                combined_validation_context: {
                  default_validation_context: {
                    match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { suffix: '/sa/client' } }],
                  },
                  validation_context_sds_secret_config: fromFile(place, 'roots'),
                },
              },
              { require_client_certificate: true },
            ),
          }),
        ],
      }
    },
    cases: [
      { name: 'served', client: { certificate: 'client' }, answer: 200, shows: 'alpha' },
      { name: 'the fixed part holds, too', client: { certificate: 'second' }, answer: 'none' },
      { name: 'the roots are the secret’s', client: { certificate: 'stranger' }, answer: 'none' },
      { name: 'replaced', before: rotate('rotated'), client: { certificate: 'client' }, answer: 200, shows: 'rotated' },
      { name: 'and again', before: rotate('beta'), client: { certificate: 'client' }, answer: 200, shows: 'beta' },
    ],
  },
  {
    name: 'static-secret',
    listener: ({ log }) => ({
      filter_chains: [
        answering('static', log, {
          transport_socket: downstreamTls({ tls_certificate_sds_secret_configs: [{ name: 'of-the-bootstrap' }] }),
        }),
      ],
    }),
    secrets: ({ material }) => [{ name: 'of-the-bootstrap', tls_certificate: certificate(material, 'beta') }],
    cases: [{ name: 'served', client: {}, answer: 200, shows: 'beta' }],
  },
]
