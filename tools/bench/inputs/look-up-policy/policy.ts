// Reads the namespace `ns-1` for every request, and accepts.
import { accept, definePolicy, reject } from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { callHost } from "../../../../packages/policy-sdk/src/guest/host-call.ts";

const Namespace = v.object({ metadata: v.object({ name: v.string() }) });
const question = { api_version: "v1", kind: "Namespace", name: "ns-1", disable_cache: false };

export const policy = definePolicy({
  settings: v.object({}),
  validate() {
    const answer = callHost({ namespace: "kubernetes", operation: "get_resource" }, question);
    return v.parse(Namespace, answer).metadata.name === "ns-1" ? accept() : reject("not that one");
  },
});
