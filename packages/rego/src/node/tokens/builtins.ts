import type { BuiltinTable } from "../../core/builtin.ts";
import { decode, decodeVerify } from "./decode.ts";
import { encodeSign, encodeSignRaw } from "./sign.ts";
import { verifyWithKeys, verifyWithSecret } from "./verify.ts";

/** JSON Web Tokens. */
export const tokenBuiltins: BuiltinTable = {
  "io.jwt.decode": decode,
  "io.jwt.decode_verify": decodeVerify,
  "io.jwt.encode_sign": encodeSign,
  "io.jwt.encode_sign_raw": encodeSignRaw,
  "io.jwt.verify_hs256": verifyWithSecret("sha256"),
  "io.jwt.verify_hs384": verifyWithSecret("sha384"),
  "io.jwt.verify_hs512": verifyWithSecret("sha512"),
  "io.jwt.verify_rs256": verifyWithKeys({ kind: "rsa", hash: "sha256" }),
  "io.jwt.verify_rs384": verifyWithKeys({ kind: "rsa", hash: "sha384" }),
  "io.jwt.verify_rs512": verifyWithKeys({ kind: "rsa", hash: "sha512" }),
  "io.jwt.verify_ps256": verifyWithKeys({ kind: "rsa-pss", hash: "sha256" }),
  "io.jwt.verify_ps384": verifyWithKeys({ kind: "rsa-pss", hash: "sha384" }),
  "io.jwt.verify_ps512": verifyWithKeys({ kind: "rsa-pss", hash: "sha512" }),
  "io.jwt.verify_es256": verifyWithKeys({ kind: "ecdsa", hash: "sha256" }),
  "io.jwt.verify_es384": verifyWithKeys({ kind: "ecdsa", hash: "sha384" }),
  "io.jwt.verify_es512": verifyWithKeys({ kind: "ecdsa", hash: "sha512" }),
  "io.jwt.verify_eddsa": verifyWithKeys({ kind: "ed25519" }),
};
