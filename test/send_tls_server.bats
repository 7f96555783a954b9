#!/usr/bin/env bats
# osmo-pcap-send over TLS with the server at the other end: what works together, and what each of the two says when it
# does not.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/tls.bash"
bats_require_minimum_version 1.5.0

# The file "in" is a capture of one packet.
a_capture() {
	stream pcap rec >s
	unframe s >in
}

# send STATUS FROM OPTIONS…: "in"
send() {
	local status=$1 from=$2
	shift 2
	[ -e in ] || a_capture
	run "-$status" "$SEND" -q -S "$from" -p "$PORT" "$@" 127.0.0.1 in
}

# said TEXT: by the sender, of the server
said() {
	[ "$output" = "osmo-pcap-send: 127.0.0.1:$PORT: $1" ] || { echo "said: $output" >&2; return 1; }
}

# rejected REASON: the log has it for foo, and nothing is stored
rejected() {
	wait_log "rejected client=foo peer=127[.]0[.]0[.]2:[0-9]+ reason=\"$1\" frame=1 offset=0$"
	no_file
}

UNLISTED='the server ended the connection in the TLS handshake; its log says why: is this host in its list of clients, with tls = true, or are there too many connections?'
TRUSTING=(--tls --ca pki/ca.crt --server-name localhost)

# bats test_tags=ways
@test "anonymous: a sender that verifies nothing records, with encryption" {
	tls_config 'allow-auth = "anonymous";' '' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	server_start
	send 0 127.0.0.2 --tls --no-verify
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=1 '
	wait_log 'established client=foo peer=127.0.0.2:[0-9]+ tls=TLS1.2/'
	cmp in done/trace-foo-*
}
@test "anonymous: a sender that verifies does not send, whatever its priority offers" {
	tls_config 'allow-auth = "anonymous";' '' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	server_start
	send 1 127.0.0.2 "${TRUSTING[@]}"
	said "the server ended the TLS handshake with the alert 'Handshake failed'"
	rejected 'nothing in common with the client: allow-auth anonymous takes ANON-ECDH in TLS 1.2 alone .osmo-pcap-send: --no-verify.'
	send 1 127.0.0.2 "${TRUSTING[@]}" --priority NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH
	[[ $output == *"TLS"* ]]
	server_stop
	never_log established
	no_file
}
@test "a server with a certificate is not taken for an anonymous one by a sender that verifies nothing" {
	tls_config
	server_start
	send 0 127.0.0.2 --tls --no-verify --cert pki/foo.crt --key pki/foo.key
	wait_log 'closed client=foo .*packets=1 '
	wait_log 'established client=foo peer=127.0.0.2:[0-9]+ tls=TLS1.3/.* subject="?CN=foo"? '
}

@test "a host that is not listed, and one that is listed without TLS, are told to look at the list of clients" {
	tls_config
	server_start
	send 1 127.0.0.9 "${TRUSTING[@]}"
	said "$UNLISTED"
	wait_log 'refused peer=127.0.0.9:.*not in the client list'
	send 1 127.0.0.5 "${TRUSTING[@]}"
	said "$UNLISTED"
	wait_log 'rejected client=plain .* reason="unknown frame type 22: this looks like a TLS ClientHello: let the client not use TLS, or set tls = true here"'
}
@test "a sender without TLS where the server expects it: both say where to look" {
	tls_config
	server_start
	send 1 127.0.0.2
	said 'the server refused this host or its stream, or went away: its log says why'
	rejected 'this looks like plain frames: let the client use TLS .osmo-pcap-client: enable tls; osmo-pcap-send: --tls., or set tls = false here'
}

