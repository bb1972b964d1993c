import { BuiltinError } from "../../errors.ts";
import { type Builtin, type BuiltinTable, checkSize } from "../builtin.ts";
import { formatIpAddress, parseIpAddress } from "../go/ip-address.ts";
import {
  containsAddress,
  containsNetwork,
  type IpNetwork,
  networkRange,
  networkSize,
  numberedAddress,
  parseNetwork,
} from "../go/ip-network.ts";
import { mergeNetworks } from "../go/merge-networks.ts";
import { stringOperand } from "../operands.ts";
import { isArray, isObject, isSet, numberOf, type RegoValue, setOf } from "../value.ts";
import { spend, workBudget } from "../work-budget.ts";

const isValid: Builtin = ([cidr]) => typeof cidr === "string" && parseNetwork(cidr) !== undefined;

const expand: Builtin = (operands, context) => {
  const network = networkOf(stringOperand(operands, 0));
  const size = networkSize(network);
  checkSize(size, context);
  const { first } = networkRange(network);
  const numbers = Array.from({ length: Number(size) }, (_, index) => first + BigInt(index));
  return setOf(numbers.map((number) => formatIpAddress(numberedAddress(number))));
};

const merge: Builtin = ([operand]) => {
  if (operand === undefined || !(isArray(operand) || isSet(operand))) {
    throw new BuiltinError("operand must be an array");
  }
  const items = isArray(operand) ? operand : operand.items;
  return setOf(mergeNetworks(items.map(networkToMerge)));
};

/** An IPv4 address stands for the network of its class. */
function networkToMerge(item: RegoValue): IpNetwork {
  if (typeof item !== "string") throw new BuiltinError("element must be string");
  const address = parseIpAddress(item);
  if (address === undefined) return networkOf(item);
  if (address.length === 16) throw new BuiltinError("IPv6 invalid: needs prefix length");
  const [first = 0] = address;
  return { address, prefix: first < 0x80 ? 8 : first < 0xc0 ? 16 : 24 };
}

/** Pairs of the places of networks and of the networks or addresses that they contain. */
const containsMatches: Builtin = ([left = null, right = null], context) => {
  const candidates = cidrsOf(left, 0);
  // What is never compared may be of any form.
  const others = candidates.length === 0 ? [] : cidrsOf(right, 1);
  if (others.length === 0) return setOf([]);
  const networks = candidates.map(({ cidr, place }) => ({ network: networkOf(textOf(cidr)), place }));
  const targets = others.map(({ cidr, place }) => ({ target: targetOf(textOf(cidr)), place }));
  const budget = workBudget("net.cidr_contains_matches");
  const matches: RegoValue[] = [];
  for (const { network, place } of networks) {
    for (const other of targets) {
      spend(budget, 0);
      if (!containsTarget(network, other.target)) continue;
      matches.push([place, other.place]);
      checkSize(matches.length, context);
    }
  }
  return setOf(matches);
};

interface PlacedCidr {
  readonly cidr: RegoValue;
  readonly place: RegoValue;
}

/** The text is its own place, and so is an item of a set; any other value has nothing to compare. */
function cidrsOf(operand: RegoValue, position: number): readonly PlacedCidr[] {
  if (typeof operand === "string") return [{ cidr: operand, place: operand }];
  const placed = (value: RegoValue, place: RegoValue) => ({ cidr: cidrOf(value, position), place });
  if (isArray(operand)) return operand.map((item, index) => placed(item, numberOf(index)));
  if (operand === null || typeof operand === "boolean") return [];
  if (isSet(operand)) return operand.items.map((item) => placed(item, item));
  return isObject(operand) ? operand.entries.map(([key, value]) => placed(value, key)) : [];
}

/** The first item of an array, which may hold more than the network. */
function cidrOf(value: RegoValue, position: number): RegoValue {
  if (typeof value === "string") return value;
  const [first] = isArray(value) ? value : [];
  if (first !== undefined) return first;
  throw new BuiltinError(`operand ${position + 1}: element must be string or non-empty array`);
}

function textOf(value: RegoValue): string {
  return stringOperand([value], 0);
}

function networkOf(text: string): IpNetwork {
  const network = parseNetwork(text);
  if (network === undefined) throw new BuiltinError(`invalid CIDR address: ${text}`);
  return network;
}

function targetOf(text: string): Uint8Array | IpNetwork {
  return parseIpAddress(text) ?? networkOf(text);
}

function containsTarget(network: IpNetwork, target: Uint8Array | IpNetwork): boolean {
  return target instanceof Uint8Array ? containsAddress(network, target) : containsNetwork(network, target);
}

export const cidrBuiltins: BuiltinTable = {
  "net.cidr_contains_matches": containsMatches,
  "net.cidr_expand": expand,
  "net.cidr_is_valid": isValid,
  "net.cidr_merge": merge,
};
