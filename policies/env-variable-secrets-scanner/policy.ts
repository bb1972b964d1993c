import {
  accept,
  containersIn,
  definePolicy,
  type FoundContainer,
  partOf,
  partsIn,
  reject,
  requirePodSpec,
  stringIn,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { findSecrets } from "./secrets.ts";

export const policy = definePolicy({
  settings: v.object({}),
  validate(request) {
    try {
      const spec = requirePodSpec(request);
      const findings = spec === undefined ? [] : containersIn(spec).flatMap(findingsIn);
      if (findings.length === 0) return accept();
      return reject(`The following secrets were found in environment variables -> ${findings.join("")}`);
    } catch (error) {
      if (error instanceof UnreadableObjectError) return reject("Cannot parse validation request");
      throw error;
    }
  },
});

function findingsIn(container: FoundContainer): string[] {
  const part = partOf(container);
  const name = stringIn(part, "name") ?? "";
  return partsIn(part, "env").flatMap((variable) => {
    const key = stringIn(variable, "name") ?? "";
    const secrets = findSecrets(stringIn(variable, "value") ?? "");
    return secrets.map((reason) => `container: ${name}, key: ${key}, reason: ${reason}. `);
  });
}
