/** What names a policy; see kwctl-and-oci.md 3.3 for who accepts what. */
export const policyUri = {
  name: "<uri>",
  description: "Policy URI. Supported schemes: registry://, https://, file://",
} as const;

export const uriOrShaPrefix = {
  name: "<uri_or_sha_prefix>",
  description: "Policy URI, path, or the first digits of the SHA-256 of a policy in the store",
} as const;

export const uriOrShaPrefixOrYamlFile = {
  name: "<uri_or_sha_prefix_or_yaml_file>",
  description:
    "Policy URI, path, the first digits of the SHA-256 of a policy in the store, or a YAML file of policy resources",
} as const;
