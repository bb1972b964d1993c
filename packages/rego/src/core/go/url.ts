import { readIpAddress } from "./ip-address.ts";
import { byteTextOf } from "./text.ts";

/** A URL as Go's `net/url` reads it; texts hold one character for each byte. */
export interface GoUrl {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: { readonly name: string; readonly password: string | undefined } | undefined;
  readonly host: string;
  readonly path: string;
  readonly rawPath: string;
  readonly omitHost: boolean;
  readonly forceQuery: boolean;
  readonly rawQuery: string;
  readonly fragment: string;
  readonly rawFragment: string;
}

/** Characters that need no escape, besides letters and digits, in the parts of a URL. */
const plain = {
  path: "$&+,-./:;=@_~",
  host: "!\"$&'()*+,-.:;<=>[]_~",
  user: "$&+,-.;=_~",
  fragment: "!$&()*+,-./:;=?@_~",
} as const;
type Part = keyof typeof plain;

/**
 * Reads a URL, or a reference relative to one.
 * @param text - characters beyond ASCII stand for their bytes in UTF-8
 * @returns `undefined` for what Go refuses
 */
export function parseGoUrl(text: string): GoUrl | undefined {
  const [before, rawFragment] = cut(byteTextOf(text), "#");
  const url = parseWithoutFragment(before);
  const fragment = unescapePart(rawFragment, "fragment");
  if (url === undefined || fragment === undefined) return undefined;
  return {
    ...url,
    fragment,
    rawFragment: escapePart(fragment, "fragment") === rawFragment ? "" : rawFragment,
  };
}

const nothing: GoUrl = {
  scheme: "",
  opaque: "",
  user: undefined,
  host: "",
  path: "",
  rawPath: "",
  omitHost: false,
  forceQuery: false,
  rawQuery: "",
  fragment: "",
  rawFragment: "",
};

function parseWithoutFragment(text: string): GoUrl | undefined {
  if (/[\x00-\x1f\x7f]/.test(text)) return undefined;
  if (text === "*") return { ...nothing, path: "*" };
  const [, name] = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text) ?? [];
  if (text.startsWith(":")) return undefined;
  const scheme = name?.toLowerCase() ?? "";
  const afterScheme = name === undefined ? text : text.slice(name.length + 1);
  const forceQuery = afterScheme.indexOf("?") === afterScheme.length - 1 && afterScheme !== "";
  const [rest, rawQuery] = cut(afterScheme, "?");
  const url = { ...nothing, scheme, forceQuery, rawQuery };
  if (!rest.startsWith("/")) {
    if (scheme !== "") return { ...url, opaque: rest };
    if (cut(rest, "/")[0].includes(":")) return undefined;
  }
  return parseHierarchy(url, rest);
}

/** Authority and path. */
function parseHierarchy(url: GoUrl, rest: string): GoUrl | undefined {
  if (rest.startsWith("//") && (url.scheme !== "" || !rest.startsWith("///"))) {
    const slash = rest.indexOf("/", 2);
    const authority = parseAuthority(url.scheme, slash < 0 ? rest.slice(2) : rest.slice(2, slash));
    return authority && withPath({ ...url, ...authority }, slash < 0 ? "" : rest.slice(slash));
  }
  return withPath({ ...url, omitHost: url.scheme !== "" && rest.startsWith("/") }, rest);
}

/** A URL with another path, which may have escapes; `undefined` when they are malformed. */
export function withPath(url: GoUrl, rawPath: string): GoUrl | undefined {
  const path = unescapePart(rawPath, "path");
  return path === undefined
    ? undefined
    : { ...url, path, rawPath: escapePart(path, "path") === rawPath ? "" : rawPath };
}

function parseAuthority(scheme: string, authority: string): Pick<GoUrl, "user" | "host"> | undefined {
  const at = authority.lastIndexOf("@");
  const host = parseHost(scheme, authority.slice(at + 1));
  if (host === undefined || at < 0) return host === undefined ? undefined : { host, user: undefined };
  const info = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(info)) return undefined;
  const [rawName, rawPassword] = cut(info, ":");
  const name = unescapePart(rawName, "user");
  const password = unescapePart(rawPassword, "user");
  if (name === undefined || password === undefined) return undefined;
  return { host, user: { name, password: info.includes(":") ? password : undefined } };
}

