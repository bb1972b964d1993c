import { type BuiltinFamily, coreFamilies } from "../core/builtins/families.ts";

const digests: BuiltinFamily = {
  names: [
    ...["crypto.md5", "crypto.sha1", "crypto.sha256"],
    ...[
      "crypto.hmac.md5",
      "crypto.hmac.sha1",
      "crypto.hmac.sha256",
      "crypto.hmac.sha512",
      "crypto.hmac.equal",
    ],
  ],
  load: async () => (await import("./digests/builtins.ts")).digestBuiltins,
};

const certificates: BuiltinFamily = {
  names: [
    "crypto.parse_private_keys",
    "crypto.x509.parse_and_verify_certificates",
    "crypto.x509.parse_and_verify_certificates_with_options",
    "crypto.x509.parse_certificate_request",
    "crypto.x509.parse_certificates",
    "crypto.x509.parse_keypair",
    "crypto.x509.parse_rsa_private_key",
  ],
  load: async () => (await import("./certificates/builtins.ts")).certificateBuiltins,
};

const tokens: BuiltinFamily = {
  names: [
    ...["io.jwt.decode", "io.jwt.decode_verify", "io.jwt.encode_sign", "io.jwt.encode_sign_raw"],
    ...["io.jwt.verify_hs256", "io.jwt.verify_hs384", "io.jwt.verify_hs512"],
    ...["io.jwt.verify_rs256", "io.jwt.verify_rs384", "io.jwt.verify_rs512"],
    ...["io.jwt.verify_ps256", "io.jwt.verify_ps384", "io.jwt.verify_ps512"],
    ...["io.jwt.verify_es256", "io.jwt.verify_es384", "io.jwt.verify_es512"],
    "io.jwt.verify_eddsa",
  ],
  load: async () => (await import("./tokens/builtins.ts")).tokenBuiltins,
};

const graphql: BuiltinFamily = {
  names: [
    ...["graphql.is_valid", "graphql.schema_is_valid"],
    ...["graphql.parse", "graphql.parse_and_verify", "graphql.parse_query", "graphql.parse_schema"],
  ],
  load: async () => (await import("./graphql/builtins.ts")).graphqlBuiltins,
};

const jsonSchema: BuiltinFamily = {
  names: ["json.match_schema", "json.verify_schema"],
  load: async () => (await import("./json-schema/builtins.ts")).jsonSchemaBuiltins,
};

/** All functions that policies may call. */
export const builtinFamilies: readonly BuiltinFamily[] = [
  ...coreFamilies,
  ...[digests, certificates, tokens, graphql, jsonSchema],
];
