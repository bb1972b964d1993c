import * as v from "valibot";

/** Whether a value is what JSON calls an object: no list, no `null`. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A map from any text to values of one schema. Valibot's `record` drops the keys `constructor`, `prototype` and
 * `__proto__` without a word, and all three are good names for a label, a setting or the member of a group.
 * @example const Labels = mapping(v.string());
 */
export function mapping<S extends v.GenericSchema>(value: S) {
  return v.pipe(
    v.custom<Record<string, unknown>>(isMapping, "Invalid type: Expected an object"),
    v.metadata({ mappingTo: value }),
    v.rawTransform<Record<string, unknown>, Record<string, v.InferOutput<S>>>(
      ({ dataset, addIssue, NEVER }) => {
        const input = dataset.value;
        const parsed = Object.keys(input).map((key) => ({ key, result: v.safeParse(value, input[key]) }));
        for (const { key, result } of parsed) {
          for (const { message, path = [] } of result.issues ?? []) {
            const place = { type: "object", origin: "value", input, key, value: input[key] } as const;
            addIssue({ message, path: [place, ...path] });
          }
        }
        if (parsed.some(({ result }) => !result.success)) return NEVER;
        return Object.fromEntries(parsed.map(({ key, result }) => [key, result.output]));
      },
    ),
  );
}

/** Labels, annotations, data: a map from text to text. */
export const StringMap = mapping(v.string());

/**
 * An object with these fields, and any others. Unlike Valibot's `looseObject` it refuses a list: where no field is
 * required, that would read one as an object without fields.
 */
export function objectWith<const E extends v.ObjectEntries>(entries: E) {
  return v.pipe(
    v.custom<Record<string, unknown>>(isMapping, "Invalid type: Expected an object"),
    v.looseObject(entries),
  );
}
