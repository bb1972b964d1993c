export type PoliciesFileErrorCode =
  | "POLICIES_NOT_YAML" // the text is not one YAML document
  | "POLICIES_INVALID"; // names, fields or types are wrong

/** A policies file that cannot be used. The message is the list of all findings, one a line. */
export class PoliciesFileError extends Error {
  override readonly name = "PoliciesFileError";
  readonly code: PoliciesFileErrorCode;
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options: ErrorOptions & { code: PoliciesFileErrorCode }) {
    super(problems.join("\n"), options);
    this.code = options.code;
    this.problems = problems;
  }
}

/** Why a policy, or a member of a group, cannot be used. */
export interface PolicyFailure {
  /** `name` or `group/member` */
  readonly policyId: string;
  /** `capabilities` keeps a server from starting even when it continues on errors. */
  readonly kind: "capabilities" | "module" | "settings" | "expression";
  /** Complete, as it is reported at start and to whoever sends requests (policy-server 3). */
  readonly message: string;
}

/** Policies that cannot be used keep the evaluator from starting. The message has one line for each. */
export class StartupError extends Error {
  override readonly name = "StartupError";
  readonly code = "STARTUP_POLICIES_FAILED";
  readonly failures: readonly PolicyFailure[];

  constructor(failures: readonly PolicyFailure[], options?: ErrorOptions) {
    super(failures.map(({ message }) => message).join("\n"), options);
    this.failures = failures;
  }
}

/** A module that may not be used, whatever it holds: thrown by who fetches modules. Its message says all there is to say. */
export class ModuleRefusedError extends Error {
  override readonly name = "ModuleRefusedError";
  readonly code = "MODULE_REFUSED";
}
