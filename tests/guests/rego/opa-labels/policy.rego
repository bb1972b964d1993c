package policy

# What an API server would get: the answer of a policy in this form is a whole AdmissionReview.
main := {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"response": response,
}

labels := object.get(input.request.object.metadata, "labels", {})

default message := "label forbidden is set"

# The settings lie at the top of `data`.
message := data.message

response := {"uid": input.request.uid, "allowed": false, "status": {"message": message, "code": 403}} if {
	"forbidden" in object.keys(labels)
} else := {"uid": input.request.uid, "allowed": true, "patchType": "JSONPatch", "patch": patch} if {
	"stamp" in object.keys(labels)
} else := {"uid": input.request.uid, "allowed": true}

patch := base64.encode(json.marshal([{"op": "replace", "path": "/metadata/labels/stamp", "value": "stamped"}]))
