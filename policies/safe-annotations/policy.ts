import { definePolicy } from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import {
  constraints,
  findConflict,
  judgeLimits,
  type Limits,
  Names,
  type Wording,
} from "../constrained-metadata.ts";

const wording: Wording = { field: "annotations", denied: "not allowed" };

const Settings = v.object({
  denied_annotations: Names,
  mandatory_annotations: Names,
  constrained_annotations: constraints("constrained_annotations"),
});

export const policy = definePolicy({
  settings: Settings,
  check: (settings) => findConflict(limits(settings), wording),
  validate: (request, settings) => judgeLimits(request, limits(settings), wording),
});

function limits(settings: v.InferOutput<typeof Settings>): Limits {
  const { denied_annotations: denied, mandatory_annotations: mandatory } = settings;
  return { denied, mandatory, constrained: settings.constrained_annotations };
}
