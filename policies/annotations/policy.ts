import { definePolicy } from "@kubewarden-ts/policy-sdk";
import { CriteriaSettings, findSettingsProblem } from "../criteria.ts";
import { judgeMetadata } from "../metadata-criteria.ts";
import { isQualifiedName } from "../qualified-name.ts";

export const policy = definePolicy({
  settings: CriteriaSettings,
  check: (settings) =>
    findSettingsProblem(settings, "annotation", (name) => (isQualifiedName(name) ? undefined : name)),
  validate: (request, settings) => judgeMetadata(request, settings, "annotations", "annotation"),
});
