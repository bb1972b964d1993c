/** How a registry wants to know who asks (kwctl-and-oci 11). */
export type Challenge =
  | { readonly kind: "none" }
  | { readonly kind: "basic" }
  | { readonly kind: "bearer"; readonly realm: URL; readonly service?: string };

/**
 * Reads `WWW-Authenticate`. A Bearer challenge with a realm wins; whatever else a registry asks for, it gets Basic.
 * @param header - nothing: the registry does not ask
 */
export function parseChallenge(header: string | undefined): Challenge {
  if (header === undefined) return { kind: "none" };
  for (const { scheme, parameters } of challengesOf(header)) {
    const realm = parameters.get("realm") ?? "";
    if (scheme !== "bearer" || !/^https?:/i.test(realm) || !URL.canParse(realm)) continue;
    const service = parameters.get("service");
    return { kind: "bearer", realm: new URL(realm), ...(service !== undefined && { service }) };
  }
  return { kind: "basic" };
}

interface NamedChallenge {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

/** A word, and the value behind it if it is a parameter. What cannot be read ends the list. */
const part = /[\s,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s",]*))?/y;

function challengesOf(header: string): NamedChallenge[] {
  const challenges: NamedChallenge[] = [];
  part.lastIndex = 0;
  for (let match = part.exec(header); match !== null; match = part.exec(header)) {
    const [, word = "", value] = match;
    if (value === undefined) challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(word.toLowerCase(), unquoted(value));
  }
  return challenges;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;
}
