package policy

# Calls built-in functions that the compiler leaves to the host, and rejects with their results as one JSON object.
# A function that gives no result leaves no member.
main := {"response": {
	"uid": input.request.uid,
	"allowed": false,
	"status": {"message": json.marshal(result)},
}}

result["sprintf"] := sprintf("%s %d %5.2f %v %q %%", ["text", 42, 3.14159, {"a": [1, null]}, "quoted"])

result["units.parse"] := units.parse("1.5Ki")

result["units.parse_bytes"] := units.parse_bytes("128Mi")

result["semver.compare"] := semver.compare("1.2.3-rc.1", "1.2.3")

result["semver.is_valid"] := semver.is_valid("1.2")

result["yaml.marshal"] := yaml.marshal({"a": [1, "two", null]})

result["yaml.unmarshal"] := yaml.unmarshal("a:\n  - 1\n  - two\n")

result["yaml.is_valid"] := yaml.is_valid("a: [")

result["json.patch"] := json.patch({"a": {"b": 1}}, [{"op": "add", "path": "/a/c", "value": 2}])

result["json.is_valid"] := json.is_valid("{")

result["regex.split"] := regex.split("[,;]", "a,b;c")

result["regex.replace"] := regex.replace("abcb", "b", "x")

result["regex.find_n"] := regex.find_n("b+", "abbcb", -1)

result["regex.template_match"] := regex.template_match("urn:{.*}", "urn:foo", "{", "}")

result["regex.globs_match"] := regex.globs_match("a.*", "ab+")

result["glob.quote_meta"] := glob.quote_meta("*.example")

result["time.parse_rfc3339_ns"] := time.parse_rfc3339_ns("2026-02-03T04:05:06.5Z")

result["time.parse_ns"] := time.parse_ns("2006-01-02", "2026-02-03")

result["time.parse_duration_ns"] := time.parse_duration_ns("1h30m")

result["time.date"] := time.date([1770091506000000000, "Europe/Berlin"])

result["time.clock"] := time.clock([1770091506000000000, "Europe/Berlin"])

result["time.weekday"] := time.weekday(1770091506000000000)

result["time.add_date"] := time.add_date(1770091506000000000, 0, 1, 0)

result["time.diff"] := time.diff(1770091506000000000, 1700000000000000000)

result["time.format"] := time.format([1770091506000000000, "UTC", "RFC1123"])

# The same reading in one evaluation.
result["time.now_ns"] := time.now_ns() - time.now_ns()

result["crypto.sha256"] := crypto.sha256("text")

result["crypto.md5"] := crypto.md5("text")

result["crypto.hmac.sha256"] := crypto.hmac.sha256("text", "key")

result["io.jwt.encode_sign"] := token

result["io.jwt.decode"] := io.jwt.decode(token)

result["io.jwt.verify_hs256"] := io.jwt.verify_hs256(token, "secret")

result["io.jwt.decode_verify"] := io.jwt.decode_verify(token, {"secret": "other"})

result["hex.encode"] := hex.encode("text")

result["hex.decode"] := hex.decode("74657874")

result["base64url.encode_no_pad"] := base64url.encode_no_pad("text?>")

result["urlquery.encode"] := urlquery.encode("a b&c=d+e")

result["urlquery.decode"] := urlquery.decode("a+b%26c")

result["urlquery.encode_object"] := urlquery.encode_object({"a": "1", "b": ["2", "3"]})

result["urlquery.decode_object"] := urlquery.decode_object("a=1&b=2&b=3")

result["object.keys"] := object.keys({"a": 1, "b": 2})

result["object.subset"] := object.subset({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}})

result["object.union_n"] := object.union_n([{"a": 1}, {"b": 2}])

result["strings.count"] := strings.count("banana", "an")

result["strings.any_prefix_match"] := strings.any_prefix_match(["abc"], ["x", "ab"])

result["strings.any_suffix_match"] := strings.any_suffix_match(["abc"], ["bc"])

result["strings.render_template"] := strings.render_template("hello {{.name}}", {"name": "world"})

result["indexof_n"] := indexof_n("banana", "an")

result["array.reverse"] := array.reverse([1, 2, 3])

result["numbers.range_step"] := numbers.range_step(1, 9, 4)

result["graph.reachable_paths"] := graph.reachable_paths({"a": ["b"], "b": []}, {"a"})

result["net.cidr_expand"] := net.cidr_expand("192.0.2.0/30")

result["net.cidr_merge"] := net.cidr_merge(["192.0.2.0/25", "192.0.2.128/25"])

result["net.cidr_is_valid"] := net.cidr_is_valid("192.0.2.0/33")

result["net.cidr_contains_matches"] := net.cidr_contains_matches("192.0.2.0/24", "192.0.2.7/32")

result["uuid.parse"] := uuid.parse("1b671a64-40d5-491e-99b0-da01ff1f3341")

# An error of a function makes its rule undefined, and the rest goes on.
result["units.parse of nonsense"] := units.parse("many")

token := io.jwt.encode_sign({"alg": "HS256", "typ": "JWT"}, {"sub": "alice"}, {"kty": "oct", "k": "c2VjcmV0"})
