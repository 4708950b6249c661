import { BlockList, isIP, isIPv4 } from 'node:net'
import type { Matcher } from './glob.ts'

/** `203.0.113.0/24`, `2001:db8::/32` or a single address; undefined if it is neither. */
export function compileIpRange(text: string): Matcher | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  const bits = prefix === undefined ? (family === 4 ? 32 : 128) : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1
  if (family === 0 || rest.length > 0 || bits < 0 || bits > (family === 4 ? 32 : 128)) return undefined
  const range = new BlockList()
  range.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
  return (ip) => {
    const plain = withoutMapping(ip)
    return isIP(plain) === family && range.check(plain, family === 4 ? 'ipv4' : 'ipv6')
  }
}

const MAPPED = '::ffff:'

/** Sockets that listen on both families show IPv4 clients as `::ffff:203.0.113.7`. */
function withoutMapping(ip: string): string {
  const rest = ip.slice(MAPPED.length)
  return ip.toLowerCase().startsWith(MAPPED) && isIPv4(rest) ? rest : ip
}
