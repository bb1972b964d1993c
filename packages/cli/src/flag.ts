interface FlagCommon {
  readonly description: string;
  /** One letter, used as `-o`. */
  readonly short?: string;
  /** Environment variable that is read when the command line does not give the flag. */
  readonly env?: string;
  /** What stands for the value in help and errors (`PATH`); without it the flag's name as `OUTPUT_PATH`. */
  readonly valueName?: string;
  readonly required?: boolean;
  /** Left out of help, reference and completion, but understood. */
  readonly hidden?: boolean;
  /** Names of flags of the same command that may not be given together with this one. */
  readonly conflictsWith?: readonly string[];
  /** Of a root command: the long form is also understood after the subcommand. */
  readonly global?: boolean;
}

export interface StringFlag extends FlagCommon {
  readonly type: "string";
  readonly default?: string;
  /** May be given several times; the value is then a list, empty when the flag is absent. */
  readonly repeatable?: boolean;
  /** Takes every word up to the next flag or `--`, also none; the list is `undefined` when the flag is absent. */
  readonly greedy?: boolean;
  /** What each text must look like; of two with the same key, the second is refused. */
  readonly form?: "key=value";
}

/** `--flag`, `--flag=true|false`; from the environment `true/false/1/0/yes/no/on/off`. */
export interface BooleanFlag extends FlagCommon {
  readonly type: "boolean";
  /** Any non-empty text in the environment sets the flag and an empty one does not, as `NO_COLOR` is defined. */
  readonly setByAnyText?: boolean;
}

/** A whole number between `min` (0 when left out) and `max`. */
export interface NumberFlag extends FlagCommon {
  readonly type: "number";
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

export interface EnumFlag extends FlagCommon {
  readonly type: "enum";
  readonly values: readonly string[];
  /** Understood besides `values`, but not shown. */
  readonly hiddenValues?: readonly string[];
  readonly default?: string;
}

/** One text with comma separated items; the value is the list, empty when the flag is absent. */
export interface ListFlag extends FlagCommon {
  readonly type: "list";
}

export type Flag = StringFlag | BooleanFlag | NumberFlag | EnumFlag | ListFlag;

/** Flags by long name, without the dashes. */
export type FlagTable = Readonly<Record<string, Flag>>;

/** What any flag can be worth. */
export type FlagValue = string | number | boolean | readonly string[] | undefined;

type SingleValue<F extends Flag> = F extends { readonly values: readonly (infer V extends string)[] }
  ? V | (F extends { readonly hiddenValues: readonly (infer H extends string)[] } ? H : never)
  : F extends { readonly type: "number" }
    ? number
    : string;

type ValueOf<F extends Flag> = F extends { readonly type: "boolean" }
  ? boolean
  : F extends { readonly type: "list" }
    ? readonly string[]
    : F extends { readonly greedy: true }
      ? readonly string[] | undefined
      : F extends { readonly repeatable: true }
        ? readonly string[]
        : F extends { readonly required: true } | { readonly default: string | number }
          ? SingleValue<F>
          : SingleValue<F> | undefined;

/** The values of a flag table, by the same names. */
export type FlagValues<Table extends FlagTable> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> };

/**
 * Keeps the exact type of a group of flags that several commands share.
 * @example const sources = defineFlags({ "sources-path": { type: "string", description: "…" } });
 * defineCommand({ flags: { ...sources }, … })
 */
export function defineFlags<const Table extends FlagTable>(table: Table): Table {
  return table;
}

export function valueName(name: string, flag: Flag): string {
  return flag.valueName ?? name.toUpperCase().replaceAll("-", "_");
}

/** As errors and usage lines name it: `--raw`, `--output <FORMAT>`, `--allowed-host-capabilities [<PATTERN>...]`. */
export function formatFlag(name: string, flag: Flag): string {
  if (flag.type === "boolean") return `--${name}`;
  const value = `<${valueName(name, flag)}>`;
  return flag.type === "string" && flag.greedy ? `--${name} [${value}...]` : `--${name} ${value}`;
}
