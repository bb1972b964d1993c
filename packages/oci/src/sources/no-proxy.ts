import { BlockList, isIP } from "node:net";

/**
 * Reads a `no_proxy` list (kwctl-and-oci 13): `*`, domains with their sub-domains, addresses and networks such as
 * `10.0.0.0/8`, separated by commas or blanks; all but networks may carry a port. What is none of these matches nothing.
 * @returns tells whether a URL is to be reached without a proxy
 */
export function parseNoProxy(text: string): (url: URL) => boolean {
  const entries = text.split(/[,\s]+/).filter((entry) => entry !== "");
  const matchers = entries.map((entry) => (entry.includes("/") ? network(entry) : hostAndPort(entry)));
  return (url) => {
    const target = { host: bareHost(url.hostname), port: Number(url.port) || defaultPorts[url.protocol] };
    return matchers.some((matches) => matches(target));
  };
}

interface Target {
  readonly host: string;
  readonly port: number | undefined;
}

type Matcher = (target: Target) => boolean;

const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** Lower case, without the brackets of an IPv6 address and without the dot at the end of a complete name. */
function bareHost(text: string): string {
  return text
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/(.)\.$/, "$1");
}

function hostAndPort(entry: string): Matcher {
  const [, host = "", port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [entry, entry];
  const name = bareHost(host).replace(/^\*?\./, "");
  const matchesHost = host === "*" ? () => true : nameMatcher(name);
  return (target) => (port === undefined || Number(port) === target.port) && matchesHost(target.host);
}

function nameMatcher(name: string): (host: string) => boolean {
  if (isIP(name) > 0)
    return (host) => isIP(host) > 0 && addresses(name, undefined)?.check(...family(host)) === true;
  return (host) => host === name || host.endsWith(`.${name}`);
}

function network(entry: string): Matcher {
  const [address = "", bits = ""] = entry.split("/", 2);
  const list = addresses(bareHost(address), /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN);
  return ({ host }) => list !== undefined && isIP(host) > 0 && list.check(...family(host));
}

function addresses(address: string, bits: number | undefined): BlockList | undefined {
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  if (version === 0 || (bits !== undefined && !(bits >= 0 && bits <= longest))) return undefined;
  const list = new BlockList();
  const [network, kind] = family(address);
  list.addSubnet(network, bits ?? longest, kind);
  return list;
}

function family(address: string): [string, "ipv4" | "ipv6"] {
  return [address, isIP(address) === 4 ? "ipv4" : "ipv6"];
}
