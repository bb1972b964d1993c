import { definePolicy } from "@kubewarden-ts/policy-sdk";
import { CriteriaSettings, findSettingsProblem } from "../criteria.ts";
import { judgeMetadata } from "../metadata-criteria.ts";
import { isQualifiedName, tooLongPart } from "../qualified-name.ts";

export const policy = definePolicy({
  settings: CriteriaSettings,
  check: (settings) => findSettingsProblem(settings, "label", invalidName),
  validate: (request, settings) => judgeMetadata(request, settings, "labels", "label"),
});

function invalidName(name: string): string | undefined {
  const tooLong = tooLongPart(name);
  if (tooLong !== undefined) return `${name} (${tooLong} too long)`;
  return isQualifiedName(name) ? undefined : name;
}
