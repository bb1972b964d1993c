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

const wording: Wording = { field: "labels", denied: "denied" };

const Settings = v.object({
  denied_labels: Names,
  mandatory_labels: Names,
  constrained_labels: constraints("constrained_labels"),
});

export const policy = definePolicy({
  settings: Settings,
  check: (settings) => findConflict(limits(settings), wording),
  validate: (request, settings) => judgeLimits(request, limits(settings), wording),
});

function limits(settings: v.InferOutput<typeof Settings>): Limits {
  const { denied_labels: denied, mandatory_labels: mandatory } = settings;
  return { denied, mandatory, constrained: settings.constrained_labels };
}
