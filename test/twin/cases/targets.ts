import { get, request, type Suite } from '../case.ts'

const HOST = 'targets.twin'
const host = `host: ${HOST}`
const line = (text: string) => request([text, host])
const path = (target: string) => line(`GET ${target} HTTP/1.1`)
const blanks = { statuses: [400], because: 'RFC 9112 3: readers that split the line differently see different targets' }

/** Request targets in all their forms, and what becomes of paths. */
export const targets: Suite = {
  name: 'targets',
  virtualHost: { name: 'targets', domains: [HOST], routes: [{ match: { prefix: '/' }, route: { cluster: 'alpha' } }] },
  cases: [
    { name: 'asterisk form', send: line('OPTIONS * HTTP/1.1'), statuses: [404] },
    { name: 'asterisk form of another method', send: path('*'), statuses: [400] },
    { name: 'absolute form without Host', send: request([`GET http://${HOST}/x HTTP/1.1`]), statuses: [200] },
    { name: 'absolute form in upper case', send: path(`HTTP://${HOST}/`), statuses: [200] },
    { name: 'absolute form of https', send: path(`https://${HOST}/`), statuses: [403] },
    { name: 'absolute form of another scheme', send: path(`ftp://${HOST}/`), statuses: [400] },
    { name: 'absolute form without a host', send: path('http:///x'), statuses: [400] },
    { name: 'absolute form with a fragment', send: path(`http://${HOST}/#f`), statuses: [400] },
    {
      name: 'absolute form without a path',
      send: path(`http://${HOST}?q`),
      statuses: [404],
      ours: {
        statuses: [200],
        connection: 'open',
        reaches: ['alpha'],
        because: 'RFC 9110 4.2.3: no path is the path /',
      },
    },
    {
      name: 'absolute form with a user',
      send: path(`http://user:secret@${HOST}/`),
      statuses: [200],
      ours: { statuses: [400], because: 'RFC 9110 4.2.4: a user before the host is there to deceive' },
    },
    { name: 'CONNECT without a port', send: request([`CONNECT ${HOST} HTTP/1.1`, host]), statuses: [400] },
    { name: 'relative path', send: path('a'), statuses: [400] },
    { name: 'query alone', send: path('?a'), statuses: [400] },
    { name: 'tabs for spaces', send: line('GET\t/\tHTTP/1.1'), statuses: [200], ours: blanks },
    { name: 'two spaces', send: line('GET  / HTTP/1.1'), statuses: [200], ours: blanks },
    { name: 'space after the version', send: line('GET / HTTP/1.1 '), statuses: [200], ours: blanks },
    { name: 'version in lower case', send: line('GET / http/1.1'), statuses: [400] },
    { name: 'method in lower case', send: line('get / HTTP/1.1'), statuses: [400] },
    { name: 'letters beyond US-ASCII', send: path('/caf\xe9'), statuses: [400] },
    { name: 'control character', send: path('/a\x7f'), statuses: [400] },
    { name: 'needless escapes are undone', send: path('/%41%7e%2D%5F%30/%41?%41'), statuses: [200] },
    { name: 'needed escapes stay', send: path('/%2f%3B%25%41%40%C3%A9'), statuses: [200] },
    { name: 'missing escapes are made', send: path('/<>^`{|}?<>^`{|}'), statuses: [200] },
    { name: 'backslashes', send: path('/a\\..\\b%5cc'), statuses: [200] },
    { name: 'NUL', send: path('/a%00'), statuses: [400] },
    { name: 'NUL in the query', send: path('/?%00'), statuses: [200] },
    { name: 'dot segments above the root', send: path('/../a/.%2E/..'), statuses: [200] },
    { name: 'dot segments with parameters', send: path('/a/..;x/b/.;/c'), statuses: [200] },
    {
      name: 'escaped dot segments with parameters',
      send: path('/a/%2e%2e;/b'),
      statuses: [200],
      ours: {
        statuses: [200],
        connection: 'open',
        reaches: ['alpha'],
        because: 'a normalised path must not change when it is normalised again: /a/..;/b would',
      },
    },
    { name: 'Host with a space', send: request(['GET / HTTP/1.1', `host: ${HOST} x`]), statuses: [400] },
    { name: 'Host with a slash', send: request(['GET / HTTP/1.1', `host: ${HOST}/x`]), statuses: [400] },
    { name: 'Host with other letters', send: request(['GET / HTTP/1.1', `host: ${HOST}\xe9`]), statuses: [400] },
    { name: 'Host that is a list', send: request(['GET / HTTP/1.1', `host: ${HOST},x`]), statuses: [404] },
    { name: 'Host named in Connection', send: get(HOST, '/', 'connection: host'), statuses: [400] },
  ],
}
