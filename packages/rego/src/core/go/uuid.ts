/** What google/uuid tells about a UUID; the last members only for versions 1 and 2, which hold them. */
export interface DecodedUuid {
  readonly version: number;
  readonly variant: string;
  /** In nanoseconds since 1970. */
  readonly time?: bigint;
  readonly nodeid?: string;
  readonly macvariables?: string;
  readonly clocksequence?: number;
  /** Version 2 only. */
  readonly id?: number;
  readonly domain?: string;
}

const hyphened = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Reads the forms that google/uuid knows: with hyphens, in hex alone, behind `urn:uuid:`, between any two characters. */
export function parseUuid(text: string): Uint8Array | undefined {
  const bytes = new TextEncoder().encode(text.slice(0, 46));
  const inner = innerOf(bytes);
  if (inner === undefined) return undefined;
  return Uint8Array.fromHex(inner.replaceAll("-", ""));
}

function innerOf(bytes: Uint8Array): string | undefined {
  // One character for each byte, for lengths are counted in bytes.
  const text = String.fromCharCode(...bytes);
  switch (bytes.length) {
    case 32:
      return /^[0-9a-f]{32}$/i.test(text) ? text : undefined;
    case 36:
      return hyphenedOf(text);
    case 38:
      return hyphenedOf(text.slice(1, 37));
    case 45:
      return /^urn:uuid:/i.test(text) ? hyphenedOf(text.slice(9)) : undefined;
    default:
      return undefined;
  }
}

function hyphenedOf(text: string): string | undefined {
  return hyphened.test(text) ? text : undefined;
}

export function formatUuid(bytes: Uint8Array): string {
  const hex = bytes.toHex();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function decodeUuid(bytes: Uint8Array): DecodedUuid {
  const version = bytes[6]! >> 4;
  const variant = variantOf(bytes[8]!);
  if (version !== 1 && version !== 2) return { version, variant };
  const node = bytes.subarray(10);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const decoded: DecodedUuid = {
    version,
    variant,
    time: unixNanoseconds(view),
    nodeid: Array.from(node, (byte) => byte.toString(16).padStart(2, "0")).join("-"),
    macvariables: macVariables(node[0]!),
    clocksequence: view.getUint16(8) & 0x3fff,
  };
  return version === 1 ? decoded : { ...decoded, id: view.getUint32(0), domain: domainOf(bytes[9]!) };
}

function variantOf(byte: number): string {
  if ((byte & 0xc0) === 0x80) return "RFC4122";
  if ((byte & 0xe0) === 0xc0) return "Microsoft";
  return (byte & 0xe0) === 0xe0 ? "Future" : "Reserved";
}

/** Steps of 100 ns from 15 October 1582 to 1970. */
const unixEpoch = 122_192_928_000_000_000n;

function unixNanoseconds(view: DataView): bigint {
  const high = BigInt(view.getUint16(6) & 0xfff);
  const steps = (high << 48n) | (BigInt(view.getUint16(4)) << 32n) | BigInt(view.getUint32(0));
  return BigInt.asIntN(64, (steps - unixEpoch) * 100n);
}

function macVariables(byte: number): string {
  return `${byte & 2 ? "local" : "global"}:${byte & 1 ? "multicast" : "unicast"}`;
}

function domainOf(byte: number): string {
  return ["Person", "Group", "Org"][byte] ?? `Domain${byte}`;
}
