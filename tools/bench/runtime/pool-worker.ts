// Worker of the measured pool: hands the payload to the guest and says how it ended, nothing else.
import { serveGuests } from "@kubewarden-ts/policy-runtime/worker";

export interface PoolAnswer {
  readonly kind: "answer" | "failure";
}

serveGuests<undefined, PoolAnswer>({
  open: () => ({
    hostCall: () => new Uint8Array(0),
    print() {},
    begin: (action, body) => ({
      kind: "ask",
      call: { operation: action, pieces: [body] },
      conclude: ({ kind }) => ({ kind }),
    }),
  }),
});
