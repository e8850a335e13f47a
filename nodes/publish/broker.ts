/** Where a broker is, and who we are to it: taken apart, so that a password is in no address. */

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

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
