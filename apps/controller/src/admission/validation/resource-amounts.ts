import type { PolicyServerSpec } from "@kubewarden-ts/api/policies";
import { compareCodePoints } from "@kubewarden-ts/protocol";
import { type FieldError, invalid } from "../field-error.ts";
import { formatQuantity, parseQuantity, type Quantity } from "./quantity.ts";

const quantityRule =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

type Amounts = PolicyServerSpec["limits"];

/** What is wrong with `limits` and `requests` of a PolicyServer (controller.md 2.3); resources go by their names. */
export function resourceErrors({ limits = {}, requests = {} }: PolicyServerSpec): FieldError[] {
  return [
    ...namesOf(limits).flatMap((name) => amountErrors(`spec.limits.${name}`, limits[name])),
    ...namesOf(requests).flatMap((name) => [
      ...amountErrors(`spec.requests.${name}`, requests[name]),
      ...excessErrors(name, requests[name], limits[name]),
    ]),
  ];
}

function namesOf(amounts: NonNullable<Amounts>): string[] {
  return Object.keys(amounts).toSorted(compareCodePoints);
}

function amountErrors(field: string, written: string | number | undefined): FieldError[] {
  const amount = quantityOf(written);
  if (amount === undefined) return [invalid(field, String(written), quantityRule)];
  if (amount.nanos >= 0n) return [];
  return [invalid(field, formatQuantity(amount), "must be greater than or equal to 0")];
}

function excessErrors(
  name: string,
  request: string | number | undefined,
  limit: string | number | undefined,
): FieldError[] {
  const [least, most] = [quantityOf(request), quantityOf(limit)];
  if (least === undefined || most === undefined || least.nanos <= most.nanos) return [];
  const detail = `must be less than or equal to ${name} limit of ${formatQuantity(most)}`;
  return [invalid(`spec.requests.${name}`, formatQuantity(least), detail)];
}

/** A number of JSON is an amount too. */
function quantityOf(written: string | number | undefined): Quantity | undefined {
  return written === undefined ? undefined : parseQuantity(String(written));
}
