export type PolicySdkErrorCode =
  | "SDK_ENGINE_MISSING" // the engine module has not been made yet: run the SDK's build-engine script
  | "SDK_ENGINE_CHECKSUM" // an engine module is not the one this SDK was released with
  | "SDK_BUNDLE" // the policy's source does not compile; the message names file and line
  | "SDK_LOAD" // the policy threw, or asked for something of its host, while it was loaded
  | "SDK_SNAPSHOT" // the engine cannot be turned into a file
  | "SDK_METADATA" // metadata.yml cannot be read or is not valid
  | "SDK_QUESTIONS" // questions-ui.yml cannot be read or is not valid
  | "SDK_TESTS" // the tests cannot be run
  | "SDK_TYPES" // the document types are made of cannot be read, or has no such kind
  | "SDK_OPTIONS"; // an option of the build is out of its range

/** What the SDK throws while it builds or checks a policy: the message is meant for the policy's author. */
export class PolicySdkError extends Error {
  override readonly name = "PolicySdkError";
  readonly code: PolicySdkErrorCode;
  constructor(message: string, options: ErrorOptions & { code: PolicySdkErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
