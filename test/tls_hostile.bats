#!/usr/bin/env bats
# TLS from hostile peers that know it well: what is refused ends that connection alone, with one line, and
# what came before it is stored. A bystander records through it all.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/tls.bash"

tlspeer() { "$BUILDDIR/test/tlspeer" "$@"; }

# The bystander of lib.bash, by TLS: any, with bar's certificate.
bystander() {
	tls_live bystander 127.0.0.3 bar
	tell bystander pcap rec
	wait_stored bystander any
}
# none_but N: so many were refused (default: 1), and the bystander has lost nothing
none_but() {
	unharmed any tls_hang_up
	[ "$(grep -c 'rejected' log)" -eq "${1-1}" ]
}

# early REASON: of ./s, sent by foo, which then waits
early() {
	[ -e cfg ] || tls_config
	server_start
	bystander
	peer_send 127.0.0.2 s -h
	wait_log 'closed client=foo .*reason="the TLS handshake failed"'
	grep -E "rejected client=foo peer=127[.]0[.]0[.]2:[0-9]+ reason=\"$1\" frame=1 offset=0" log
	until_true gone "$(child foo)"
	none_but
}

@test "a record that says it is larger than records are, instead of a ClientHello" {
	{ printf '\026\003\001\110\001'; head -c 30000 /dev/zero; } >s
	early '.*(packet|record).*'
}
@test "a record that says it is larger than records are, after the ClientHello" {
	{ clienthello; printf '\026\003\003\377\377'; head -c 70000 /dev/zero; } >s
	early '.*(packet|record).*'
}
@test "empty records instead of a ClientHello" {
	perl -e 'print "\026\3\1\0\0" x 2000000' >s
	early '.*packet.*'
}
@test "empty records after the ClientHello" {
	{ clienthello; perl -e 'print "\026\3\3\0\0" x 2000000'; } >s
	early '.*packet.*'
}
@test "a flood of alerts instead of a ClientHello" {
	perl -e 'print "\025\3\1\0\2\1\144" x 1000000' >s
	early '.*'
}
@test "a flood of warnings after the ClientHello" {
	{ clienthello; perl -e 'print "\025\3\3\0\2\1\144" x 1000000'; } >s
	early '.*'
}
@test "a flood of warnings after the ClientHello of a client that needs no certificate" {
	{ clienthello; perl -e 'print "\025\3\3\0\2\1\144" x 1000000'; } >s
	tls_config "allow-auth = \"none\"; $OWN" '' '{ name = "foo"; address = "127.0.0.2"; tls = true; }, { name = "any"; address = "127.0.0.3"; tls = true; }'
	early '.*'
}
@test "a flood of changed ciphers after the ClientHello" {
	{ clienthello; perl -e 'print "\024\3\3\0\1\1" x 1000000'; } >s
	early '.*'
}
@test "a ClientHello in a thousand records is one" {
	clienthello >whole
	perl -e 'local $/; $_ = <>; $_ = substr $_, 5; print "\026\3\1\0\1$_" for split //' whole >s
	tls_config
	server_start
	peer_send 127.0.0.2 s >end
	wait_log 'rejected client=foo .*reason="the peer closed during the TLS handshake: it has no certificate [^"]*"'
}

# Larger ones do not fit: all extensions together have 65535 bytes.
big_extensions() {
	tls_config
	server_start
	bystander
	clienthello "$@" >s
	peer_send 127.0.0.2 s >end
	wait_log 'closed client=foo .*reason="the TLS handshake failed"'
	[ "$(grep -c 'rejected client=foo peer=127[.]0[.]0[.]2:' log)" -eq 1 ]
	none_but
}
@test "a huge server name" { big_extensions sni=60000; }
@test "a huge list of protocols" { big_extensions alpn=60000; }
@test "huge extensions of unknown types" { big_extensions 65000=30000 65001=30000; }
@test "a thousand extensions" { big_extensions $(seq -f '%g=40' 40000 41000); }
@test "a long server name and many protocols: served" {
	tls_config
	server_start
	# without -quiet, the end of the input ends it
	stream pcap rec >s
	timeout "$PATIENCE" openssl s_client -bind 127.0.0.2:0 -connect "$LISTEN:$PORT" -cert pki/foo.crt -key pki/foo.key \
		-servername "$(printf 'a%.0s' {1..250}).x" -alpn "$(seq -s, -f 'protocol-%g' 1000 1999)" <s >/dev/null 2>&1 || true
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=1 '
	never_log rejected
}

