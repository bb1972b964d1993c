package policy

# Rejects with the names of all objects that the host put into the inventory.
main := {"response": {
	"uid": input.request.uid,
	"allowed": false,
	"status": {"message": concat(", ", sort(seen))},
}}

seen contains concat("/", [plural, name, object.kind]) if {
	some plural, name
	object := data.kubernetes[plural][name]
	is_string(object.kind)
}

seen contains concat("/", [plural, namespace, name, object.kind]) if {
	some plural, namespace, name
	object := data.kubernetes[plural][namespace][name]
	is_string(object.kind)
}
