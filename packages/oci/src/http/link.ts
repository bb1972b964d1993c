/** `<url>`, then parameters; between links commas. What cannot be read ends the list. */
const link =
  /[\s,]*<([^>]*)>((?:\s*;\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",;]*))?)*)/y;
const relation = /;\s*rel\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*))/i;

/**
 * Where the next page is, by `Link` (RFC 8288), as registries page their lists.
 * @param header - nothing: there is no other page
 * @param base - the URL of the answer
 * @returns nothing where no link says that it leads to the next page
 */
export function nextPage(header: string | undefined, base: URL): URL | undefined {
  link.lastIndex = 0;
  for (let match = link.exec(header ?? ""); match !== null; match = link.exec(header ?? "")) {
    const [, target = "", parameters = ""] = match;
    const [, quoted, plain = ""] = relation.exec(parameters) ?? [];
    const relations = (quoted ?? plain).toLowerCase().split(/\s+/);
    if (relations.includes("next") && URL.canParse(target, base)) return new URL(target, base);
  }
  return undefined;
}
