import {
  accept,
  definePolicy,
  partIn,
  partOf,
  RawNumber,
  reject,
  rejectUnreadable,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

/** Which object of the request is asked for the annotation, by operation. */
const sources: ReadonlyMap<string, "object" | "oldObject"> = new Map([
  ["CREATE", "object"],
  ["CONNECT", "object"],
  ["UPDATE", "oldObject"],
  ["DELETE", "oldObject"],
]);

export const policy = definePolicy({
  settings: v.object({}),
  validate: (request) =>
    rejectUnreadable(() => {
      const { operation } = request;
      const source = sources.get(operation);
      if (source === undefined) throw new Error(`unknown type of operation: ${operation}`);
      const annotations = partIn(partIn(partOf(request[source]), "metadata"), "annotations");
      const value = annotations?.fields[`io.kubewarden.policy.echo.${operation.toLowerCase()}`];
      return value == null ? accept() : reject(JSON.stringify(sorted(request)), { code: 418 });
    }),
});

/** The same with the keys of objects in order; numbers stay as they are written. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof RawNumber) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}
