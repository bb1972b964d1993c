import { isIPv4, isIPv6 } from "node:net";

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
  if (isIPv4(text)) return Uint8Array.from(text.split(".").map(Number));
  return isIPv6(text) && !text.includes("%") ? unmapped(parseIpv6(text)) : undefined;
}

/** IPv4 addresses that are written as IPv6 ones are IPv4 addresses. */
export function unmapped(bytes: Uint8Array): Uint8Array {
  const isMapped = bytes.length === 16 && Buffer.from(bytes).toString("hex", 0, 12) === mappedPrefix;
  return isMapped ? bytes.subarray(12) : bytes;
}

const mappedPrefix = "00000000000000000000ffff";

function parseIpv6(text: string): Uint8Array {
  const hex = text.replace(/[0-9.]+$/, (end) => (isIPv4(end) ? groupsOfIpv4(end) : end));
  const [before = "", after] = hex.split("::");
  const groupsOf = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const first = groupsOf(before);
  const last = groupsOf(after ?? "");
  const zeros = Array<string>(8 - first.length - last.length).fill("0");
  const groups = [...first, ...zeros, ...last].map((group) => group.padStart(4, "0"));
  return Uint8Array.fromHex(groups.join(""));
}

function groupsOfIpv4(text: string): string {
  const hex = text.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
  return `${hex.slice(0, 2).join("")}:${hex.slice(2).join("")}`;
}
