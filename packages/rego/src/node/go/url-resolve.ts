import { escapedPath, type GoUrl, withPath } from "../../core/go/url.ts";

/** What a reference stands for, seen from a base, as Go resolves it (RFC 3986 5.2). */
export function resolveGoUrl(base: GoUrl, reference: GoUrl): GoUrl {
  const url = { ...reference, scheme: reference.scheme || base.scheme };
  if (reference.scheme !== "" || reference.host !== "" || reference.user !== undefined) {
    return withPath(url, resolvePath(escapedPath(reference), "")) ?? url;
  }
  if (reference.opaque !== "") return { ...url, path: "" };
  const inherited = inheritedParts(base, reference);
  if (reference.path === "" && base.opaque !== "") {
    return { ...url, ...inherited, opaque: base.opaque, path: "" };
  }
  const { host, user } = base;
  const path = resolvePath(escapedPath(base), escapedPath(reference));
  const resolved = { ...url, ...inherited, host, user };
  return withPath(resolved, path) ?? resolved;
}

/** A reference without path and query has those of the base. */
function inheritedParts(base: GoUrl, reference: GoUrl): Partial<GoUrl> {
  const { rawQuery, fragment, rawFragment } = base;
  if (reference.path !== "" || reference.forceQuery || reference.rawQuery !== "") return {};
  return reference.fragment === "" ? { rawQuery, fragment, rawFragment } : { rawQuery };
}

/** Joins paths and takes out dot segments. */
function resolvePath(base: string, reference: string): string {
  const full =
    reference === ""
      ? base
      : reference.startsWith("/")
        ? reference
        : base.slice(0, base.lastIndexOf("/") + 1) + reference;
  return full === "" ? "" : withoutDots(full.split("/"));
}

/** A slash is written before each segment but the first; where nothing is left, the next one is the first again. */
function withoutDots(elements: readonly string[]): string {
  let path = "/";
  let isFirst = true;
  for (const element of elements) {
    if (element === ".") {
      isFirst = false;
    } else if (element === "..") {
      path = path.slice(0, Math.max(path.lastIndexOf("/"), 1));
      isFirst = path === "/";
    } else {
      path += isFirst ? element : `/${element}`;
      isFirst = false;
    }
  }
  const last = elements.at(-1);
  if (last === "." || last === "..") path += "/";
  return path.startsWith("//") ? path.slice(1) : path;
}
