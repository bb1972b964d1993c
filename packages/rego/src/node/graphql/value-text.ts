import { spend, type WorkBudget } from "../../core/work-budget.ts";
import { type Value, valueKinds } from "./syntax-tree.ts";

/** Whether literals say what they are to say: numbers are in the range that OPA has, whatever their type is. */
export function isReadable(budget: WorkBudget, { Kind: kind, Raw: raw, Children: children }: Value): boolean {
  spend(budget, 0);
  switch (kind) {
    case valueKinds.int:
      return isInt64(raw);
    case valueKinds.float:
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(raw) && Number.isFinite(Number(raw));
    case valueKinds.boolean:
      return /^(?:1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(raw);
    case valueKinds.list:
    case valueKinds.object:
      return children.every((child) => isReadable(budget, child.Value));
    default:
      return kind >= 0 && kind <= valueKinds.object;
  }
}

function isInt64(raw: string): boolean {
  if (!/^[+-]?\d+$/.test(raw)) return false;
  const digits = raw.replace(/^([+-]?)0+(?=\d)/, "$1");
  return (
    digits.length <= 20 &&
    BigInt.asIntN(64, BigInt(digits.replace("+", ""))) === BigInt(digits.replace("+", ""))
  );
}
