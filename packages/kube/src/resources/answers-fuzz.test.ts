import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KubeClient } from "../client/kube-client.ts";
import { KubeError } from "../errors.ts";
import type { Discovery } from "./discovery.ts";
import { getObject } from "./get-object.ts";
import { readResourceList } from "./resource-list.ts";
import { createSubjectAccessReview } from "./subject-access-review.ts";

const encode = (text: string) => new TextEncoder().encode(text);
/** Text made of what answers are made of. */
const madeOf = (pieces: readonly string[]) =>
  fc
    .array(fc.constantFrom("{", "}", "[", "]", ",", ":", "null", "1", ...pieces), { maxLength: 8 })
    .map((parts) => encode(parts.join("")));
/** A document with its members forged, and any bytes. */
const answer = (pieces: readonly string[], names: readonly string[]) =>
  fc.oneof(
    madeOf(pieces),
    fc.uint8Array({ maxLength: 30 }),
    fc
      .dictionary(
        fc.constantFrom(...names),
        fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>([{}], "a", true)),
      )
      .map((value) => encode(JSON.stringify(value))),
  );

/** A client whose API server answers with these bytes. */
function clientOf(body: Uint8Array): Pick<KubeClient, "get" | "request"> {
  const respond = async () => ({ status: 200, body });
  return { get: respond, request: respond };
}

const pod = { apiVersion: "v1", kind: "Pod", group: "", version: "v1", plural: "pods", namespaced: true };
const discovery: Discovery = {
  find: async () => pod,
  list: async () => [pod],
  known: () => pod,
  forget() {},
};

describe("any answer of an API server", () => {
  it("policy-runtime 35: to a get is the object that was asked for, or an error", async () => {
    const bytes = answer(
      ['{"metadata":', '{"name":"web"}', '{"name":"web"}}', '"metadata":', '"x":'],
      ["metadata", "kind", "name", "__proto__"],
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => {
        const wanted = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web" };
        await getObject({ client: clientOf(body), discovery }, wanted).then(
          (found) => expect(JSON.parse(new TextDecoder().decode(found)).metadata.name).toBe("web"),
          (error) => expect(error).toBeInstanceOf(KubeError),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("policy-runtime 35: to a review is a verdict that it holds, or an error", async () => {
    const bytes = answer(
      ['{"status":', '{"allowed":true}', '{"allowed":true}}', '"allowed":true', '"status":'],
      ["status", "allowed", "__proto__", "denied"],
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => {
        const spec = { user: "u", resourceAttributes: { verb: "get", resource: "pods" } };
        await createSubjectAccessReview(clientOf(body), spec).then(
          ({ allowed }) => expect(JSON.parse(new TextDecoder().decode(body)).status.allowed).toBe(allowed),
          (error) => expect(error).toBeInstanceOf(KubeError),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("policy-runtime 35: to discovery is kinds that stand in it, or an error", () => {
    const resource = fc.dictionary(
      fc.constantFrom("name", "kind", "namespaced", "__proto__"),
      fc.oneof(fc.string(), fc.boolean(), fc.constantFrom("pods", "pods/log", "..", "__proto__")),
    );
    const lists = fc
      .record({ resources: fc.oneof(fc.array(resource), fc.jsonValue()) })
      .map((list) => encode(JSON.stringify(list)));
    fc.assert(
      fc.property(fc.oneof(lists, madeOf(['"resources":', '"name":"pods"'])), (body) => {
        try {
          for (const [kind, { plural }] of readResourceList("v1", body)) {
            expect(plural).not.toContain("/");
            expect(JSON.parse(new TextDecoder().decode(body)).resources).toContainEqual(
              expect.objectContaining({ kind, name: plural }),
            );
          }
        } catch (error) {
          expect(error).toBeInstanceOf(KubeError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
