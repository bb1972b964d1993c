import { KubeError } from "@kubewarden-ts/kube";
import { describe, expect, it } from "vitest";
import { fakeLookUp } from "../testing/fake-look-up.ts";
import * as make from "../testing/objects.ts";
import { mistakes } from "../testing/validated.ts";

type Place = { readonly name: string; readonly namespace?: string };
const at = (make: make.MakeObject, place: Place) => make({}, place);

describe("unique names", () => {
  it.each<[string, object, Record<string, unknown>, string]>([
    [
      "two policies of two namespaces",
      at(make.policy, { namespace: "a-b", name: "c" }),
      at(make.policy, { namespace: "a", name: "b-c" }),
      'metadata.name: Invalid value: "b-c": its unique name "namespaced-a-b-c" is that of AdmissionPolicy "c" in namespace "a-b" already: choose another name',
    ],
    [
      "a policy and a group",
      at(make.clusterPolicy, { name: "group-x" }),
      at(make.clusterGroup, { name: "x" }),
      'metadata.name: Invalid value: "x": its unique name "clusterwide-group-x" is that of ClusterAdmissionPolicy "group-x" already: choose another name',
    ],
    [
      "a group and a policy",
      at(make.clusterGroup, { name: "x" }),
      at(make.clusterPolicy, { name: "group-x" }),
      'metadata.name: Invalid value: "group-x": its unique name "clusterwide-group-x" is that of ClusterAdmissionPolicyGroup "x" already: choose another name',
    ],
    [
      "a group of a namespace, and a policy of the namespace group",
      at(make.policyGroup, { namespace: "x", name: "y" }),
      at(make.policy, { namespace: "group", name: "x-y" }),
      'metadata.name: Invalid value: "x-y": its unique name "namespaced-group-x-y" is that of AdmissionPolicyGroup "y" in namespace "x" already: choose another name',
    ],
  ])("controller section 14: of %s, the later one is refused", async (_what, stored, object, expected) => {
    const lookUp = fakeLookUp({ stored: [stored as never] });
    expect(await mistakes(object, { lookUp })).toEqual([expected]);
    // what is there already can be changed
    const old = { ...object, spec: {} };
    expect(await mistakes(object, { old, lookUp })).toEqual([]);
  });

  it("another name is free", async () => {
    const stored = [at(make.policy, { namespace: "a-b", name: "c" }) as never];
    const lookUp = fakeLookUp({ stored });
    expect(await mistakes(at(make.policy, { namespace: "a", name: "b-d" }), { lookUp })).toEqual([]);
    expect(await mistakes(at(make.policy, { namespace: "a", name: "b--c" }), { lookUp })).toEqual([]);
  });

  it("a name is refused when nobody can look for another", async () => {
    const failure = new KubeError("not now", { code: "KUBE_UNAVAILABLE" });
    expect(await mistakes(make.policy({}, { name: "a-b" }), { lookUp: fakeLookUp({ failure }) })).toEqual([
      'metadata.name: Internal error: cannot look whether another policy is called "namespaced-shop-a-b": not now',
    ]);
  });

  it("kinds that the cluster does not have are in nobody's way", async () => {
    const failure = new KubeError("404 page not found", { code: "KUBE_RESOURCE_UNKNOWN" });
    const lookUp = fakeLookUp({ failure });
    expect(await mistakes(make.clusterPolicy({}, { name: "group-a" }), { lookUp })).toEqual([]);
  });

  it("a name that is too long for a webhook is refused", async () => {
    const name = "n".repeat(230);
    expect(await mistakes(make.clusterPolicy({}, { name }))).toEqual([
      expect.stringContaining(`the unique name made of it, "clusterwide-${name}", cannot be longer than 232`),
    ]);
  });
});
