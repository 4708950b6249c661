import { readFileSync } from 'node:fs'

/** The user and group that Lambda's functions see; as root they get ids of their own. */
export const SEEN_USER = 993
export const SEEN_GROUP = 990

/** The files that tell an environment who it is. */
export function userFiles(user: number | undefined, loopback: string) {
  const [uid, gid] = [user ?? SEEN_USER, user ?? SEEN_GROUP]
  return {
    passwd: `root:x:0:0:root:/root:/bin/sh\nsbx_user1051:x:${uid}:${gid}::/home/sbx_user1051:/sbin/nologin\n`,
    group: `root:x:0:\nsbx_user1051:x:${gid}:\n`,
    hosts: `${readText('/etc/hosts')}\n${loopback} sandbox.localdomain sandbox\n`,
  }
}

/** The upper half of 127.0.0.0/8 is for environments. */
export const LOOPBACK_ADDRESSES = 2 ** 23

export function loopbackAddress(index: number): string {
  const bits = (LOOPBACK_ADDRESSES + (index % LOOPBACK_ADDRESSES)) >>> 0
  return `127.${bits >>> 16}.${(bits >>> 8) & 255}.${bits & 255}`
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
