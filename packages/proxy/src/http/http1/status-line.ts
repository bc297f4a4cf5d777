/** Reason phrases (RFC 9110 15, IANA registry). Envoy writes its own, whatever the upstream said; so do we. */
const REASONS: Readonly<Record<number, string>> = {
  100: 'Continue',
  101: 'Switching Protocols',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  203: 'Non-Authoritative Information',
  204: 'No Content',
  205: 'Reset Content',
  206: 'Partial Content',
  207: 'Multi-Status',
  208: 'Already Reported',
  226: 'IM Used',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  305: 'Use Proxy',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Payload Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Entity',
  423: 'Locked',
  424: 'Failed Dependency',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
  506: 'Variant Also Negotiates',
  507: 'Insufficient Storage',
  508: 'Loop Detected',
  510: 'Not Extended',
  511: 'Network Authentication Required',
  // As Envoy has it.
  599: 'Last Unassigned Server Error Code',
}

export function reasonPhrase(status: number): string {
  return REASONS[status] ?? 'Unknown'
}

/** `HTTP/1.1 200 OK` and its CRLF. */
export function statusLine(status: number, http10 = false): string {
  if (status === 200 && !http10) return 'HTTP/1.1 200 OK\r\n'
  return `HTTP/1.${http10 ? 0 : 1} ${status} ${reasonPhrase(status)}\r\n`
}

/**
 * Reads the status line of a response (RFC 9112 4) that ends at `end`.
 * @returns the status; -1 if the line is broken. `HTTP/1.0` is told by its eighth character.
 */
export function parseStatusLine(head: string, end: number): number {
  if (!head.startsWith('HTTP/1.') || (head[7] !== '1' && head[7] !== '0') || head[8] !== ' ') return -1
  if (end < 12 || (end > 12 && head[12] !== ' ')) return -1
  const status = digit(head, 9) * 100 + digit(head, 10) * 10 + digit(head, 11)
  return status >= 100 && status <= 999 ? status : -1
}

/** Large and negative for anything else, so that a sum with it is no status. */
function digit(text: string, index: number): number {
  const value = text.charCodeAt(index) - 0x30
  return value >= 0 && value <= 9 ? value : -10_000
}
