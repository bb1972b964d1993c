export {
  type ClusterAccess,
  type LoadClusterAccessOptions,
  loadClusterAccess,
} from "./access/cluster-access.ts";
export type { Credentials } from "./access/credentials.ts";
export type { ReadFile } from "./access/kubeconfig.ts";
export { proxyFor } from "./access/proxy.ts";
export type { RunProgram } from "./access/run-program.ts";
export { createKubeClient, type KubeClient, type KubeClientOptions } from "./client/kube-client.ts";
export type { KubeRequest, KubeResponse, QueryValue } from "./client/request.ts";
export type {
  Controller,
  ControllerObserver,
  PassResult,
  Reconcile,
  ReconcileResult,
} from "./controllers/controller.ts";
export { type ControllerOptions, createController } from "./controllers/create-controller.ts";
export { createEventRecorder, type EventRecorderOptions } from "./controllers/create-event-recorder.ts";
export { createInformer, type InformerOptions } from "./controllers/create-informer.ts";
export type { EventRecorder, RecordedEvent } from "./controllers/event-recorder.ts";
export type { Informer, ObjectChange } from "./controllers/informer.ts";
export { isKubeError, KubeError, type KubeErrorCode, type KubeErrorOptions } from "./errors.ts";
export { isRawNumber, parseExact, type RawNumber } from "./json/exact-numbers.ts";
export { type Place, placesOf, stringAt } from "./json/read-json.ts";
export { microTime } from "./leader-election/lease-record.ts";
export { type RunAsLeaderOptions, runAsLeader } from "./leader-election/run-as-leader.ts";
export { applyFieldMask, type FieldMask, parseFieldMask } from "./masks/field-mask.ts";
export { createObjectClient } from "./objects/create-object-client.ts";
export {
  type CreateOrMergePatch,
  createOrMergePatch,
  type WrittenObject,
} from "./objects/create-or-merge-patch.ts";
export type {
  AppliedObject,
  CallOptions,
  ObjectClient,
  ObjectName,
  ObjectSelection,
  WriteOptions,
} from "./objects/object-client.ts";
export {
  type ApiResource,
  collectionPath,
  objectPath,
  type ResourceReference,
} from "./resources/api-resource.ts";
export { createDiscovery, type Discovery, type DiscoveryOptions } from "./resources/discovery.ts";
export { getObject, type ObjectReference } from "./resources/get-object.ts";
export { type ListOptions, type ListPart, listObjects, listPages } from "./resources/list-objects.ts";
export type { ListPage } from "./resources/list-page.ts";
export { listServedKinds, type ServedKinds } from "./resources/served-kinds.ts";
export {
  createSubjectAccessReview,
  type SubjectAccessReviewSpec,
  type SubjectAccessReviewStatus,
} from "./resources/subject-access-review.ts";
export type { CurrentList, ListDocument, ListedObject } from "./watch/object-store.ts";
export {
  createReflectors,
  type Inventory,
  type ListRequest,
  type Reflectors,
  type ReflectorsOptions,
} from "./watch/reflectors.ts";
