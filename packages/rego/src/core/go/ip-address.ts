/** Writes an address of 4 or 16 bytes as Go does: mapped IPv4 addresses with dots, the others as RFC 5952 has it. */
export function formatIpAddress(bytes: Uint8Array): string {
  const plain = unmapped(bytes);
  if (plain.length === 4) return plain.join(".");
  const groups = Array.from({ length: 8 }, (_, index) => bytes[2 * index]! * 256 + bytes[2 * index + 1]!);
  const { start, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

/** The first of the longest runs of zeros. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    const end = groups.findIndex((group, index) => index >= start && group !== 0);
    const length = (end < 0 ? groups.length : end) - start;
    if (length > longest.length) longest = { start, length };
  }
  return longest;
}

/** Reads an address of either family: IPv4 gives 4 bytes, and so does IPv4 mapped into IPv6. No zones. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  const bytes = readIpAddress(text);
  return bytes && unmapped(bytes);
}

/** Reads an address as it is written: 4 bytes with dots alone, 16 with colons. No zones. */
export function readIpAddress(text: string): Uint8Array | undefined {
  return text.includes(":") ? readIpv6(text) : readIpv4(text);
}

/** IPv4 addresses that are written as IPv6 ones are IPv4 addresses. */
export function unmapped(bytes: Uint8Array): Uint8Array {
  const isMapped = bytes.length === 16 && bytes.subarray(0, 12).toHex() === mappedPrefix;
  return isMapped ? bytes.subarray(12) : bytes;
}

const mappedPrefix = "00000000000000000000ffff";

const ipv4Pattern = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

function readIpv4(text: string): Uint8Array | undefined {
  return ipv4Pattern.test(text) ? Uint8Array.from(text.split("."), Number) : undefined;
}

const maxIpv6Length = "0000:0000:0000:0000:0000:ffff:255.255.255.255".length;

function readIpv6(text: string): Uint8Array | undefined {
  if (text.length > maxIpv6Length) return undefined;
  const hex = text.replace(/[^:]*$/, (end) => (ipv4Pattern.test(end) ? groupsOfIpv4(end) : end));
  const parts = hex.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const [first = [], last] = parts;
  const zeros = 8 - first.length - (last?.length ?? 0);
  if (parts.length > 2 || (last === undefined ? zeros !== 0 : zeros < 1)) return undefined;
  const groups = [...first, ...Array<string>(zeros).fill("0"), ...(last ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return Uint8Array.fromHex(groups.map((group) => group.padStart(4, "0")).join(""));
}

function groupsOfIpv4(text: string): string {
  const hex = text.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
  return `${hex.slice(0, 2).join("")}:${hex.slice(2).join("")}`;
}
