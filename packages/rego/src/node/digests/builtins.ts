import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Builtin, BuiltinTable } from "../../core/builtin.ts";
import { bytesOperand } from "../../core/operands.ts";

const digest =
  (algorithm: string): Builtin =>
  (operands) =>
    createHash(algorithm).update(bytesOperand(operands, 0)).digest("hex");

const mac =
  (algorithm: string): Builtin =>
  (operands) => {
    const message = bytesOperand(operands, 0);
    return createHmac(algorithm, bytesOperand(operands, 1)).update(message).digest("hex");
  };

/** Digests, and codes that authenticate messages. */
export const digestBuiltins: BuiltinTable = {
  "crypto.md5": digest("md5"),
  "crypto.sha1": digest("sha1"),
  "crypto.sha256": digest("sha256"),
  "crypto.hmac.md5": mac("md5"),
  "crypto.hmac.sha1": mac("sha1"),
  "crypto.hmac.sha256": mac("sha256"),
  "crypto.hmac.sha512": mac("sha512"),
  "crypto.hmac.equal": (operands) => {
    const left = bytesOperand(operands, 0);
    const right = bytesOperand(operands, 1);
    return left.length === right.length && timingSafeEqual(left, right);
  },
};
