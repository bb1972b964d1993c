import * as v from "valibot";
import { StringMap } from "../mapping.ts";
import { defineResource, type ObjectOf } from "../resource-type.ts";

export const configMaps = defineResource(
  { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true },
  { data: v.exactOptional(v.nullable(StringMap)) },
);
export type ConfigMap = ObjectOf<typeof configMaps>;

export const secrets = defineResource(
  { apiVersion: "v1", kind: "Secret", plural: "secrets", namespaced: true },
  {
    type: v.exactOptional(v.string()),
    /** values in base64 */
    data: v.exactOptional(v.nullable(StringMap)),
  },
);
export type Secret = ObjectOf<typeof secrets>;
