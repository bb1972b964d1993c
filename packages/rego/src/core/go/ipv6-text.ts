const group = /^[0-9A-Fa-f]{1,4}$/;
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Whether a text is an IPv6 address without a zone (RFC 4291 2.2), the last 32 bits with dots included. */
export function isIpv6Text(text: string): boolean {
  const sides = text.split("::");
  if (sides.length > 2) return false;
  const counts = sides.map((side, index) => groupsOf(side, index === sides.length - 1));
  if (counts.includes(undefined)) return false;
  const sum = counts.reduce<number>((total, count) => total + (count ?? 0), 0);
  return sides.length === 1 ? sum === 8 : sum < 8;
}

/** Groups of 16 bits; `undefined` when a part is no group. */
function groupsOf(side: string, isLast: boolean): number | undefined {
  if (side === "") return 0;
  const parts = side.split(":");
  const isDotted = isLast && ipv4.test(parts.at(-1) ?? "");
  const plain = isDotted ? parts.slice(0, -1) : parts;
  if (!plain.every((part) => group.test(part))) return undefined;
  return plain.length + (isDotted ? 2 : 0);
}
