#!/usr/bin/env bats
# --explain: what would become of a connection, said by the configuration alone; and that it comes true.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/tls.bash"

NET='{ name = "net"; address = [ "10.7.0.0/16", "10.8.0.1" ]; rotate-localtime = "hour"; max-snaplen = 96; per-client = 7; }'
TWO='{ name = "one"; address = "127.0.0.4"; tls = true; certificate = "foo"; per-client = 2; },
	{ name = "two"; address = "127.0.0.4"; tls = true; certificate = [ "bar.example", "x.example" ]; }'

# explained STATUS ARGUMENTS…: in ./answer
explained() {
	local want=$1
	shift
	STATUS=0
	"$SERVER" -c cfg --explain "$@" >answer 2>complaints || STATUS=$?
	cat answer complaints
	[ "$STATUS" -eq "$want" ]
}

# says LINE…: each is a line of the answer
says() {
	local line
	for line; do
		grep -Fx -- "$line" answer || { echo "no line: $line" >&2; return 1; }
	done
}

@test "--explain: an address in a network: its entry, its file, its settings" {
	config 'close-when-due = true; limits: { max-silence = "15m"; keepalive = 5; };' "$NET, { name = \"far\"; address = \"10.0.0.0/8\"; }"
	explained 0 10.7.3.4 --at '2026-11-28 14:05'
	head -n 1 answer | grep -qx 'admitted: yes'
	says 'reason: by its address' 'address: 10.7.3.4' 'client: net' 'address-entry: 10.7.0.0/16' 'tls: none' \
		'file: trace-net-10.7.3.4-20261128_140500.pcap, or .pcapng' "base-path: \"$(pwd -P)/rec\"" \
		"completed-path: \"$(pwd -P)/done\"" 'max-snaplen: 96' 'max-file-size: "1G"' 'close-when-due: true' \
		'per-client: 7' 'max-silence: "15m"' 'keepalive: 5' 'store: true'
	not grep -q 'client: far' answer
	[ ! -s complaints ] || grep -q 'running as root' complaints
	no_file
	explained 0 10.8.0.1 --at '2026-11-28 14:05:59'
	says 'file: trace-net-20261128_140559.pcap, or .pcapng'
	explained 0 ::ffff:10.9.0.1 --at '2026-11-28 14:05:59'
	says 'client: far' 'address: 10.9.0.1'
}

@test "--explain: an address of no client is refused, as its connection is" {
	config
	explained 1 127.0.0.9
	says 'admitted: no' 'reason: not in the client list'
	not grep -q '^client:' answer
	server_start
	: >s
	peer_send 127.0.0.9 s || true
	wait_log 'refused peer=127.0.0.9:.* reason="not in the client list"'
}

@test "--explain: the name of the file and the end of its period come true" {
	config 'sandbox = "off"; rotate-localtime = "hour";' "${DEFAULT_CLIENTS%%, \{*}"
	ZONE=Europe/Berlin
	TZ=$ZONE explained 0 127.0.0.2 --at '2026-10-25 01:30'
	says 'time: 2026-10-25 01:30:00 +0200' 'new-file-at: 2026-10-25 02:00:00 +0200' \
		'new-file-at: 2026-10-25 02:00:00 +0100' 'new-file-at: 2026-10-25 03:00:00 +0100'
	at '2026-10-25 01:30:00' pcap rec
	at '2026-10-25 01:59:59' rec
	at '2026-10-25 02:00:00' rec
	hang_up a
	wait_log 'closed client=foo '
	[ "$(packets "done/$(sed -n 's/^file: \(.*\), or .*/\1/p' answer)")" -eq 2 ]
}

@test "--explain: without a file there are no boundaries; never has none" {
	config '' '{ name = "foo"; address = "127.0.0.2"; store = false; }, { name = "bar"; address = "127.0.0.3"; rotate-localtime = "never"; }'
	explained 0 127.0.0.2
	says 'file: none' 'store: false'
	not grep -q '^new-file-at' answer
	explained 0 127.0.0.3
	not grep -q '^new-file-at' answer
}

