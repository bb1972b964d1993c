import { isIP } from "node:net";
import type { AlternativeNames } from "./alternative-names.ts";
import { isDomainName, isInDomain, lowerAscii } from "./domain-name.ts";
import { X509Error } from "./errors.ts";
import { type Mailbox, parseMailbox } from "./mailbox.ts";
import type { IpRange, NameConstraints, NameSubtrees } from "./name-constraints.ts";

/** What of a certificate the constraints of others are about. */
export interface NamedCertificate {
  readonly alternativeNames: AlternativeNames | undefined;
  readonly nameConstraints: NameConstraints | undefined;
}

/** Comparisons of a name with a constraint, for a whole path. */
const maxComparisons = 250_000;

/**
 * Checks the names of each certificate of a path against the constraints of all above it.
 * @param path - from the last certificate to the anchor
 * @returns what is not allowed, or `undefined`
 * @throws {X509Error} `X509_LIMIT` for more comparisons than are meant well
 */
export function forbiddenName(path: readonly NamedCertificate[]): string | undefined {
  const budget = { left: maxComparisons };
  for (const [index, { alternativeNames }] of path.entries()) {
    const constraints = path.slice(index + 1).flatMap(({ nameConstraints }) => nameConstraints ?? []);
    if (alternativeNames === undefined || constraints.length === 0) continue;
    const names = comparableNames(alternativeNames);
    if (typeof names === "string") return names;
    for (const constraint of constraints) {
      const forbidden = names.find((name) => !isAllowed(name, constraint, budget));
      if (forbidden !== undefined)
        return `the name ${forbidden.text} is not allowed by an authority above it`;
    }
  }
  return undefined;
}

/** A name in the form that one kind of constraint compares; `isIn` for those that exclude knows wildcards. */
interface ComparableName {
  readonly text: string;
  readonly subtrees: (subtrees: NameSubtrees) => readonly unknown[];
  readonly isIn: (subtrees: NameSubtrees, excluding: boolean) => boolean;
}

/** All names; or why one of them cannot be compared. */
function comparableNames(names: AlternativeNames): ComparableName[] | string {
  const problem =
    names.dnsNames.find((name) => !isDomainName(name)) ??
    names.uris.find((uri) => hostOf(uri) === undefined) ??
    names.emailAddresses.find((address) => parseMailbox(address) === undefined);
  if (problem !== undefined) return `the name ${problem} cannot be compared with the constraints above it`;
  return [
    ...names.ipAddresses.map(ipName),
    ...names.dnsNames.map(dnsName),
    ...names.uris.map((uri) => uriName(uri, hostOf(uri) ?? "")),
    ...names.emailAddresses.map((text) => emailName(text, parseMailbox(text)!)),
  ];
}

function isAllowed(
  name: ComparableName,
  { permitted, excluded }: NameConstraints,
  budget: { left: number },
): boolean {
  const permits = name.subtrees(permitted).length;
  budget.left -= permits + name.subtrees(excluded).length;
  if (budget.left < 0) {
    throw new X509Error(`more than ${maxComparisons} comparisons with name constraints`, {
      code: "X509_LIMIT",
    });
  }
  return (permits === 0 || name.isIn(permitted, false)) && !name.isIn(excluded, true);
}

function ipName(address: Uint8Array): ComparableName {
  const contains = ({ address: network, mask }: IpRange): boolean =>
    network.length === address.length &&
    network.every((byte, index) => (byte & mask[index]!) === (address[index]! & mask[index]!));
  return {
    text: `IP address ${address.toHex()}`,
    subtrees: ({ ipRanges }) => ipRanges,
    isIn: ({ ipRanges }) => ipRanges.some(contains),
  };
}

function dnsName(text: string): ComparableName {
  return {
    text,
    subtrees: ({ dnsNames }) => dnsNames,
    isIn: ({ dnsNames }, excluding) => dnsNames.some((domain) => isDnsIn(text, domain, excluding)),
  };
}

/** A wildcard is excluded too when one of the names it stands for is: `*.example.com` by `www.example.com`. */
function isDnsIn(name: string, domain: string, excluding: boolean): boolean {
  if (isInDomain(name, domain)) return true;
  const parent = parentOf(name);
  return excluding && name.startsWith("*") && parent !== "" && parent === parentOf(domain);
}

/** `.example.com` for `www.example.com`. */
function parentOf(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? "" : lowerAscii(name.slice(dot));
}

function uriName(text: string, host: string): ComparableName {
  return {
    text,
    subtrees: ({ uris }) => uris,
    isIn: ({ uris }, excluding) => uris.some((domain) => isDnsIn(host, domain, excluding)),
  };
}

function emailName(text: string, { local, domain }: Mailbox): ComparableName {
  const matches = (constraint: string, excluding: boolean): boolean => {
    if (!constraint.includes("@")) return isDnsIn(domain, constraint, excluding);
    const wanted = parseMailbox(constraint);
    return wanted?.local === local && wanted.domain === domain;
  };
  return {
    text,
    subtrees: ({ emailAddresses }) => emailAddresses,
    isIn: ({ emailAddresses }, excluding) => emailAddresses.some((c) => matches(c, excluding)),
  };
}

const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#@]+)/;

/** The host of a URI, when it has one that is a name. */
function hostOf(uri: string): string | undefined {
  const host = lowerAscii(authority.exec(uri)?.[1] ?? "").replace(/:[^:\]]*$/, "");
  const isName = host !== "" && !/[[\]:%]/.test(host) && isIP(host) === 0 && isDomainName(host);
  return isName ? host : undefined;
}
