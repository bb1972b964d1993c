import * as v from "valibot";
import { StringMap } from "./string-map.ts";

/** What a policy answers to `validate` (policy-runtime 2.5): `null` counts as absent, unknown members are ignored. */
export const ValidationResponse = v.object({
  accepted: v.boolean(),
  message: v.nullish(v.string()),
  code: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535))),
  mutated_object: v.nullish(v.unknown()),
  audit_annotations: v.nullish(StringMap),
  warnings: v.nullish(v.array(v.string())),
});
export type ValidationResponse = v.InferOutput<typeof ValidationResponse>;

/** What a policy answers to `validate_settings`. */
export const SettingsValidationResponse = v.object({
  valid: v.boolean(),
  message: v.nullish(v.string()),
});
export type SettingsValidationResponse = v.InferOutput<typeof SettingsValidationResponse>;
