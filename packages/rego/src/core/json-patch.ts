import { BuiltinError, RegoError } from "../errors.ts";
import { type EditNode, editNode, insertAt, nodeAt, removeAt, rendered } from "./edit-tree.ts";
import { memberOf } from "./operands.ts";
import {
  compareValues,
  isArray,
  isNumber,
  isObject,
  isSet,
  kindOf,
  type RegoObject,
  type RegoValue,
} from "./value.ts";
import { spend, workBudget } from "./work-budget.ts";

/**
 * Applies the operations of a JSON Patch (RFC 6902), as OPA does: to any value, sets included; a path is a JSON Pointer or an
 * array of keys.
 * @throws {BuiltinError} for an operation that is malformed or cannot be done
 * @throws {RegoError} `REGO_LIMIT`
 */
export function applyPatch(
  document: RegoValue,
  operations: readonly RegoValue[],
  maxSize: number,
): RegoValue {
  const root = editNode(document, workBudget("a JSON patch"));
  const sizes: Sizes = { known: new Map(), maxSize };
  for (const operation of operations) {
    if (!isObject(operation)) throw new BuiltinError("must be an array of JSON-Patch objects");
    spend(root.budget, 0);
    apply(root, operation, sizes);
  }
  const result = rendered(root);
  sizeOf(result, sizes);
  return result;
}

function apply(root: EditNode, operation: RegoObject, sizes: Sizes): void {
  const path = pathOf(required(operation, "path"), required(operation, "op"));
  const valueAt = (from: readonly RegoValue[]): RegoValue => {
    const value = rendered(nodeAt(root, from));
    sizeOf(value, sizes);
    return value;
  };
  switch (memberOf(operation, "op")) {
    case "add":
      return insertAt(root, path, required(operation, "value"));
    case "remove":
      return removeAt(root, path);
    case "replace":
      removeAt(root, path);
      return insertAt(root, path, required(operation, "value"));
    case "move": {
      const from = pathOf(required(operation, "from"));
      const value = valueAt(from);
      removeAt(root, from);
      return insertAt(root, path, value);
    }
    case "copy":
      return insertAt(root, path, valueAt(pathOf(required(operation, "from"))));
    case "test":
      if (compareValues(valueAt(path), required(operation, "value")) === 0) return;
      throw new BuiltinError("value from EditTree != patch value");
    default:
      throw new BuiltinError("unrecognized op");
  }
}

function required(operation: RegoObject, name: string): RegoValue {
  const value = memberOf(operation, name);
  if (value === undefined) throw new BuiltinError(`missing required attribute '${name}'`);
  return value;
}

/** @param op - of the operation, which must be a text before its path is looked at */
function pathOf(path: RegoValue, op: RegoValue = ""): readonly RegoValue[] {
  if (typeof op !== "string")
    throw new BuiltinError(`attribute 'op' must be a string but found: ${kindOf(op)}`);
  if (path !== null && isArray(path)) return path;
  if (typeof path !== "string") throw new BuiltinError("a path must be a string or an array");
  if (path === "") return [];
  const parts = path.replace(/^\/+/, "").split("/");
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Sizes of values that are parts of several others: copies of copies would be larger than any memory. */
interface Sizes {
  readonly known: Map<object, number>;
  readonly maxSize: number;
}

/** Values inside of a value, itself included. @throws {RegoError} `REGO_LIMIT` */
function sizeOf(value: RegoValue, sizes: Sizes): number {
  if (value === null || typeof value !== "object" || isNumber(value)) return 1;
  const known = sizes.known.get(value);
  if (known !== undefined) return known;
  const inner = isArray(value) ? value : isSet(value) ? value.items : value.entries.flat();
  const size = inner.reduce<number>((sum, each) => sum + sizeOf(each, sizes), 1);
  if (size > sizes.maxSize) {
    throw new RegoError(`a JSON patch gives more than ${sizes.maxSize} values`, { code: "REGO_LIMIT" });
  }
  sizes.known.set(value, size);
  return size;
}
