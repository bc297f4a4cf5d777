import type { RequestFields } from '../upstream.ts'
import type { FrameWriter } from './frame-writer.ts'

/** Names of all pseudo fields together, bytes; what an estimate of a block's size adds to its values. */
const PSEUDO_NAME_BYTES = 48
const PSEUDO_FIELDS = 5

/** Writes a request's header block; the session ends it. */
export function writeRequest(writer: FrameWriter, request: RequestFields, authority: string): void {
  const { method, path, scheme, upgrade, requestHeaders } = request
  if (upgrade !== '' && upgrade !== 'connect') removeHopFields(request)
  const pseudo = PSEUDO_NAME_BYTES + method.length + path.length + scheme.length + authority.length + upgrade.length
  writer.beginHeaders(requestHeaders.bytes + pseudo, requestHeaders.size + PSEUDO_FIELDS)
  if (upgrade === '') {
    writer.field(':method', method)
    writer.field(':scheme', scheme)
    writer.field(':path', path)
  } else {
    writer.field(':method', 'CONNECT')
    if (upgrade !== 'connect') {
      // Extended CONNECT (RFC 8441 4).
      writer.field(':protocol', upgrade)
      writer.field(':scheme', scheme)
      writer.field(':path', path)
    }
  }
  writer.field(':authority', authority)
  writer.fields(requestHeaders)
}

/** How HTTP/1.1 asks for another protocol. */
function removeHopFields({ requestHeaders }: RequestFields): void {
  requestHeaders.remove('connection')
  requestHeaders.remove('upgrade')
  requestHeaders.remove('content-length')
}
