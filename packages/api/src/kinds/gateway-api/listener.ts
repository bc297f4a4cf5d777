import { about, list, message, type Of, port, textLike, words } from '../../schema/fields.ts'
import { LabelSelector } from '../kubernetes/workload/label-selector.ts'
import { ApiGroup, Hostname, KindName, Options, SecretObjectReference, SectionName } from './gateway-api-kind.ts'

export const ListenerTLSConfig = message(
  {},
  {
    mode: about('Whether TLS ends at the gateway.', words('Terminate', 'Passthrough'), 'Terminate'),
    certificateRefs: about('Secrets with certificate and key, for Terminate.', list(SecretObjectReference, [0, 64])),
    options: about('Settings of the implementation.', Options),
  },
)
export type ListenerTLSConfig = Of<typeof ListenerTLSConfig>

export const AllowedRoutes = message(
  {},
  {
    namespaces: about(
      'Whose routes may attach.',
      message(
        {},
        {
          from: about(
            'The namespace of the gateway alone by default.',
            words('All', 'Selector', 'Same', 'None'),
            'Same',
          ),
          selector: LabelSelector,
        },
      ),
    ),
    kinds: about(
      'Which kinds of routes; by default those of the protocol.',
      list(message({ kind: KindName }, { group: ApiGroup }), [0, 8]),
    ),
  },
)
export type AllowedRoutes = Of<typeof AllowedRoutes>

/** One port of a gateway. */
export const Listener = message(
  {
    name: about('Unique in the object; routes may name it as `sectionName`.', SectionName),
    port: about('Port that is listened on.', port),
    protocol: about(
      'HTTP, HTTPS, TLS, TCP, UDP, or `domain/name`.',
      textLike(
        '^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/[A-Za-z0-9]+$',
        255,
      ),
    ),
  },
  {
    hostname: about('Host that is served, `*.` for all below; all by default.', Hostname),
    tls: about('Needed for HTTPS and TLS.', ListenerTLSConfig),
    allowedRoutes: about('Which routes may attach.', AllowedRoutes),
  },
)
export type Listener = Of<typeof Listener>
