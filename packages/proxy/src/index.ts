export { PROXY_USAGE, proxyCommand } from './proxy-command.ts'
