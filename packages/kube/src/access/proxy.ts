import { KubeError } from "../errors.ts";

const schemes = new Set(["http:", "https:"]);

/**
 * The proxy on the way to an API server: the kubeconfig's own, else that of the environment (`HTTPS_PROXY`,
 * `HTTP_PROXY`, `NO_PROXY`, upper case first).
 * @throws {KubeError} `KUBE_CONFIG_INVALID`
 */
export function proxyFor(
  server: URL,
  proxyUrl: string | null | undefined,
  env: NodeJS.ProcessEnv,
): string | undefined {
  if (proxyUrl) return checked(proxyUrl, "proxy-url of the kubeconfig");
  const name = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = variable(name, env);
  if (value === undefined || isDirect(server, variable("NO_PROXY", env))) return undefined;
  return checked(value.includes("://") ? value : `http://${value}`, name);
}

function variable(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return env[name] || env[name.toLowerCase()] || undefined;
}

function checked(text: string, origin: string): string {
  if (URL.canParse(text) && schemes.has(new URL(text).protocol)) return text;
  // the text may hold a password
  throw new KubeError(`${origin} is no proxy that can be used: it must begin with http:// or https://`, {
    code: "KUBE_CONFIG_INVALID",
  });
}

/** The rules of Go's clients: this machine is never reached through a proxy; a name covers its subdomains. */
function isDirect(server: URL, noProxy: string | undefined): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || host === "::1" || host.startsWith("127.")) return true;
  return (noProxy ?? "").split(",").some((entry) => matches(entry.trim().toLowerCase(), host, server));
}

function matches(entry: string, host: string, server: URL): boolean {
  if (entry === "*") return true;
  const { port } = server;
  const actualPort = port === "" ? (server.protocol === "https:" ? "443" : "80") : port;
  const withPort = /^(?<name>[^:]+):(?<port>\d+)$/.exec(entry)?.groups;
  if (withPort !== undefined && withPort["port"] !== actualPort) return false;
  const name = (withPort?.["name"] ?? entry).replace(/^\*?\./, "");
  if (name === "") return false;
  return host === name || host.endsWith(`.${name}`) || inSubnet(host, name);
}

/** Whether an IPv4 address lies in a subnet such as `10.0.0.0/8`. */
function inSubnet(host: string, entry: string): boolean {
  const [network = "", bits = ""] = entry.split("/");
  const address = ipv4(host);
  const base = ipv4(network);
  if (address === undefined || base === undefined || !/^\d{1,2}$/.test(bits) || Number(bits) > 32)
    return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(address / size) === Math.floor(base / size);
}

function ipv4(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}