@test "a sender that does not trust the server: the log tells authority, name and age apart, as the sender does" {
	tls_config
	server_start
	send 1 127.0.0.2 --tls --ca pki/other.crt --server-name localhost --cert pki/foo.crt --key pki/foo.key
	said "the server's certificate is of an unknown authority (CN=ca)"
	rejected "the client gave up: alert '[A-Z][A-Za-z ]+': it knows no authority that has signed server-cert .osmo-pcap-send: --ca."
	send 1 127.0.0.2 --tls --ca pki/ca.crt --server-name pcap.example --cert pki/foo.crt --key pki/foo.key
	said "the server's certificate is not for pcap.example but for localhost"
	rejected "the client gave up: alert '[A-Z][A-Za-z ]+': it does not accept server-cert, perhaps for want of the name that it connects to .osmo-pcap-send: --server-name."
}
@test "a sender for which the server's certificate has expired: both say so" {
	tls_config "$X509 server-cert = \"pki/old-server.crt\"; server-key = \"pki/old-server.key\";"
	server_start
	send 1 127.0.0.2 "${TRUSTING[@]}" --cert pki/foo.crt --key pki/foo.key
	said "the server's certificate expired 2021-01-01 00:00:00 UTC"
	rejected "the client gave up: alert '[A-Z][A-Za-z ]+': for it, server-cert has expired or is not valid yet"
}
@test "a sender without a certificate where the server asks for one: the log names the sender's options" {
	tls_config
	server_start
	send 1 127.0.0.2 "${TRUSTING[@]}"
	rejected 'the client sent no certificate .osmo-pcap-client: tls client-cert and client-key; osmo-pcap-send: --cert and --key.'
}

# ---- the end: whether all is stored ----

# bats test_tags=ways
@test "--confirm: the server says that all is stored, and then it is" {
	tls_config
	server_start
	send 0 127.0.0.2 "${TRUSTING[@]}" --cert pki/foo.crt --key pki/foo.key --confirm
	cmp in done/trace-foo-*
}
@test "--confirm: a file that could not be published, or may not outlive a power failure, is not confirmed" {
	local said='the server closed the connection without confirming that all is stored: its log says why, unless something between has closed it'
	tls_config
	server_start
	rmdir done
	send 1 127.0.0.2 "${TRUSTING[@]}" --cert pki/foo.crt --key pki/foo.key --confirm
	said "$said"
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=1 '
	send 0 127.0.0.2 "${TRUSTING[@]}" --cert pki/foo.crt --key pki/foo.key
}
@test "--confirm: what waited for room, and was then dropped, is not confirmed" {
	local sender status=0
	tls_config "$X509 $OWN" '' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	server_start
	a_capture
	mkfifo feed
	{
		cat in
		until_true [ -e more ]
		tail -c +25 in # the packet again
		until_true [ -e end ]
	} >feed 3>&- &
	"$SEND" -q -S 127.0.0.2 -p "$PORT" "${TRUSTING[@]}" --cert pki/foo.crt --key pki/foo.key --confirm \
		127.0.0.1 feed 2>said 3>&- &
	sender=$!
	PIDS+=("$sender")
	wait_log 'file client=foo .* reason=opened'
	failing "$(child foo)" pwrite64:error=ENOSPC
	touch more
	wait_log 'error client=foo .*the disk is full'
	tls_config "$X509 $OWN" '' '{ name = "foo"; address = "127.0.0.2"; tls = true; store = false; }'
	server_signal HUP
	wait_log ' reload clients='
	touch end
	wait "$sender" || status=$?
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=2 '
	[ "$status" -eq 1 ]
	grep -q 'without confirming that all is stored' said
}
@test "--confirm: what is not stored by the configuration is confirmed; what ends in another way is not" {
	tls_config "$X509 $OWN" '' '{ name = "foo"; address = "127.0.0.2"; tls = true; store = false; }'
	server_start
	send 0 127.0.0.2 "${TRUSTING[@]}" --cert pki/foo.crt --key pki/foo.key --confirm
	no_file
	run -2 "$SEND" --tls --confirm -R -p "$PORT" 127.0.0.1 in
	[[ $output == *"--confirm and --reconnect do not go together"* ]]
	run -2 "$SEND" --confirm -p "$PORT" 127.0.0.1 in
	[[ $output == *"--confirm needs --tls"* ]]
}
