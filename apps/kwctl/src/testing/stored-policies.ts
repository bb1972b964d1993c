import { metadataSectionName } from "@kubewarden-ts/protocol";
import { setCustomSection } from "@kubewarden-ts/wasm";
import { textPolicy } from "./text-policy.ts";

/** A module without metadata. */
export const bare = textPolicy();

/** Some have several lines, or need to be brought into form. */
export const annotations = {
  "io.kubewarden.policy.title": " title ",
  "io.kubewarden.policy.source": "https://git.test/policy",
  "io.kubewarden.policy.usage": "first\nsecond\n",
  "one.line": "one line\n",
  "tab.test": "a\tb",
};

/** A mutating policy with {@link annotations}. */
export const annotated = withMetadata({ annotations, mutating: true });

/** A policy that may read pods. */
export const aware = withMetadata({ contextAwareResources: [{ apiVersion: "v1", kind: "Pod" }] });

function withMetadata(about: object): Uint8Array {
  const content = { protocolVersion: "v1", rules: [], mutating: false, ...about };
  return setCustomSection(bare, metadataSectionName, Buffer.from(JSON.stringify(content)));
}
