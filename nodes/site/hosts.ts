/**
 * Whether a request names this appliance and comes from its own pages. A browser on the home network
 * can be made to send requests by any page it shows (DNS rebinding, cross-site WebSockets); the Host
 * and Origin headers are where that shows. Strict: what does not parse is refused.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/** The names this appliance answers to, beside the loopback ones. */
export interface OwnHosts {
  /** `http.allowed_hosts`: names or addresses, without port. */
  allowed: readonly string[];
  /** The machine's own addresses. */
  addresses: readonly string[];
  /** The machine's names; `<name>.local` follows by itself. */
  names: readonly string[];
}

/** What this machine is called now. Addresses come and go: ask again rather than keep it. */
export function machineHosts(allowed: readonly string[]): OwnHosts {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address);
  return { allowed, addresses, names: [hostname()] };
}

/** True when a Host header names this appliance. A missing or malformed header does not. */
export function isOwnHost(hostHeader: string | undefined, own: OwnHosts): boolean {
  const host = parseHost(hostHeader);
  if (host === null) return false;
  if (isLoopbackName(host.name) || isOneOf(host.name, own.allowed)) return true;
  if (host.literal) return isOneOf(host.name, own.addresses);
  return own.names.some((name) => {
    const bare = canonical(name);
    return host.name === bare || host.name === `${bare}.local`;
  });
}

/** True when a Host header names the loopback interface, whoever sent it. */
export function isLoopbackHost(hostHeader: string | undefined): boolean {
  const host = parseHost(hostHeader);
  return host !== null && isLoopbackName(host.name);
}

/**
 * True when a request may come from the page that its Origin header names: the very origin of the
 * Host header, or an allowed host (a reverse proxy may rewrite Host). Without the header it is not
 * a page of another site that asks. `null` (a sandboxed frame, a local file) is refused.
 */
export function isOwnOrigin(
  originHeader: string | undefined,
  hostHeader: string | undefined,
  own: OwnHosts,
): boolean {
  if (originHeader === undefined) return true;
  const [, scheme, authority] = /^(https?):\/\/([^/?#]+)$/i.exec(originHeader) ?? [];
  const origin = parseHost(authority);
  const host = parseHost(hostHeader);
  if (scheme === undefined || origin === null || host === null) return false;
  if (isOneOf(origin.name, own.allowed)) return true;
  const defaultPort = scheme.toLowerCase() === 'https' ? 443 : 80;
  const samePort = (origin.port ?? defaultPort) === (host.port ?? defaultPort);
  return origin.name === host.name && samePort && isOwnHost(hostHeader, own);
}

/** True for 127.0.0.0/8 and ::1, also where IPv4 is mapped into IPv6. */
export function isLoopbackAddress(remoteAddress: string | undefined): boolean {
  if (remoteAddress === undefined) return false;
  const address = remoteAddress.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  if (isIPv4(address)) return address.startsWith('127.');
  return isIPv6(address) && canonical(address) === '::1';
}

/** True for a name or an address that a Host header could carry, without port. */
export function isHostName(text: string): boolean {
  const host = parseHost(isIPv6(text) ? `[${text}]` : text);
  return host !== null && host.port === null;
}

interface ParsedHost {
  name: string;
  port: number | null;
  /** An address, not a name. */
  literal: boolean;
}

function parseHost(header: string | undefined): ParsedHost | null {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?))(?::(\d{1,5}))?$/i;
  const [, bracketed, bare, digits] = parts.exec(header ?? '') ?? [];
  const port = digits === undefined ? null : Number(digits);
  if (port !== null && port > 65_535) return null;
  if (bracketed !== undefined) {
    return isIPv6(bracketed) ? { name: canonical(bracketed), port, literal: true } : null;
  }
  if (bare === undefined || bare.includes('..')) return null;
  const name = canonical(bare);
  return { name, port, literal: isIPv4(name) };
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || isLoopbackAddress(name);
}

function isOneOf(name: string, list: readonly string[]): boolean {
  return list.some((entry) => canonical(entry) === name);
}

/** Lower case, no trailing dot, IPv6 in its one shortest form. */
function canonical(name: string): string {
  const lower = name.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (isIPv6(lower)) return new URL(`http://[${lower.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  return lower.replace(/\.$/, '');
}
