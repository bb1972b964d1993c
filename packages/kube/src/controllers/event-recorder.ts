import type { KubernetesObject } from "@kubewarden-ts/api";

/** Something that a person would want to know about an object. */
export interface RecordedEvent {
  readonly about: KubernetesObject;
  readonly type: "Normal" | "Warning";
  /** one word in CamelCase */
  readonly reason: string;
  readonly message: string;
}

/** Writes Events, one of a kind as one object with a count. Never throws and never makes the caller wait. */
export interface EventRecorder extends AsyncDisposable {
  record(event: RecordedEvent): void;
}
