import type { GuestHandler } from "@kubewarden-ts/policy-runtime/worker";

/** What a module said of its protocol, or why it said nothing. */
export type ProtocolVersionAnswer =
  | { readonly kind: "version"; readonly text: string }
  | { readonly kind: "failed"; readonly text: string };

/** Asks a waPC guest one thing; it may not ask back. */
export const protocolVersionHandler: GuestHandler<null, ProtocolVersionAnswer> = {
  open: () => ({
    hostCall() {
      throw new Error("host calls are not served while a policy is annotated");
    },
    print() {},
    begin: () => ({
      kind: "ask",
      call: { operation: "protocol_version", pieces: [] },
      conclude: (result) =>
        result.kind === "answer"
          ? { kind: "version", text: new TextDecoder().decode(result.bytes) }
          : { kind: "failed", text: result.text },
    }),
  }),
};
