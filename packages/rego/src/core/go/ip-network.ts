import { formatIpAddress, readIpAddress, unmapped } from "./ip-address.ts";

/** A network; IPv4 ones that are written as IPv6 ones are IPv4 networks. */
export interface IpNetwork {
  /** 4 or 16. */
  readonly address: Uint8Array;
  /** Bits of the address that all addresses of the network share. */
  readonly prefix: number;
}

/** Reads `address/prefix`; the other bits of the address count for nothing. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? undefined : readIpAddress(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === undefined || !/^\d+$/.test(digits)) return undefined;
  const prefix = Number(digits);
  if (prefix > address.length * 8) return undefined;
  const first = masked(address, prefix);
  const plain = unmapped(first);
  return { address: plain, prefix: prefix - (first.length - plain.length) * 8 };
}

/** The address with zeros behind a prefix. */
function masked(address: Uint8Array, prefix: number): Uint8Array {
  return address.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff00 >> kept);
  });
}

export function containsAddress(network: IpNetwork, address: Uint8Array): boolean {
  const { length } = network.address;
  if (address.length !== length) return false;
  const [own, other] = [masked(network.address, network.prefix), masked(address, network.prefix)];
  return own.every((byte, index) => byte === other[index]);
}

export function containsNetwork(network: IpNetwork, other: IpNetwork): boolean {
  return network.prefix <= other.prefix && containsAddress(network, other.address);
}

export function formatNetwork({ address, prefix }: IpNetwork): string {
  return `${formatIpAddress(address)}/${prefix}`;
}

/** IPv4 addresses as they lie among the IPv6 ones. */
const mappedOffset = 0xffffn << 32n;

/** An address as a number of 128 bits. */
export function addressNumber(address: Uint8Array): bigint {
  const number = BigInt(`0x${address.toHex()}`);
  return address.length === 4 ? mappedOffset + number : number;
}

/** The address of a number; IPv4 ones have 4 bytes. */
export function numberedAddress(number: bigint): Uint8Array {
  return unmapped(Uint8Array.fromHex(number.toString(16).padStart(32, "0")));
}

/** How many addresses a network has. */
export function networkSize({ address, prefix }: IpNetwork): bigint {
  return 2n ** BigInt(address.length * 8 - prefix);
}

/** First and last address, as numbers. */
export interface AddressRange {
  readonly first: bigint;
  readonly last: bigint;
}

export function networkRange(network: IpNetwork): AddressRange {
  const size = networkSize(network);
  const address = addressNumber(network.address);
  const first = address - (address % size);
  return { first, last: first + size - 1n };
}
