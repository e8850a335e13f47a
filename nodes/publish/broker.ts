/** Where a broker is, and who we are to it: taken apart, so that a password is in no address. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { shortHash } from '../site/hash.ts';

export interface Broker {
  /** Without user and password. */
  url: string;
  username?: string;
  password?: string;
}

/**
 * @param url  `mqtt.url` of the configuration. A user and password may hold any sign, as it is or
 *   percent-encoded; the last `@` ends them.
 */
export function brokerOf(url: string): Broker {
  const [scheme = '', rest = ''] = url.split(/(?<=^[a-z]+:\/\/)/i);
  const at = rest.lastIndexOf('@');
  if (at < 0) return { url };
  const [username = '', ...password] = rest.slice(0, at).split(':');
  return {
    url: scheme + rest.slice(at + 1),
    username: decoded(username),
    ...(password.length > 0 && { password: decoded(password.join(':')) }),
  };
}

/**
 * The name under which a broker knows this site, the same at each connection and after a restart: of
 * two of one name it ends the older, and says its will before the newer says anything. Otherwise a
 * connection that was lost without a word would be told `offline` while the next is up.
 * @param data  the data folder: two sites of one machine are two
 */
export function clientIdOf(data: string, topic: string): string {
  return `solthrive${shortHash([machineId(), data, topic])}`;
}

/** Not to be told as it is (machine-id(5)). */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return hostname();
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
