import type { Builtin } from "../../core/builtin.ts";
import { stringOperand } from "../../core/operands.ts";
import {
  isSignatureRight,
  type PublicKeyAlgorithm,
  type SignedData,
  type TokenHash,
  type TokenKey,
} from "./algorithms.ts";
import { verificationKeysOf } from "./key-sets.ts";
import { decodeHeader, decodePart, readHeader, signedData, splitToken } from "./token.ts";

/** `io.jwt.verify_hs…`: whether a token is signed with a secret. Its header is not looked at. */
export function verifyWithSecret(hash: TokenHash): Builtin {
  return (operands) => {
    const token = splitToken(stringOperand(operands, 0));
    const bytes = Buffer.from(stringOperand(operands, 1));
    const signed = { data: signedData(token), signature: decodePart(token, "signature") };
    return isSignatureRight({ kind: "hmac", hash }, { kind: "secret", bytes }, signed, { exactSizes: false });
  };
}

/** `io.jwt.verify_rs…` and the like: whether a token is signed with one of the keys, in this way and no other. */
export function verifyWithKeys(algorithm: PublicKeyAlgorithm): Builtin {
  return (operands) => {
    const token = splitToken(stringOperand(operands, 0));
    const keys = verificationKeysOf(stringOperand(operands, 1));
    const signed = { data: signedData(token), signature: decodePart(token, "signature") };
    const { alg, kid } = readHeader(decodeHeader(token));
    const named = kid === "" ? undefined : keys.find(({ keyId }) => keyId === kid);
    const candidates = named ? [named] : keys.filter((key) => key.algorithm === "" || key.algorithm === alg);
    return candidates.some(({ key }) => isRight(algorithm, key, signed));
  };
}

/** Private keys are not taken for public ones here. */
function isRight(algorithm: PublicKeyAlgorithm, key: TokenKey, signed: SignedData): boolean {
  if (key.kind !== "public" || key.hasPrivate) return false;
  return isSignatureRight(algorithm, key, signed, { exactSizes: false });
}