@test "a long certificate chain" {
	own_pki
	perl -e 'local $/; $_ = <STDIN>; print $_ x 80' <pki/ca.crt >more
	cat pki/foo.crt more >pki/chain.crt
	cp pki/foo.key pki/chain.key
	tls_config
	server_start
	bystander
	stream pcap rec >s
	tls_send 127.0.0.2 chain s
	wait_log 'closed client=foo .*reason="the TLS handshake failed"'
	wait_log 'rejected client=foo peer=127[.]0[.]0[.]2:[0-9]+ reason="the client sends more than 16 certificates: '
	never_log 'established client=foo'
	none_but
}
@test "a certificate chain of a few: served" {
	own_pki
	perl -e 'local $/; $_ = <STDIN>; print $_ x 3' <pki/ca.crt >more
	cat pki/foo.crt more >pki/chain.crt
	cp pki/foo.key pki/chain.key
	tls_config
	records foo 127.0.0.2 chain 'tls=TLS1[.]3/'
}

# costly NAME BITS EXPONENT-BITS: client-rsa.crt with such a key instead, which no authority has signed
costly() {
	own_pki
	perl -MMIME::Base64 -e '
		my ($bits, $exponent) = splice @ARGV, 0, 2;
		sub der { my ($tag, $body) = @_; my $n = length $body; chr($tag) . ($n < 128 ? chr $n : $n < 256 ? pack "CC", 0x81, $n
			: $n < 65536 ? pack "Cn", 0x82, $n : pack "CCn", 0x83, $n >> 16, $n & 65535) . $body }
		sub part { my ($n, $at) = (ord substr($_[0], 1, 1), 2); # of the front of what is given, with its length
			if ($n > 128) { my $k = $n - 128; $n = 0; $n = $n << 8 | ord substr $_[0], $at++, 1 for 1 .. $k }
			(substr($_[0], $at, $n), substr($_[0], 0, $at + $n), substr($_[0], $at + $n)) }
		sub number { der 2, "\0" . "\xff" x ($_[0] / 8) }
		local $/; my ($pem) = <> =~ /-----BEGIN CERTIFICATE-----(.*?)-----END/s;
		my ($cert) = part decode_base64 $pem;
		my ($body, undef, $after) = part $cert;
		my ($tbs, $all) = "";
		for (1 .. 6) { (undef, $all, $body) = part $body; $tbs .= $all }
		my ($spki, undef, $rest) = part $body;
		my (undef, $algorithm) = part $spki;
		my $key = der 0x30, $algorithm . der 3, "\0" . der 0x30, number($bits) . number($exponent);
		print "-----BEGIN CERTIFICATE-----\n", encode_base64(der 0x30, der(0x30, $tbs . $key . $rest) . $after),
			"-----END CERTIFICATE-----\n"' "$2" "$3" <pki/client-rsa.crt >"pki/$1.crt"
}
# too_costly REASON BITS EXPONENT-BITS [TLSPEER-OPTIONS]: refused before any of it is calculated
too_costly() {
	own_pki
	tls_config
	server_start
	bystander
	costly costly "$2" "$3"
	# shellcheck disable=SC2086
	tlspeer ${4-} -n -s 127.0.0.2 -c pki/costly.crt "$LISTEN" "$PORT" >end 2>&1 || true
	wait_log 'closed client=foo .*reason="the TLS handshake failed"'
	grep -E "rejected client=foo peer=127[.]0[.]0[.]2:[0-9]+ reason=\"$1\" frame=1 offset=0$" log
	none_but
}
HUGE='a certificate of the client has an RSA key of [0-9]+ bits: at most 8192 are accepted'
LONG='a certificate of the client has a public exponent of [0-9]+ bits: at most 64 are accepted'
@test "an RSA key of 65536 bits that no authority has signed, and a nonsense signature, TLS 1.3" { too_costly "$HUGE" 65536 65536; }
@test "an RSA key of 65536 bits that no authority has signed, TLS 1.2" { too_costly "$HUGE" 65536 65536 -2; }
@test "an RSA key of 8200 bits" { too_costly "$HUGE" 8200 64; }
@test "an RSA key of 8192 bits with an exponent of 72" { too_costly "$LONG" 8192 72; }
@test "an RSA key of 8192 bits with an exponent of 64: its signature is looked at" {
	too_costly 'Public key signature verification has failed.' 8192 64
}
@test "an intermediate certificate with a costly key" {
	own_pki
	costly costly 65536 65536
	cat pki/foo.crt pki/costly.crt >pki/chain.crt
	cp pki/foo.key pki/chain.key
	tls_config
	refused 127.0.0.2 chain "$HUGE"
}
@test "a handshake has five seconds of CPU time, a recording has no limit" {
	beside_memcheck "another process has the limits"
	tls_config
	server_start
	relayed a 127.0.0.2 foo -w 1
	wait_log 'connected client=foo'
	grep -E '^Max cpu time +5 ' "/proc/$(child foo)/limits"
	kill -USR2 "$RELAY"
	tell a pcap rec
	wait_stored a foo
	grep -E '^Max cpu time +unlimited ' "/proc/$(child foo)/limits"
}
@test "a handshake that uses up its CPU time is killed, and the log says why" {
	tls_config
	server_start
	bystander
	relayed a 127.0.0.2 foo -w 1
	wait_log 'connected client=foo'
	kill -XCPU "$(child foo)" # as the kernel does
	wait_log 'closed client=[a-z?]+ peer=127[.]0[.]0[.]2:[0-9]+ pid=[0-9]+ reason="the TLS handshake took too much CPU time: killed"'
	tell bystander rec
	wait_stored bystander any
}

