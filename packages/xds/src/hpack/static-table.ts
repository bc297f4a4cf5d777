/** HPACK's static table (RFC 7541, appendix A): index 1 is the first entry. */
export const STATIC_TABLE: readonly (readonly [name: string, value: string])[] = (
  ':authority :method=GET :method=POST :path=/ :path=/index.html :scheme=http :scheme=https :status=200 :status=204 ' +
  ':status=206 :status=304 :status=400 :status=404 :status=500 accept-charset accept-encoding=gzip,_deflate ' +
  'accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control ' +
  'content-disposition content-encoding content-language content-length content-location content-range content-type ' +
  'cookie date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since ' +
  'last-modified link location max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after ' +
  'server set-cookie strict-transport-security transfer-encoding user-agent vary via www-authenticate'
)
  .split(' ')
  .map((entry) => {
    const at = entry.indexOf('=')
    return at === -1 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1).replace('_', ' ')]
  })

/** An entry's size beyond its name and value (RFC 7541 4.1), bytes. */
export const ENTRY_OVERHEAD = 32
/** Of a table before anything else was said (RFC 9113 6.5.2), bytes. */
export const DEFAULT_TABLE_SIZE = 4096
