/**
 * The text that names must begin with for a prefix: its path ends at a slash, so that `https://host/acme` does not let
 * `https://host/acme-evil` in (kwctl-and-oci 14).
 * @returns `undefined` for what is no URL, or has a query or a fragment, behind which no prefix can end
 */
export function urlPrefixOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (/[?#]/.test(text)) return undefined;
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

/** Whether a name lies below a prefix of {@link urlPrefixOf}, as it is written and as a URL: `…/acme/../evil` does not. */
export function isBelowPrefix(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && URL.canParse(name) && new URL(name).href.startsWith(prefix);
}