# deaf: a server with as large a certificate as there may be, and a client that reads nothing of it
deaf() {
	own_pki
	(cd pki && certificate large ca "tls_www_server\nexpiration_days = 50\n$(seq -s '\n' -f 'dns_name = a-rather-long-name-%g.example' 1 1600)")
	tls_config "$X509 server-cert = \"pki/large.crt\"; server-key = \"pki/large.key\";" "${1-}"
	server_start
	bystander
	clienthello >s
	apart peer -s 127.0.0.2 -b 2048 -d "$LISTEN" "$PORT" <s
	# the server has more to say than goes away
	# shellcheck disable=SC2016
	until_true sh -c 'grep -qE "$(printf ":%04X" "$1") 0200007F:[0-9A-F]+ 01 0*[1-9A-F][0-9A-F]*:" /proc/net/tcp' - "$PORT"
}
@test "a client that reads nothing of a long handshake is gone after handshake-timeout" {
	deaf 'limits: { handshake-timeout = 1; };'
	wait_log 'rejected client=foo .*reason="no TLS handshake within 1 seconds"'
	wait_log 'closed client=foo'
	none_but
}
@test "a client that reads nothing of a long handshake does not hold up the stop of the server" {
	deaf 'limits: { handshake-timeout = 100; };'
	kill -TERM "$SERVER_PID"
	wait_log ' stopped'
	wait_log 'closed client=foo .*reason="?stop"?'
	never_log 'rejected|did not stop'
}

# ---- after it ----

