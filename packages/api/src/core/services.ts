import * as v from "valibot";
import { StringMap } from "../mapping.ts";
import { defineResource, type ObjectOf } from "../resource-type.ts";

export const services = defineResource(
  { apiVersion: "v1", kind: "Service", plural: "services", namespaced: true },
  {
    spec: v.exactOptional(
      v.looseObject({
        type: v.exactOptional(v.string()),
        selector: v.exactOptional(v.nullable(StringMap)),
        ports: v.exactOptional(
          v.array(
            v.looseObject({
              name: v.exactOptional(v.string()),
              protocol: v.exactOptional(v.string()),
              port: v.number(),
              targetPort: v.exactOptional(v.union([v.number(), v.string()])),
            }),
          ),
        ),
      }),
    ),
  },
);
export type Service = ObjectOf<typeof services>;
