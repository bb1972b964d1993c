import { BuiltinError } from "../errors.ts";
import { decimalInteger } from "./go/number.ts";
import { isArray, isNumber, isObject, isSet, objectOf, type RegoValue, setOf } from "./value.ts";
import { keyOf } from "./value-key.ts";
import { spend, type WorkBudget } from "./work-budget.ts";

/**
 * A value that is changed in places: what no change has reached stays as it is. Where OPA finds items of an array by their
 * places of before (see {@link child}), so does this.
 */
export interface EditNode {
  /** `undefined` once it was removed */
  value: RegoValue | undefined;
  inner?: EditedArray | EditedMembers;
  readonly budget: WorkBudget;
}

interface EditedArray {
  readonly kind: "array";
  readonly original: readonly RegoValue[];
  /** nodes, or places in the original */
  readonly slots: (EditNode | number)[];
}

/** Members of an object, or of a set, whose items are their own keys; by the texts of {@link keyOf}. */
interface EditedMembers {
  readonly kind: "object" | "set";
  readonly members: Map<string, { key: RegoValue; node: EditNode }>;
}

export function editNode(value: RegoValue, budget: WorkBudget): EditNode {
  return { value, budget };
}

/** The node at a path. @throws {BuiltinError} where there is none */
export function nodeAt(node: EditNode, path: readonly RegoValue[]): EditNode {
  return path.reduce<EditNode>(child, node);
}

/** @throws {BuiltinError} where nothing can be put */
export function insertAt(root: EditNode, path: readonly RegoValue[], value: RegoValue): void {
  const key = path.at(-1);
  if (key === undefined) {
    root.value = value;
    delete root.inner;
  } else insert(nodeAt(root, path.slice(0, -1)), key, value);
}

/** @throws {BuiltinError} where nothing is */
export function removeAt(root: EditNode, path: readonly RegoValue[]): void {
  const key = path.at(-1);
  if (key !== undefined) return remove(nodeAt(root, path.slice(0, -1)), key);
  if (root.value === undefined) throw new BuiltinError("the document was removed already");
  root.value = undefined;
  delete root.inner;
}

/** The value of a node as it is now. @throws {BuiltinError} when it was removed */
export function rendered(node: EditNode): RegoValue {
  const { value, inner, budget } = node;
  if (value === undefined) throw new BuiltinError("the document was removed");
  if (inner === undefined) return value;
  spend(budget, 0, inner.kind === "array" ? inner.slots.length : inner.members.size);
  if (inner.kind === "array") {
    return inner.slots.map((slot) => (typeof slot === "number" ? inner.original[slot]! : rendered(slot)));
  }
  const members = [...inner.members.values()];
  if (inner.kind === "set") return setOf(members.map((member) => rendered(member.node)));
  return objectOf(members.map((member) => [member.key, rendered(member.node)] as const));
}

function child(node: EditNode, key: RegoValue): EditNode {
  const inner = openForKey(node, key);
  if (inner.kind !== "array") {
    const found = inner.members.get(keyOf(key));
    if (found === undefined) throw new BuiltinError("the path does not exist");
    return found.node;
  }
  const index = indexOf(inner, key);
  const slot = inner.slots[index];
  if (slot !== undefined && typeof slot !== "number") return slot;
  // OPA looks into the array as it was, at the place as it is now.
  const value = inner.original[index];
  if (slot === undefined || value === undefined) throw new BuiltinError("the path does not exist");
  const opened = editNode(value, node.budget);
  inner.slots[index] = opened;
  return opened;
}

function insert(node: EditNode, key: RegoValue, value: RegoValue): void {
  const inner = openForKey(node, key);
  const added = editNode(value, node.budget);
  if (inner.kind === "array") {
    const index = indexOf(inner, key);
    if (index > inner.slots.length) throw new BuiltinError("index for array insertion out of bounds");
    spend(node.budget, 0, Math.ceil(inner.slots.length / itemsPerStep));
    inner.slots.splice(index, 0, added);
    return;
  }
  if (inner.kind === "set" && keyOf(key) !== keyOf(value)) {
    throw new BuiltinError("the key of a set does not equal the value to be inserted");
  }
  inner.members.set(keyOf(key), { key, node: added });
}

function remove(node: EditNode, key: RegoValue): void {
  const inner = openForKey(node, key);
  if (inner.kind === "array") {
    const index = indexOf(inner, key);
    if (index >= inner.slots.length) throw new BuiltinError("index for array delete out of bounds");
    spend(node.budget, 0, Math.ceil(inner.slots.length / itemsPerStep));
    inner.slots.splice(index, 1);
  } else if (!inner.members.delete(keyOf(key))) {
    throw new BuiltinError("cannot delete a child that does not exist");
  }
}

/** Items that are moved in the time of one step. */
const itemsPerStep = 64;

/** What is inside; items of a set that were changed are found by what they are now. */
function openForKey(node: EditNode, key: RegoValue): EditedArray | EditedMembers {
  const isNestedKey = key !== null && typeof key === "object" && !isNumber(key);
  if (node.inner?.kind === "set" && isNestedKey) {
    node.value = rendered(node);
    delete node.inner;
  }
  node.inner ??= opened(node);
  return node.inner;
}

function opened({ value, budget }: EditNode): EditedArray | EditedMembers {
  if (value === undefined || value === null || typeof value !== "object" || isNumber(value)) {
    throw new BuiltinError("expected a value that others are in");
  }
  if (isArray(value)) {
    spend(budget, 0, value.length);
    return { kind: "array", original: value, slots: [...value.keys()] };
  }
  const entries = isObject(value)
    ? value.entries
    : isSet(value)
      ? value.items.map((item) => [item, item] as const)
      : [];
  spend(budget, 0, entries.length);
  const members = entries.map(
    ([key, member]) => [keyOf(key), { key, node: editNode(member, budget) }] as const,
  );
  return { kind: isObject(value) ? "object" : "set", members: new Map(members) };
}

/** A number, digits, or `-` for the place behind the last item. */
function indexOf({ slots }: EditedArray, key: RegoValue): number {
  if (key === "-") return slots.length;
  const text = typeof key === "string" ? key : key !== null && isNumber(key) ? key.text : "";
  const index = decimalInteger(text);
  const hasLeadingZeros = typeof key === "string" && key !== "0" && key.startsWith("0");
  if (index === undefined || index < 0n || hasLeadingZeros) throw new BuiltinError("invalid index");
  return Number(index);
}