# then_does TLSPEER-ARGUMENTS…: foo records two packets, then does that
then_does() {
	local o=()
	tls_config
	server_start
	bystander
	stream pcap rec rec=70 >s
	while [[ $1 == -* ]]; do
		o+=("$1")
		shift
	done
	tlspeer -s 127.0.0.2 -c pki/foo.crt -k pki/foo.key "${o[@]}" "$LISTEN" "$PORT" @s "$@" >end 2>peer.log || cat peer.log
	wait_log 'closed client=foo '
	until_true gone "$(child foo)"
}
# late REASON TLSPEER-ARGUMENTS…: which is refused for that
late() {
	local reason=$1
	shift
	then_does "$@"
	grep -qx 'ended by a reset' end || { cat end; return 1; }
	unframe s | cmp - done/trace-foo-*
	grep -E "rejected client=foo peer=127[.]0[.]0[.]2:[0-9]+ reason=\"$reason\" frame=4 offset=$(size s)\$" log
	wait_log 'closed client=foo .*packets=2 '
	none_but
}
@test "a refused stream: an alert, and a reset" {
	late 'unknown frame type 2' 23/02000000
	grep -qx 'alert Decode error' end
}
@test "a stream that ends well: no alert, no reset" {
	then_does bye
	grep -qx ended end
	not grep alert end
}
EMPTY='TLS: Too many empty record packets.*'

@test "oversized record, TLS 1.3" { late 'TLS: .*' 23/z16400; }
@test "oversized record, TLS 1.2" { late 'TLS: .*' -2 23/z16400; }
@test "a record that says it is larger than records are, TLS 1.3" { late 'TLS: .*' raw/170303ffff 0*raw/z60000; }
@test "a record that says it is larger than records are, TLS 1.2" { late 'TLS: .*' -2 raw/170303ffff 0*raw/z60000; }
@test "empty records without end, TLS 1.3" { late "$EMPTY" 0*23/; }
@test "empty records without end, TLS 1.2" { late "$EMPTY" -2 0*23/; }
@test "empty records without end in a slow stream, TLS 1.2" { late "$EMPTY" -2 -p1 0*23/; }
@test "empty handshake records without end, TLS 1.3" { late 'TLS: .*' 0*22/; }
@test "empty handshake records without end, TLS 1.2" { late 'TLS: .*' -2 0*22/; }
@test "empty alerts without end, TLS 1.3" { late 'TLS: .*' 0*21/; }
@test "warnings without end, TLS 1.3" { late 'TLS: .*' 0*21/0164; }
@test "warnings without end, TLS 1.2" { late "$EMPTY" -2 0*21/0164; }
@test "a handshake message that does not end, TLS 1.3" { late 'TLS: .*' 22/04ffffff 0*22/00; }
@test "changes of the cipher without end, TLS 1.3" { late 'TLS: .*' 0*raw/140303000101; }
@test "changes of the cipher without end, TLS 1.2" { late 'TLS: .*' -2 0*20/01; }
@test "heartbeats without end, TLS 1.2" { late 'TLS: .*' -2 0*24/01000461626364; }
@test "a type of record that there is not, TLS 1.3" { late 'TLS: .*' 99/00; }
@test "a type of record that there is not, TLS 1.2" { late 'TLS: .*' -2 99/00; }
@test "a record without protection" { late 'TLS: .*' raw/1703030040 raw/z64; }
@test "new keys without end, from a client that reads nothing" { late 'TLS: .*' 0*keyupdate; }
@test "new keys without end, from a client that reads the answers" {
	local keys
	tls_config
	server_start
	bystander
	mkfifo keys
	exec {keys}<>keys
	WRITER[keys]=$keys
	apart openssl s_client -tls1_3 -bind 127.0.0.2:0 -connect "$LISTEN:$PORT" -cert pki/foo.crt -key pki/foo.key \
		<keys >client.log 2>&1
	# it obeys one line of each read
	apart perl -e '$| = 1; for (;;) { print "K\n"; select undef, undef, undef, 0.005 }' >keys
	wait_log 'rejected client=foo peer=127[.]0[.]0[.]2:[0-9]+ reason="TLS: .*" frame=1 offset=0'
	wait_log 'closed client=foo'
	none_but
}
@test "renegotiation, TLS 1.2" { late 'the peer wants to renegotiate' -2 rehandshake; }
@test "a ClientHello after the handshake, TLS 1.3" { late 'TLS: .*' 22/01000000; }
@test "renegotiation by openssl" {
	tls_config
	server_start
	bystander
	local keys
	mkfifo keys
	exec {keys}<>keys
	WRITER[keys]=$keys
	apart openssl s_client -tls1_2 -bind 127.0.0.2:0 -connect "$LISTEN:$PORT" -cert pki/foo.crt -key pki/foo.key \
		<keys >client.log 2>&1
	echo R >&"$keys"
	wait_log 'rejected client=foo .*reason="the peer wants to renegotiate" frame=1 offset=0'
	wait_log 'closed client=foo'
	none_but
}

