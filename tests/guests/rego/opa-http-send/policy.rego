package policy

# No host may offer this function: a policy cannot reach the network.
main := {"response": {"uid": input.request.uid, "allowed": answer.status_code == 200}}

answer := http.send({"method": "GET", "url": data.url})
