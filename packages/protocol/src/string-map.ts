import * as v from "valibot";
import { JsonObject } from "./json-object.ts";

/**
 * A JSON object whose values are all strings, with every key it has. The record of Valibot leaves out keys that objects have
 * by birth, such as `constructor`: what an annotation demands would not be checked.
 */
export const StringMap = v.pipe(
  v.custom<Record<string, string>>((value) => v.is(JsonObject, value), "Object"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const input: Record<string, unknown> = dataset.value;
    for (const [key, value] of Object.entries(input)) {
      if (typeof value === "string") continue;
      const path = [{ type: "object" as const, origin: "value" as const, input, key, value }] as const;
      return addIssue({ label: "type", expected: "string", input: value, path: [...path] });
    }
  }),
);