# stored_with TLSPEER-ARGUMENTS…: all of it is stored
stored_with() {
	stream number=50 rec rec >more
	then_does "$@" @more bye
	cat s more >all
	unframe all | cmp - done/trace-foo-*
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=4 '
	none_but 0
}
@test "a byte and nine hundred warnings again and again, without a pause, TLS 1.2: a frame has frame-timeout" {
	beside_memcheck "it is slower than the peer that sends so much"
	tls_config "$X509 $OWN" 'limits: { frame-timeout = 1; };'
	server_start
	bystander
	stream pcap rec rec=70 >s
	apart "$BUILDDIR/test/tlspeer" -s 127.0.0.2 -c pki/foo.crt -k pki/foo.key -2 "$LISTEN" "$PORT" \
		@s gather 23/0100ffff '10000*{23/ff 900*21/0164}' >end 2>peer.log
	wait_log 'rejected client=foo .*reason="a frame took longer than 1 seconds"'
	wait_log 'closed client=foo .*packets=2 '
	unframe s | cmp - done/trace-foo-*
	until_true grep ended end
	not grep sent end # there was always more of it than had been read
	none_but
}

@test "a few empty records, TLS 1.3: served" { stored_with 50*23/; }
@test "a few empty records, TLS 1.2: served" { stored_with -2 50*23/; }
@test "a few new keys: served" { stored_with 5*keyupdate; }
@test "a warning, TLS 1.2: served" { stored_with -2 21/0164; }

@test "empty records do not put off idle-timeout" {
	tls_config "$X509 $OWN" 'limits: { idle-timeout = 1; };' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	server_start
	stream pcap rec >s
	tlspeer -s 127.0.0.2 -c pki/foo.crt -k pki/foo.key -p 20 "$LISTEN" "$PORT" @s '0*23/' >end
	wait_log 'closed client=foo .*reason="no frame for 1 seconds" packets=1 '
	never_log 'rejected'
	unframe s | cmp - done/trace-foo-*
}
@test "empty records do not put off frame-timeout" {
	tls_config "$X509 $OWN" 'limits: { frame-timeout = 1; };' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	server_start
	stream pcap rec >s
	tlspeer -s 127.0.0.2 -c pki/foo.crt -k pki/foo.key -p 20 "$LISTEN" "$PORT" @s 23/0100 '0*23/' >end
	wait_log 'rejected client=foo .*reason="a frame took longer than 1 seconds" frame=3 '
	unframe s | cmp - done/trace-foo-*
}
@test "empty records do not put off the first link header" {
	tls_config "$X509 $OWN" 'limits: { handshake-timeout = 1; };' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	server_start
	tlspeer -s 127.0.0.2 -c pki/foo.crt -k pki/foo.key -p 20 "$LISTEN" "$PORT" '0*23/' >end
	wait_log 'rejected client=foo .*reason="no link header within 1 seconds" frame=1 offset=0'
	no_file
}

# ---- sessions of yesterday ----