@test "--explain: clients that only a certificate tells apart: all of them, or the one that it fits" {
	tls_config "$X509 $OWN" '' "$TWO"
	explained 0 127.0.0.4
	says 'reason: by its address, if its certificate fits one of the clients' 'client: one' 'client: two' \
		'tls: required, with a certificate signed by capath' 'certificate: foo' 'certificate: bar.example or x.example' \
		'per-client-together: 6'
	explained 0 127.0.0.4 --certificate pki/foo.crt
	says 'reason: by its address, and the certificate fits' 'client: one' 'certificate-subject: CN=foo'
	not grep -q 'client: two' answer
	grep -qE '^certificate-fingerprint: sha256:[0-9a-f]{64}$' answer
	grep -qE '^certificate-expires: 20[0-9-]{8} ' answer
	explained 0 127.0.0.4 --certificate pki/bar.crt
	says 'client: two'
}

@test "--explain: a certificate that fits none or two, or not at that time, is refused, with the reason of a handshake" {
	tls_config "$X509 $OWN" '' "$TWO"
	explained 1 127.0.0.4 --certificate pki/revoked.crt
	grep -q '^reason: the certificate CN=revoked fits none of the 2 clients of this address (one: foo, two: bar.example (or others)), but contains' answer
	explained 1 127.0.0.4 --certificate pki/both.crt --at '2031-01-01 00:00'
	says 'reason: the certificate CN=both has expired: give the client a new one'
	tls_config "$X509 $OWN" '' '{ name = "one"; address = "127.0.0.4"; tls = true; }'
	explained 1 127.0.0.4 --certificate pki/future.crt
	says 'reason: the certificate CN=future is not valid yet: look at the clocks'
	explained 0 127.0.0.4 --certificate pki/future.crt --at '2090-06-01 00:00'
	says 'certificate: any'
	explained 1 127.0.0.4 --certificate pki/expired.crt
	explained 0 127.0.0.4 --certificate pki/expired.crt --at '2020-06-01 00:00'
	tls_config "$X509 $OWN" '' '{ name = "one"; address = "127.0.0.4"; tls = true; certificate = [ "foo", "bar.example" ]; },
		{ name = "two"; address = "127.0.0.4"; tls = true; certificate = "bar.example"; }'
	explained 1 127.0.0.4 --certificate pki/bar.crt
	says 'reason: the certificate CN=bar fits both clients one and two'
}

@test "--explain: a certificate that is not asked for; TLS without one" {
	config
	explained 0 127.0.0.2 --certificate /nowhere
	says 'reason: by its address; a certificate is not asked for: tls = false'
	tls_config 'allow-auth = "anonymous";' '' '{ name = "one"; address = "127.0.0.4"; tls = true; }'
	explained 0 127.0.0.4
	says 'reason: by its address, with TLS' 'tls: required, without certificates'
}

@test "--explain: opens nothing but the configuration and the certificate" {
	config 'tls: { allow-auth = "x509"; capath = "/nowhere/ca"; server-cert = "/nowhere/c"; server-key = "/nowhere/k"; };' \
		'{ name = "one"; address = "127.0.0.4"; tls = true; base-path = "/nowhere/rec"; completed-path = "/nowhere/done"; }'
	explained 0 127.0.0.4
	says 'base-path: "/nowhere/rec"'
}

@test "--explain: wrong usage is 2, a wrong configuration 78" {
	config
	explained 2 host.example
	grep -q 'needs an IPv4 or IPv6 address, not host.example' complaints
	explained 2 127.0.0.0/8
	explained 2 127.0.0.2 --at tomorrow
	grep -q -- '--at needs a time such as .*, not tomorrow' complaints
	explained 2 127.0.0.2 -t
	run -2 "$SERVER" -c cfg --at '2026-11-28 14:05'
	run -2 "$SERVER" -c cfg --certificate x
	tls_config "$X509 $OWN" '' "$TWO"
	explained 2 127.0.0.4 --certificate /nowhere
	grep -q '/nowhere: No such file or directory' complaints
	explained 2 127.0.0.4 --certificate cfg
	grep -q 'cfg: it is no certificate in PEM form' complaints
	[ ! -s answer ]
	config 'max-snaplen = 0; rotate-localtime = "week";'
	explained 78 127.0.0.2
	grep -q 'max-snaplen: 0 is not in' complaints
	grep -q "rotate-localtime: 'week'" complaints
	rm cfg
	explained 78 127.0.0.2
}
