/** The host and the port of an authority; an address of IPv6 is without its brackets (`URL.Hostname`, `URL.Port`). */
export function hostAndPort(authority: string): { host: string; port: string } {
  const colon = authority.lastIndexOf(":");
  const isPort = colon >= 0 && /^[0-9]*$/.test(authority.slice(colon + 1));
  const host = isPort ? authority.slice(0, colon) : authority;
  const isLiteral = host.startsWith("[") && host.endsWith("]");
  return { host: isLiteral ? host.slice(1, -1) : host, port: isPort ? authority.slice(colon + 1) : "" };
}
