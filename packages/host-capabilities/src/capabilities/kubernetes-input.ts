import * as v from "valibot";
import type { ResourceReference } from "../capability.ts";

// What requests about Kubernetes have in common. Guests send `null` for what they leave out.

export const optionalText = v.nullish(v.string());
export const fieldMasks = v.nullish(v.array(v.string()));
export const resource = { api_version: v.string(), kind: v.string() };

export interface ResourceInput {
  readonly api_version: string;
  readonly kind: string;
}

export function reference({ api_version, kind }: ResourceInput): ResourceReference {
  return { apiVersion: api_version, kind };
}
