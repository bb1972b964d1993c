import type { AdmissionResponse } from "@kubewarden-ts/protocol";
import { describe, expect, it } from "vitest";
import { responseLine } from "./output.ts";

describe("responseLine", () => {
  it.each<[string, AdmissionResponse, string]>([
    [
      "an acceptance",
      { warnings: null, auditAnnotations: null, allowed: true, uid: "u" },
      '{"uid":"u","allowed":true,"auditAnnotations":null,"warnings":null}\n',
    ],
    [
      "everything, in order",
      {
        warnings: ["w\n"],
        auditAnnotations: { a: "b" },
        status: { message: "no", code: 403 },
        patch: "W10=",
        patchType: "JSONPatch",
        allowed: false,
        uid: "u",
      },
      '{"uid":"u","allowed":false,"patchType":"JSONPatch","patch":"W10=","status":{"message":"no","code":403},"auditAnnotations":{"a":"b"},"warnings":["w\\n"]}\n',
    ],
    [
      "a patch with its type",
      { uid: "u", allowed: true, patch: "W10=", auditAnnotations: null, warnings: null },
      '{"uid":"u","allowed":true,"patchType":"JSONPatch","patch":"W10=","auditAnnotations":null,"warnings":null}\n',
    ],
    [
      "no type without a patch",
      { uid: "u", allowed: true, patchType: "JSONPatch", auditAnnotations: null, warnings: null },
      '{"uid":"u","allowed":true,"auditAnnotations":null,"warnings":null}\n',
    ],
  ])("kwctl-and-oci 11: writes %s", (_row, response, line) => {
    expect(responseLine(response)).toBe(line);
  });
});
