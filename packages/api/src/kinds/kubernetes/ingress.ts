import { about, anything, list, message, type Of, text, textLike, uint32, words } from '../../schema/fields.ts'
import { defineKind, type Typed } from '../kind.ts'

const Backend = message(
  {},
  {
    service: message(
      { name: text },
      { port: message({}, { name: text, number: uint32 }, { oneofs: [['name', 'number']] }) },
      { also: [] },
    ),
    resource: message({ kind: text, name: text }, { apiGroup: text }, { also: [] }),
  },
  { oneofs: [['service', 'resource']], also: [] },
)

const Path = message(
  {
    backend: Backend,
    pathType: about('Prefix compares whole segments.', words('Exact', 'Prefix', 'ImplementationSpecific')),
  },
  { path: textLike('^(/.*)?$') },
  { also: [] },
)

export const IngressSpec = message(
  {},
  {
    ingressClassName: about('Class; `istio` for ours.', text),
    defaultBackend: about('Where everything else goes.', Backend),
    tls: list(message({}, { hosts: list(text), secretName: text }, { also: [] })),
    rules: list(message({}, { host: text, http: message({ paths: list(Path) }, {}, { also: [] }) }, { also: [] })),
  },
  { also: [] },
)
export type IngressSpec = Of<typeof IngressSpec>
export type Ingress = Typed<IngressSpec>

export const ingressKind = defineKind({
  kind: 'Ingress',
  group: 'networking.k8s.io',
  versions: ['v1'],
  plural: 'ingresses',
  shortNames: ['ing'],
  namespaced: true,
  required: { spec: IngressSpec },
})

const IngressClassSpec = message({}, { controller: text, parameters: anything }, { also: [] })
export type IngressClass = Typed<Of<typeof IngressClassSpec>>
export const ingressClassKind = defineKind({
  kind: 'IngressClass',
  group: 'networking.k8s.io',
  versions: ['v1'],
  plural: 'ingressclasses',
  shortNames: [],
  namespaced: false,
  required: { spec: IngressClassSpec },
})
