// Names of labels and annotations, as Kubernetes allows them: `name` or `prefix/name`.

const namePattern = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const prefixPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const maxPrefixLength = 253;
const maxNameLength = 63;

/** Whether the characters are right; lengths are another matter. */
export function isQualifiedName(text: string): boolean {
  const { prefix, name } = split(text);
  return namePattern.test(name) && (prefix === undefined || prefixPattern.test(prefix));
}

/** Which part of a name is too long: `key` is the whole. */
export function tooLongPart(text: string): "key" | "prefix" | "name" | undefined {
  if (text.length > maxPrefixLength + 1 + maxNameLength) return "key";
  const { prefix = "", name } = split(text);
  if (prefix.length > maxPrefixLength) return "prefix";
  return name.length > maxNameLength ? "name" : undefined;
}

function split(text: string): { prefix?: string; name: string } {
  const slash = text.indexOf("/");
  return slash === -1 ? { name: text } : { prefix: text.slice(0, slash), name: text.slice(slash + 1) };
}
