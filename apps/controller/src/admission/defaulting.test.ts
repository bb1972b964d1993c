import { describe, expect, it } from "vitest";
import { defaultingPatch } from "./defaulting.ts";
import * as make from "./testing/objects.ts";

const finalizer = "kubewarden.io/finalizer";
const firstFinalizer = { op: "add", path: "/metadata/finalizers", value: [finalizer] };
const nextFinalizer = { op: "add", path: "/metadata/finalizers/-", value: finalizer };
const defaultServer = { op: "add", path: "/spec/policyServer", value: "default" };
const deletionTimestamp = "2026-01-01T00:00:00Z";

describe("defaulting", () => {
  it.each<[string, Record<string, unknown>, object[]]>([
    ["a new policy gets the finalizer", make.policy(), [firstFinalizer]],
    ["a policy server too", make.policyServer(), [firstFinalizer]],
    ["beside others", make.policy({}, { finalizers: ["other"] }), [nextFinalizer]],
    ["once", make.policy({}, { finalizers: ["other", finalizer] }), []],
    ["in place of an empty list", make.policy({}, { finalizers: [] }), [firstFinalizer]],
    ["in place of null", make.policy({}, { finalizers: null }), [firstFinalizer]],
    [
      "a policy without a server gets the default one",
      make.clusterGroup({ policyServer: "" }),
      [defaultServer, firstFinalizer],
    ],
    ["a policy server has none", make.policyServer({ policyServer: "" }, { finalizers: [finalizer] }), []],
    ["an object without a name yet is read", make.policy({}, { name: undefined }), [firstFinalizer]],
    ["what the schema refuses is left to it", { metadata: {}, spec: ["x"] }, [firstFinalizer]],
    ["a spec that is missing too", { metadata: {} }, [firstFinalizer]],
  ])("controller 19: %s", (_what, object, patch) => {
    const kind = object["kind"] === "PolicyServer" ? "PolicyServer" : "AdmissionPolicy";
    expect(defaultingPatch({ kind }, object, "CREATE")).toEqual(patch);
  });

  it("controller 45: an object that is being deleted is left alone", () => {
    const object = make.policy({ policyServer: "" }, { deletionTimestamp });
    expect(defaultingPatch({ kind: "AdmissionPolicy" }, object, "UPDATE")).toEqual([]);
  });

  it("a new object that says it is being deleted gets the finalizer", () => {
    const object = make.policy({}, { deletionTimestamp });
    expect(defaultingPatch({ kind: "AdmissionPolicy" }, object, "CREATE")).toEqual([firstFinalizer]);
  });

  it.each([undefined, [], {}, { metadata: [] }, { metadata: { finalizers: [1] } }])(
    "%j is no object",
    (object) => {
      expect(defaultingPatch({ kind: "AdmissionPolicy" }, object, "CREATE")).toBeUndefined();
    },
  );
});
