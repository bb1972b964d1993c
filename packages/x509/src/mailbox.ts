import { isDomainName, lowerAscii } from "./domain-name.ts";

/** An e-mail address (RFC 2821 4.1.2). */
export interface Mailbox {
  /** Without quotes and backslashes. */
  readonly local: string;
  /** In lower case. */
  readonly domain: string;
}

const atom = /^(?:[0-9A-Za-z!#$%&'*+\-/=?^_`{|}~.]|\\[\s\S])+/;
/** What may stand in quotes; a blank too, as many addresses have one. */
const quoted = /^"((?:[\x01-\x08\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])*)"/;

/** Reads an address; `undefined` when it is none. */
export function parseMailbox(text: string): Mailbox | undefined {
  const isQuoted = text.startsWith('"');
  const match = (isQuoted ? quoted : atom).exec(text);
  if (match === null) return undefined;
  const local = (match[1] ?? match[0]).replaceAll(/\\([\s\S])/g, "$1");
  if (!isQuoted && (/^\.|\.$/.test(local) || local.includes(".."))) return undefined;
  const rest = text.slice(match[0].length);
  const domain = rest.slice(1);
  if (!rest.startsWith("@") || !isDomainName(domain)) return undefined;
  return { local, domain: lowerAscii(domain) };
}
