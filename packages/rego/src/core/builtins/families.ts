import type { BuiltinTable } from "../builtin.ts";

/** Functions that come together: their code is loaded when a module asks for one of them. */
export interface BuiltinFamily {
  readonly names: readonly string[];
  readonly load: () => Promise<BuiltinTable>;
}

/** Functions that need nothing of the host but their context. */
export const coreFamilies: readonly BuiltinFamily[] = [
  {
    names: [
      ...["base64url.encode_no_pad", "hex.decode", "hex.encode"],
      ...["urlquery.decode", "urlquery.decode_object", "urlquery.encode", "urlquery.encode_object"],
    ],
    load: async () => (await import("./encodings.ts")).encodingBuiltins,
  },
  { names: ["sprintf"], load: async () => (await import("./sprintf.ts")).formatBuiltins },
  {
    names: ["json.is_valid", "json.marshal_with_options", "json.patch"],
    load: async () => (await import("./json.ts")).jsonBuiltins,
  },
  {
    names: ["rego.metadata.chain", "rego.metadata.rule"],
    load: async () => (await import("./metadata.ts")).metadataBuiltins,
  },
  {
    names: ["internal.print", "internal.test_case", "trace"],
    load: async () => (await import("./output.ts")).outputBuiltins,
  },
  {
    names: ["regex.find_n", "regex.globs_match", "regex.replace", "regex.split", "regex.template_match"],
    load: async () => (await import("./regular-expressions.ts")).regularExpressionBuiltins,
  },
  {
    names: ["strings.render_template"],
    load: async () => (await import("./templates.ts")).templateBuiltins,
  },
  {
    names: [
      ...["glob.quote_meta", "indexof_n", "strings.any_prefix_match", "strings.any_suffix_match"],
      ...["strings.count", "strings.split_n"],
    ],
    load: async () => (await import("./texts.ts")).textBuiltins,
  },
  { names: ["uri.is_valid", "uri.parse"], load: async () => (await import("./uris.ts")).uriBuiltins },
  {
    names: [
      ...["cast_array", "cast_boolean", "cast_null", "cast_object", "cast_set", "cast_string"],
      ...["graph.reachable_paths", "object.subset", "numbers.range_step", "rand.intn"],
      ...["net.cidr_contains_matches", "net.cidr_expand", "net.cidr_is_valid", "net.cidr_merge"],
      ...["semver.compare", "semver.is_valid", "uuid.parse", "uuid.rfc4122"],
      ...["time.add_date", "time.clock", "time.date", "time.diff", "time.format", "time.now_ns"],
      ...["time.parse_duration_ns", "time.parse_ns", "time.parse_rfc3339_ns", "time.weekday"],
      ...["units.parse", "units.parse_bytes"],
    ],
    load: async () => (await import("./values.ts")).valueBuiltins,
  },
  {
    names: ["yaml.is_valid", "yaml.marshal", "yaml.unmarshal"],
    load: async () => (await import("./yaml.ts")).yamlBuiltins,
  },
];
