import { silentLogger } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { byKey } from "../../fixtures/signers.ts";
import { invalidSignature } from "../errors.ts";
import type { ImageSignature } from "./image-signature.ts";
import { satisfy } from "./satisfaction.ts";

const { signal } = new AbortController();
const options = { nowMs: 0, log: silentLogger, signal };

/** A signature by nobody. */
function strange(proofBy: () => void = () => {}): ImageSignature {
  const objection = invalidSignature("nobody signed");
  return {
    ...{ origin: "sha256:00", annotations: new Map() },
    identity: () => {
      throw objection;
    },
    proofBy: () => {
      proofBy();
      throw objection;
    },
  };
}

describe("many signatures", () => {
  it("are looked at one by one: others get their turns between them", async () => {
    let turn = 0;
    const turns: number[] = [];
    let counting = setImmediate(function count() {
      turn++;
      counting = setImmediate(count);
    });
    const signatures = Array.from({ length: 20 }, () => strange(() => turns.push(turn)));
    expect(await satisfy(byKey, signatures, options)).toMatchObject({ satisfied: false });
    clearImmediate(counting);
    expect(new Set(turns).size).toBe(20);
  });
});

describe("a check that nobody waits for", () => {
  it("ends before the next signature", async () => {
    const stop = new AbortController();
    let looked = 0;
    const signatures = Array.from({ length: 20 }, () =>
      strange(() => {
        if (++looked === 2) stop.abort(new Error("enough"));
      }),
    );
    await expect(satisfy(byKey, signatures, { ...options, signal: stop.signal })).rejects.toThrow("enough");
    expect(looked).toBe(2);
  });
});

describe("what no signature can satisfy", () => {
  it("kwctl-and-oci 15.3: a key that is none, with the reason", async () => {
    expect(await satisfy({ kind: "pubKey", key: "none" }, [strange()], options)).toEqual({
      satisfied: false,
      reasons: [expect.stringMatching(/^a public key in PEM is expected/)],
    });
  });

  it("but a mistake in the program is no reason to go on", async () => {
    const mistake = new TypeError("mistake");
    const broken = strange(() => {
      throw mistake;
    });
    await expect(satisfy(byKey, [broken], options)).rejects.toBe(mistake);
  });
});
