/** Labels of visible ASCII, none empty, between dots. */
const labels = /^[!-\-/-~]+(?:\.[!-\-/-~]+)*$/;

/** Whether a text can be a name in the domain name system, or nothing. */
export function isDomainName(text: string): boolean {
  return text === "" || labels.test(text);
}

/** Whether a text can be a constraint on domain names: a dot before it stands for one label or more. */
export function isDomainConstraint(text: string): boolean {
  return isDomainName(text.length > 1 && text.startsWith(".") ? text.slice(1) : text);
}

/** ASCII letters only: other characters are not in domain names. */
export function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * Whether a name lies in the domain of a constraint: `example.com` holds itself and all below, `.example.com` all below,
 * the empty one everything.
 */
export function isInDomain(name: string, constraint: string): boolean {
  if (constraint === "") return true;
  const domain = lowerAscii(constraint);
  const lower = lowerAscii(name);
  return domain.startsWith(".") ? lower.endsWith(domain) : lower === domain || lower.endsWith(`.${domain}`);
}