function parseHost(scheme: string, host: string): string | undefined {
  const bracket = host.lastIndexOf("[");
  if (bracket > 0) return undefined;
  if (bracket === 0) return parseLiteral(host);
  const first = host.indexOf(":");
  const isStrict = scheme === "http" || scheme === "https";
  const colon = isStrict ? first : host.lastIndexOf(":");
  if (colon >= 0 && !isPort(host.slice(colon))) return undefined;
  return unescapePart(host, "host");
}

/** An IPv6 address in brackets. */
function parseLiteral(host: string): string | undefined {
  const end = host.lastIndexOf("]");
  if (end < 0 || !isPort(host.slice(end + 1))) return undefined;
  const inner = host.slice(1, end);
  const zoneStart = inner.indexOf("%25");
  const address = unescapePart(zoneStart < 0 ? inner : inner.slice(0, zoneStart), "host");
  const zone = zoneStart < 0 ? "" : unescapeZone(inner.slice(zoneStart));
  if (address === undefined || zone === undefined || zone === "%" || readIpAddress(address)?.length !== 16)
    return undefined;
  return `[${address}${zone}]${host.slice(end + 1)}`;
}

function isPort(text: string): boolean {
  return text === "" || /^:[0-9]*$/.test(text);
}

/** An escaped character of a zone must be one that a host may have, or a blank. */
function unescapeZone(text: string): string | undefined {
  const escapes = text.match(/%[0-9A-Fa-f]{2}/g) ?? [];
  const allowed = escapes.every((text) => {
    const character = String.fromCharCode(Number.parseInt(text.slice(1), 16));
    return text === "%25" || character === " " || isPlain(character, "host");
  });
  return allowed && hasOnlyHostCharacters(text) ? unescapeAll(text) : undefined;
}

function unescapePart(text: string, part: Part): string | undefined {
  if (part === "host") {
    const isEscapeAllowed = !/%[0-7][0-9A-Fa-f]/.test(text.replaceAll("%25", ""));
    if (!isEscapeAllowed || !hasOnlyHostCharacters(text)) return undefined;
  }
  return unescapeAll(text);
}

function hasOnlyHostCharacters(text: string): boolean {
  return [...text].every((c) => c === "%" || c >= "\x80" || isPlain(c, "host"));
}

function unescapeAll(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

function escapePart(text: string, part: Part): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, (character) =>
    isPlain(character, part)
      ? character
      : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

function isPlain(character: string, part: Part): boolean {
  return /[A-Za-z0-9]/.test(character) || plain[part].includes(character);
}

/** Writes a URL as Go does. */
export function formatGoUrl(url: GoUrl): string {
  const scheme = url.scheme === "" ? "" : `${url.scheme}:`;
  const query = url.forceQuery || url.rawQuery !== "" ? `?${url.rawQuery}` : "";
  const fragment = url.fragment === "" ? "" : `#${hinted(url.rawFragment, url.fragment, "fragment")}`;
  return `${scheme}${url.opaque || `${formatAuthority(url)}${formatPath(url)}`}${query}${fragment}`;
}

function formatAuthority({ scheme, user, host, path, omitHost }: GoUrl): string {
  const isThere = scheme !== "" || host !== "" || user !== undefined;
  if (!isThere || (omitHost && host === "" && user === undefined)) return "";
  if (host === "" && path === "" && user === undefined) return "";
  const password = user?.password === undefined ? "" : `:${escapePart(user.password, "user")}`;
  const info = user === undefined ? "" : `${escapePart(user.name, "user")}${password}@`;
  return `//${info}${escapePart(host, "host")}`;
}

function formatPath({ scheme, user, host, path, rawPath, omitHost }: GoUrl): string {
  const text = escapedPath({ path, rawPath });
  if (text !== "" && !text.startsWith("/") && host !== "") return `/${text}`;
  const isFirst = scheme === "" && host === "" && user === undefined && !omitHost;
  return isFirst && cut(text, "/")[0].includes(":") ? `./${text}` : text;
}

/** The path with its escapes. */
export function escapedPath({ path, rawPath }: Pick<GoUrl, "path" | "rawPath">): string {
  return path === "*" && rawPath === "" ? "*" : hinted(rawPath, path, "path");
}

/** The escapes that were written, where they are right. */
function hinted(raw: string, text: string, part: Part): string {
  const isValid = [...raw].every((c) => "!$&'()*+,;=:@[]%".includes(c) || isPlain(c, part));
  return raw !== "" && isValid && unescapeAll(raw) === text ? raw : escapePart(text, part);
}

function cut(text: string, separator: string): [string, string] {
  const position = text.indexOf(separator);
  return position < 0 ? [text, ""] : [text.slice(0, position), text.slice(position + 1)];
}
