package policy

main := {"response": response}

response := {"uid": "", "allowed": true} if {
	input.request.user in data.users
} else := {"uid": "", "allowed": false, "status": {"message": message}}

message := concat(" ", ["user", input.request.user, "is not known"])
