import * as v from "valibot";

/**
 * A JSON object, to be put before `v.object` in a pipe: Valibot takes lists for objects with the keys `0`, `1` and so on.
 * @example v.pipe(JsonObject, v.object({ name: v.string() }))
 */
export const JsonObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "Object",
);