# s_client FILE OPTIONS…: foo by openssl
s_client() {
	local file=$1
	shift
	timeout "$PATIENCE" openssl s_client -bind 127.0.0.2:0 -connect "$LISTEN:$PORT" -cert pki/foo.crt -key pki/foo.key "$@" \
		<"$file" >client.log 2>&1 || true
}
# resumes OPTIONS…: a session is offered again: it is a new one, and a certificate that was revoked meanwhile counts
resumes() {
	own_pki
	tls_config
	server_start
	stream pcap rec >s
	[ -e session ] || s_client /dev/null "$@" -sess_out session
	if [ -s session ]; then
		s_client /dev/null "$@" -sess_in session
		grep -q '^New, TLS' client.log
		not grep -q '^Reused' client.log
	fi
	s_client s "$@" -quiet -no_ign_eof $([ ! -s session ] || echo -sess_in session)
	wait_log 'established client=foo .*subject="?CN=foo"? fingerprint=sha256:'
	wait_log 'closed client=foo .*packets=1 '
	never_log rejected
	(cd pki && revocations ca.crl ca 'crl_next_update = 30\ncrl_number = 3' foo.crt)
	server_signal HUP
	wait_log 'reload clients='
	s_client s "$@" -quiet -no_ign_eof $([ ! -s session ] || echo -sess_in session)
	wait_log 'rejected client=foo .*reason="the certificate CN=foo is revoked'
	[ "$(grep -c established log)" -eq 1 ]
}
# foreign_session VERSION: ./session, of another server with the same certificate, with a ticket
foreign_session() {
	local port keys
	port=$(free_port)
	mkfifo keys
	exec {keys}<>keys # neither end may see its end
	openssl s_server -accept "127.0.0.1:$port" -cert pki/server.crt -key pki/server.key -early_data -max_early_data 16384 \
		<keys >s_server.log 2>&1 3>&- &
	PIDS+=($!)
	until_true grep -q ACCEPT s_server.log
	openssl s_client -connect "127.0.0.1:$port" -sess_out session "$1" <keys >first.log 2>&1 3>&- &
	PIDS+=($!)
	until_true [ -s session ] || { cat first.log s_server.log; return 1; }
	exec {keys}>&-
	kill "${PIDS[-1]}" "${PIDS[-2]}"
}
@test "a session offered again, TLS 1.3" { resumes -tls1_3; }
@test "a session offered again, TLS 1.2" { resumes -tls1_2; }
@test "another server's ticket, TLS 1.3" {
	foreign_session -tls1_3
	resumes -tls1_3
}
@test "another server's ticket, TLS 1.2" {
	foreign_session -tls1_2
	resumes -tls1_2
}
@test "early data is not taken, the recording is" {
	foreign_session -tls1_3
	tls_config
	server_start
	bystander
	stream pcap rec >s
	stream number=70 pcap,linktype=113 rec >early
	s_client s -tls1_3 -sess_in session -early_data early -quiet -no_ign_eof
	wait_log 'closed client=foo'
	if log_has 'established client=foo'; then
		unframe s | cmp - done/trace-foo-*
		none_but 0
	else
		wait_log 'rejected client=foo'
		none_but
	fi
}

# ---- weak signatures ----

# signed HASH LOG-REGEX
signed() {
	own_pki
	(
		cd pki || return
		key rsa-ca --key-type rsa --bits 2048
		printf 'cn = "rsa-ca"\nca\ncert_signing_key\nexpiration_days = 100\n' >template
		quietly certtool --generate-self-signed --load-privkey rsa-ca.key --template template --outfile rsa-ca.crt
		key "signed-$1" --key-type rsa --bits 2048
		printf 'extendedKeyUsage = clientAuth\n' >extensions
		openssl req -new -key "signed-$1.key" -subj "/CN=signed-$1" -out request &&
			openssl x509 -req -in request "-$1" -days 30 -CA rsa-ca.crt -CAkey rsa-ca.key -CAcreateserial -extfile extensions \
				-out "signed-$1.crt"
	) >openssl.log 2>&1 || skip "this openssl does not sign with $1"
	tls_config "capath = \"pki/rsa-ca.crt\"; $OWN" '' '{ name = "any"; address = "127.0.0.3"; tls = true; }'
	server_start
	stream pcap rec >s
	timeout "$PATIENCE" openssl s_client -quiet -no_ign_eof -cipher 'DEFAULT:@SECLEVEL=0' -bind 127.0.0.3:0 -connect "$LISTEN:$PORT" \
		-cert "pki/signed-$1.crt" -key "pki/signed-$1.key" <s >client.log 2>&1 || true
	wait_log 'connected client=any' || { cat client.log; skip "this openssl does not load such a certificate"; }
	wait_log 'closed client=any '
	grep -E "$2" log
}
# weak HASH
weak() {
	signed "$1" "rejected client=any peer=127[.]0[.]0[.]3:[0-9]+ reason=\"the certificate CN=signed-$1 or its authority is too weak .*SHA-1"
	never_log 'established'
	no_file
}
@test "a certificate signed with SHA-1" { weak sha1; }
@test "a certificate signed with MD5" { weak md5; }
@test "a certificate signed with SHA-256 by the same authority records" { signed sha256 'closed client=any .*packets=1 '; }
# ---- TCP ----

# every_cut SOCAT-OPTIONS: a client's TLS records each in two pieces, cut at every offset, the record's header included
every_cut() {
	tls_config
	server_start
	BLOCK=80 SOCAT=${1-} relayed a 127.0.0.2 foo -k
	tell a pcap rec=60 # 28 and 80 bytes
	wait_stored a foo
	kill -USR2 "$RELAY"
	until_true grep -q armed relay.out
	tell a data,times=150:rec=60
	until_true grep -q every relay.out
	wait_stored a foo
	tls_hang_up a
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=151 '
	never_log 'rejected'
	stored a foo "done"
}
@test "a record cut at every offset, TLS 1.3" { every_cut; }
@test "a record cut at every offset, TLS 1.2" { every_cut ,openssl-max-proto-version=TLS1.2; }

# crumbled SOCAT-OPTIONS: everything that the client says before encryption, a certificate chain too, in records of a byte
crumbled() {
	own_pki
	cat pki/foo.crt pki/ca.crt >pki/chain.crt
	cp pki/foo.key pki/chain.key
	tls_config
	server_start
	bystander
	SOCAT=${1-} relayed a 127.0.0.2 chain -f
	tell a pcap rec rec=3000
	wait_stored a foo
	tls_hang_up a
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=2 '
	stored a foo "done"
	none_but 0
}
@test "a whole handshake with a byte in each record, TLS 1.3: served" { crumbled; }
@test "a whole handshake with a byte in each record, TLS 1.2: served" { crumbled ,openssl-max-proto-version=TLS1.2; }

@test "urgent data within TLS: served" {
	tls_config
	server_start
	bystander
	relayed a 127.0.0.2 foo -c 3 -o
	tell a pcap rec rec=3000
	wait_stored a foo
	tls_hang_up a
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=2 '
	never_log 'rejected'
	stored a foo "done"
	none_but 0
}

# ---- stopping ----

@test "a quiet client when the server stops: stopped, not gone" {
	tls_config
	server_start
	tls_live a 127.0.0.2 foo
	tell a pcap rec rec
	wait_stored a foo
	server_stop
	wait_log 'closed client=foo .*reason="?stop"? packets=2 '
	wait_log 'file client=foo .*reason=stop packets=2'
	never_log 'rejected'
	stored a foo "done"
}
@test "a client at full rate when the server stops: stopped, not truncated" {
	tls_config "$X509 $OWN" 'max-file-size = 0;'
	server_start
	stream pcap >s
	stream data,times=2000:rec=500 >more
	apart "$BUILDDIR/test/tlspeer" -s 127.0.0.2 -c pki/foo.crt -k pki/foo.key "$LISTEN" "$PORT" @s 0*@more >end
	until_true sh -c '[ "$(cat rec/trace-foo-* | head -c 5000000 | wc -c)" -ge 5000000 ]'
	server_stop
	wait_log 'closed client=foo .*reason="?stop"? '
	never_log 'TLS record|closed client=foo .*peer closed'
	local f n
	f=$(only_file)
	n=$(size "$f")
	[ $(((n - 24) % 516)) -eq 0 ]
	wait_log "file client=foo .*reason=stop packets=$(((n - 24) / 516)) "
}

@test "a handshake message without end, before the handshake is done" {
	perl -e 'my $hello = "\1\377\377\377\3\3" . "x" x 200000;
		print "\026\3\1" . pack "n/a*", substr $hello, 0, 16384, "" while length $hello' >s
	early 'the TLS handshake does not end|.*(large|length).*'
}
@test "a ClientHello of more than 64 KB" {
	big_extensions 65000=40000 65001=40000
	grep 'rejected client=foo .*too large' log
}
