#!/usr/bin/env bats
# TLS: who may record and who may not, what is stored when TLS goes wrong, new certificates at a reload, and that
# only the keeper has the key.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/tls.bash"

# ---- x509: who is refused ----

x509_refuses() {
	tls_config
	refused "$@"
}
# bats test_tags=ways
@test "x509: no certificate" { x509_refuses 127.0.0.3 '' 'the client sent no certificate .*client-cert .*--cert .*'; }
@test "x509: no certificate, TLS 1.2" {
	x509_refuses 127.0.0.3 '' 'the client sent no certificate .*client-cert .*--cert .*' ,openssl-max-proto-version=TLS1.2
}
@test "x509: a self-signed certificate" { x509_refuses 127.0.0.3 self 'the certificate CN=foo is self-signed: .*capath'; }
@test "x509: a self-signed certificate with the right name" { x509_refuses 127.0.0.2 self 'the certificate CN=foo is self-signed: .*'; }
# bats test_tags=ways
@test "x509: a certificate of another authority" { x509_refuses 127.0.0.3 alien 'the certificate CN=alien is signed by no authority in capath'; }
@test "x509: an expired certificate" { x509_refuses 127.0.0.3 expired 'the certificate CN=expired has expired: .*'; }
@test "x509: an expired certificate, TLS 1.2" {
	x509_refuses 127.0.0.3 expired 'the certificate CN=expired has expired: .*' ,openssl-max-proto-version=TLS1.2
}
@test "x509: a certificate that is not valid yet" { x509_refuses 127.0.0.3 future 'the certificate CN=future is not valid yet: .*'; }
@test "x509: a revoked certificate" { x509_refuses 127.0.0.3 revoked 'the certificate CN=revoked is revoked .crlfile.'; }
@test "x509: a revoked certificate, TLS 1.2" {
	x509_refuses 127.0.0.3 revoked 'the certificate CN=revoked is revoked .*' ,openssl-max-proto-version=TLS1.2
}
@test "x509: a certificate for servers only" { x509_refuses 127.0.0.3 server-only 'the certificate CN=server-only is not for TLS clients .key usage.'; }
@test "x509: a certificate signed by another client's" {
	own_pki
	(cd pki && certificate grandchild foo 'tls_www_client\nexpiration_days = 9' && cat foo.crt >>grandchild.crt)
	x509_refuses 127.0.0.3 grandchild 'the issuer of the certificate CN=grandchild is not a CA'
}
@test "x509: a serial number of 41 bytes, which a later revocation list could not name" {
	own_pki
	(
		cd pki
		key serial
		quietly openssl req -new -key serial.key -subj /CN=serial -out serial.csr
		quietly openssl x509 -req -in serial.csr -CA ca.crt -CAkey ca.key -days 9 -set_serial "0x7F$(printf '%080d' 1)" -out serial.crt
	)
	x509_refuses 127.0.0.3 serial 'the certificate CN=serial has no serial number, or one above 40 bytes'
}
@test "x509: RSA with 1024 bits" {
	tls_config
	server_start
	stream pcap rec >s
	# socat does not load such a certificate
	timeout "$PATIENCE" openssl s_client -quiet -no_ign_eof -cipher 'DEFAULT:@SECLEVEL=0' -bind 127.0.0.3:0 -connect "$LISTEN:$PORT" \
		-cert pki/weak.crt -key pki/weak.key <s >client.log 2>&1 || true
	wait_log 'connected client=any' || { cat client.log; skip "this openssl uses no weak key"; }
	wait_log 'rejected client=any .*reason="the certificate CN=weak or its authority is too weak '
	never_log 'established|file client'
	no_file
}
@test "x509: another client's certificate" {
	x509_refuses 127.0.0.2 bar 'the certificate CN=bar does not contain the name foo that client foo must have, but bar.example'
}
@test "x509: the common name does not count beside other names" {
	tls_config "$X509 $OWN" '' '{ name = "foo"; address = "127.0.0.2"; tls = true; certificate = "bar"; }'
	refused 127.0.0.2 bar 'the certificate CN=bar does not contain the name bar that client foo must have, but bar.example'
}
@test "x509: a NUL in the common name" {
	perl -MMIME::Base64 -ne 'next if /^-/; $d .= decode_base64 $_; END { exit $d !~ /foo\0\.evil/ }' pki/nul.crt
	x509_refuses 127.0.0.2 nul 'a name in the certificate .*contains a NUL'
}
@test "x509: a NUL in the common name, where any name will do" { x509_refuses 127.0.0.3 nul 'a name in the certificate .*contains a NUL'; }
@test "x509: a NUL in a DNS name, where any name will do" { x509_refuses 127.0.0.3 nul-dns 'a name in the certificate .*contains a NUL'; }
@test "x509: anonymous" {
	x509_refuses 127.0.0.3 '' '(nothing in common with the client|the client sent no certificate).*' \
		',cipher=AECDH-AES128-SHA\:@SECLEVEL=0,openssl-max-proto-version=TLS1.2'
}
# ---- x509: who does not come back with a certificate ----

tlspeer() { "$BUILDDIR/test/tlspeer" "$@"; }
NONE='it has no certificate .osmo-pcap-client: tls client-cert and client-key; osmo-pcap-send: --cert and --key.'
DISTRUST='does not trust server-cert .osmo-pcap-client: no tls verify-cert; osmo-pcap-send: --ca.'
LEFT="$NONE, or $DISTRUST"

# leaves REASON TLSPEER-ARGUMENTS…: foo, within the handshake
leaves() {
	local reason=$1
	shift
	[ -e cfg ] || tls_config
	server_start
	tlspeer -s 127.0.0.2 "$@" "$LISTEN" "$PORT" >end 2>peer.log || true
	wait_log 'closed client=foo .*reason="the TLS handshake failed"'
	grep -E "rejected client=foo peer=127[.]0[.]0[.]2:[0-9]+ reason=\"$reason\" frame=1 offset=0$" log
	no_file
}
@test "x509: osmo-pcap-client without a certificate resets the connection: both causes are named" {
	leaves "the connection broke: [A-Z][A-Za-z ]+: $LEFT" -o
}
@test "x509: osmo-pcap-client without a certificate, TLS 1.2" { leaves "the connection broke: [A-Z][A-Za-z ]+: $LEFT" -o -2; }
@test "x509: osmo-pcap-client that does not trust the server: both causes are named" {
	leaves "the connection broke: [A-Z][A-Za-z ]+: $LEFT" -o -v -c pki/foo.crt -k pki/foo.key
}
@test "x509: osmo-pcap-client that does not trust the server, TLS 1.2" {
	leaves "the connection broke: [A-Z][A-Za-z ]+: $LEFT" -o -v -2 -c pki/foo.crt -k pki/foo.key
}
@test "none: osmo-pcap-client that does not trust the server: there is one cause" {
	tls_config "allow-auth = \"none\"; $OWN" '' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	leaves "the connection broke: [A-Z][A-Za-z ]+: it $DISTRUST" -o -v
}
@test "x509: gnutls-cli that does not trust the server says so, with an alert" {
	tls_config "$X509 $OWN" '' '{ name = "foo"; address = "127.0.0.1"; tls = true; }'
	server_start
	timeout "$PATIENCE" gnutls-cli --x509cafile pki/other.crt --x509certfile pki/foo.crt --x509keyfile pki/foo.key \
		-p "$PORT" "$LISTEN" </dev/null >client.log 2>&1 || true
	wait_log "rejected client=foo .* reason=\"the client gave up: alert 'Certificate is bad': it does not trust server-cert\" "
}
@test "x509: openssl that does not trust the server says so, with an alert that is not encrypted" {
	tls_config
	server_start
	timeout "$PATIENCE" openssl s_client -verify_return_error -CAfile pki/other.crt -cert pki/foo.crt -key pki/foo.key \
		-bind 127.0.0.2:0 -connect "$LISTEN:$PORT" </dev/null >client.log 2>&1 || true
	wait_log "rejected client=foo .* reason=\"the client gave up, with an alert: $LEFT\" "
}
@test "a client of TLS 1.2 at most, where only TLS 1.3 is allowed" {
	tls_config "$X509 $OWN priority = \"NORMAL:-VERS-ALL:+VERS-TLS1.3\";"
	refused 127.0.0.2 foo 'the client offers TLS 1.2 at most, which priority does not allow' ,openssl-max-proto-version=TLS1.2
}
@test "a client of TLS 1.3 alone, where only TLS 1.2 is allowed" {
	tls_config "$X509 $OWN priority = \"NORMAL:-VERS-ALL:+VERS-TLS1.2\";"
	refused 127.0.0.2 foo 'nothing in common with the client: .*priority.' ,openssl-min-proto-version=TLS1.3
}

@test "candidates: a certificate that fits two" { x509_refuses 127.0.0.4 both 'the certificate CN=both fits both clients one and two'; }
@test "candidates: a certificate that fits none" { x509_refuses 127.0.0.4 server-only '.*not for TLS clients.*'; }
@test "candidates: a good certificate that fits none" { x509_refuses 127.0.0.4 client-ed25519 'the certificate CN=client-ed25519 fits none of the 2 clients of this address .one: foo, two: bar.example., but contains client-ed25519'; }

@test "candidates: the title of a process has the name when the certificate has chosen" {
	has_titles
	tls_config
	server_start
	titled 'keeper'
	live silent 127.0.0.4
	until_true titled 'recording . .127.0.0.4.'
	tls_live a 127.0.0.4 bar
	tell a pcap rec
	wait_log 'established client=two'
	titled 'recording two .127.0.0.4.'
}
@test "the status area has the client that the certificate has chosen, and what is proved of it" {
	needs_one_server "the state of all connections"
	mkdir run
	tls_config "$X509 $OWN" 'status-path = "run";'
	server_start
	listed() { "$BUILDDIR/test/area" run/server-* | grep -E "$1"; }
	tls_live a 127.0.0.4 bar
	until_true listed '^child client= row=-1 .* state=beginning tls=1 '
	tell a pcap rec
	until_true listed '^child client=two row=3 .* state=running tls=1 packets=1 .* protocol=TLS1[.].* subject=CN=bar expires=[1-9]'
	[ "$(listed '^child' | sed 's/.* expires=//')" -eq "$(date -d "$(openssl x509 -in pki/bar.crt -noout -enddate | cut -d = -f 2)" +%s)" ]
	tls_hang_up a
	until_true listed '^client name=two connected=0 connections=1 packets=1 '
	stream pcap rec >s
	tls_send 127.0.0.2 bar s
	until_true listed '^client name=foo connected=0 connections=0 .* rejected=1 .* last-end=tls reason=the TLS handshake failed'
	listed '^server .* ended-tls=1 '
}

@test "a long subject in another alphabet: the line of the log is whole, refused the reason is there" {
	own_pki
	local long='Абвгдежзийклмнопрстуфхцчшщъыьэюя' good bad
	good="cn = \"$long\"\norganization = \"$long\"\nunit = \"$long\"\nsigning_key\ntls_www_client\nexpiration_days = 9"
	bad=${good/tls_www_client/tls_www_server}
	(
		cd pki
		key cyrillic
		printf '%b\n' "$good" >template
		quietly certtool --generate-certificate --load-privkey cyrillic.key --load-ca-certificate ca.crt \
			--load-ca-privkey ca.key --template template --outfile cyrillic.crt
		cp cyrillic.key cyrillic-server.key
		printf '%b\n' "$bad" >template
		quietly certtool --generate-certificate --load-privkey cyrillic-server.key --load-ca-certificate ca.crt \
			--load-ca-privkey ca.key --template template --outfile cyrillic-server.crt
	)
	tls_config
	server_start
	stream pcap rec >s
	tls_send 127.0.0.3 cyrillic s
	wait_log 'closed client=any .*packets=1 '
	wait_log ' established client=any .* subject="O=.x[^"]*" fingerprint=sha256:[0-9a-f]{64} format=pcap link-type=EN10MB$'
	tls_send 127.0.0.3 cyrillic-server s
	wait_log 'rejected client=any .* reason="the certificate O=.x[^"]*[.][.][.] is not for TLS clients .key usage." frame='
	tls_send 127.0.0.2 cyrillic s
	wait_log 'rejected client=foo .* reason="the certificate O=.x[^"]*[.][.][.] does not contain the name foo that client foo must have, but '
}

@test "a certificate chain without end" {
	own_pki
	cat pki/foo.crt >pki/chain.crt
	perl -e 'local $/; $_ = <>; print $_ x 300' pki/ca.crt >>pki/chain.crt
	cp pki/foo.key pki/chain.key
	tls_config
	stream pcap rec >s
	server_start
	tls_send 127.0.0.2 chain s
	wait_log 'closed client=foo .*reason="the TLS handshake failed"'
	wait_log 'rejected client=foo'
	never_log 'established'
	no_file
}

# ---- who records ----

X='/[A-Z0-9-]+ subject="?CN=foo"? fingerprint=sha256:[0-9a-f]{64} format=pcap link-type=EN10MB'

# bats test_tags=ways
@test "x509: the right certificate records, byte for byte" {
	tls_config
	records foo 127.0.0.2 foo "tls=TLS1[.]3$X"
}
@test "x509: with TLS 1.2" {
	tls_config
	records foo 127.0.0.2 foo "tls=TLS1[.]2$X" ,openssl-max-proto-version=TLS1.2
}
@test "x509: any certificate of the authority where no name is asked for" {
	tls_config
	records any 127.0.0.3 bar 'tls=TLS1[.]3/.* subject="?CN=bar"? '
}
@test "x509: an Ed25519 client" {
	tls_config
	records any 127.0.0.3 client-ed25519 'tls=TLS1[.]3/.* subject="?CN=client-ed25519"? '
}
@test "x509: an RSA client" {
	tls_config
	records any 127.0.0.3 client-rsa 'tls=TLS1[.]3/.* subject="?CN=client-rsa"? '
}
@test "x509: an RSA client, TLS 1.2" {
	tls_config
	records any 127.0.0.3 client-rsa 'tls=TLS1[.]2/.* subject="?CN=client-rsa"? ' ,openssl-max-proto-version=TLS1.2
}
@test "x509: the fingerprint in the log is the one that openssl shows" {
	tls_config
	local hex
	hex=$(openssl x509 -in pki/foo.crt -outform DER | sha256sum)
	records foo 127.0.0.2 foo ".*fingerprint=sha256:${hex%% *} "
}
@test "x509: a client that is named by its fingerprint" {
	local hex
	hex=$(openssl x509 -in pki/bar.crt -outform DER | sha256sum)
	tls_config "$X509 $OWN" '' "{ name = \"foo\"; address = \"127.0.0.2\"; tls = true; certificate = \"sha256:${hex%% *}\"; }"
	records foo 127.0.0.2 bar 'tls=TLS1[.]3/.* subject="?CN=bar"? '
}
@test "x509: capath is a directory" {
	mkdir cas
	cp pki/other.crt pki/ca.crt cas
	tls_config "capath = \"cas\"; crlfile = \"pki/ca.crl\"; $OWN"
	records any 127.0.0.3 alien 'tls=TLS1[.]3/.* subject="?CN=alien"? '
}

@test "x509: a CRL past its next update: recording goes on" {
	tls_config "capath = \"pki/ca.crt\"; crlfile = \"pki/late.crl\"; $OWN"
	records foo 127.0.0.2 foo "tls=TLS1[.]3$X"
}
@test "x509: a CRL past its next update still revokes" {
	tls_config "capath = \"pki/ca.crt\"; crlfile = \"pki/late.crl\"; $OWN"
	refused 127.0.0.3 revoked 'the certificate CN=revoked is revoked .crlfile.'
}

# server_key NAME [SOCAT-OPTIONS]
server_key() {
	tls_config "$X509 server-cert = \"pki/$1.crt\"; server-key = \"pki/$1.key\";"
	records foo 127.0.0.2 foo "tls=TLS1[.]$2/" "${3-}"
}
@test "an Ed25519 server key" { server_key ed25519 3; }
@test "an Ed25519 server key, TLS 1.2" { server_key ed25519 2 ,openssl-max-proto-version=TLS1.2; }
@test "an RSA server key" { server_key rsa 3; }
@test "an RSA server key, TLS 1.2" { server_key rsa 2 ,openssl-max-proto-version=TLS1.2; }
# pkcs1 HASH: what older clients want of an RSA key
pkcs1() {
	tls_config "$X509 server-cert = \"pki/rsa.crt\"; server-key = \"pki/rsa.key\";"
	server_start
	stream pcap rec >s
	timeout "$PATIENCE" openssl s_client -quiet -no_ign_eof -tls1_2 -sigalgs "RSA+$1:ECDSA+SHA256" -bind 127.0.0.2:0 \
		-connect "$LISTEN:$PORT" -cert pki/foo.crt -key pki/foo.key <s >client.log 2>&1 || true
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=1 '
	unframe s | cmp - done/trace-foo-*
}
@test "an RSA server key, TLS 1.2 without PSS, SHA-256" { pkcs1 SHA256; }
@test "an RSA server key, TLS 1.2 without PSS, SHA-512" { pkcs1 SHA512; }
@test "an RSA server key encrypts no secrets: the key exchange RSA is off" {
	tls_config "$X509 server-cert = \"pki/rsa.crt\"; server-key = \"pki/rsa.key\";"
	refused 127.0.0.2 foo 'nothing in common with the client: .*' ,openssl-max-proto-version=TLS1.2,cipher=AES128-GCM-SHA256
}

@test "none: no certificate is needed" {
	tls_config "allow-auth = \"none\"; $OWN" '' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	records foo 127.0.0.2 '' 'tls=TLS1[.]3/[A-Z0-9-]+ format='
}
@test "none: a certificate is not looked at" {
	tls_config "allow-auth = \"none\"; $OWN" '' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	records foo 127.0.0.2 expired 'tls=TLS1[.]3/[A-Z0-9-]+ format='
}
@test "anonymous: no certificate on either side" {
	tls_config 'allow-auth = "anonymous";' '' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	openssl ciphers 'AECDH-AES128-SHA:@SECLEVEL=0' >/dev/null 2>&1 || skip "this openssl has no anonymous ECDH"
	records foo 127.0.0.2 '' 'tls=TLS1[.]2/[A-Z0-9-]+ format=' ',cipher=AECDH-AES128-SHA\:@SECLEVEL=0,openssl-max-proto-version=TLS1.2'
}
@test "anonymous: a client that wants a certificate" {
	tls_config 'allow-auth = "anonymous";' '' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	refused 127.0.0.2 '' 'nothing in common with the client: .*'
}

# bats test_tags=ways
@test "candidates: the certificate chooses" {
	tls_config
	server_start
	stream pcap rec >s1
	stream pcap rec=77 rec >s2
	tls_send 127.0.0.4 foo s1
	tls_send 127.0.0.4 bar s2
	wait_log 'closed client=one .*packets=1 '
	wait_log 'closed client=two .*packets=2 '
	unframe s1 | cmp - done/trace-one-*
	unframe s2 | cmp - done/trace-two-*
	never_log 'rejected'
}
# bats test_tags=ways
@test "candidates: recordings of two clients of one address stand side by side, of one client they do not" {
	needs_one_server "an earlier connection of the same client"
	tls_config
	server_start
	tls_live a 127.0.0.4 foo
	tell a pcap rec
	wait_stored a one
	tls_live b 127.0.0.4 bar
	tell b pcap rec=70
	wait_stored b two
	tell a rec
	wait_stored a one
	tls_live c 127.0.0.4 foo
	tell c pcap,linktype=113 rec
	wait_log 'file client=one .*reason=replaced packets=2'
	never_log 'closed client=two'
	tell b rec
	wait_stored b two
}
# overtaken CERTIFICATE: b has connected with it, a records as one, and only then b comes through its handshake
overtaken() {
	tls_config
	server_start
	relayed b 127.0.0.4 "$1" -w 1
	wait_log 'connected client=[?]'
	tls_live a 127.0.0.4 foo
	tell a pcap rec
	wait_stored a one
	kill -USR2 "$RELAY"
	tell b pcap rec=70
}
# bats test_tags=ways
@test "candidates: a handshake that is under way is not the other client's to end" {
	needs_one_server "an earlier connection of the same address"
	overtaken bar
	wait_stored b two
	tell a rec
	wait_stored a one
	never_log 'replaced|rejected'
}
# bats test_tags=ways
@test "candidates: of two connections of one client the newer stays, also when the older was slower" {
	needs_one_server "an earlier connection of the same client"
	overtaken foo
	wait_log 'file client=one .*reason=replaced packets=1 '
	unframe b.sent | cmp - done/trace-one-*
	tell a rec
	wait_stored a one
	[ "$(grep -c 'closed client=one' log)" -eq 1 ]
}
# bats test_tags=ways
@test "candidates: one of them stores nothing, the other does" {
	local one='{ name = "one"; address = "127.0.0.4"; tls = true; certificate = "foo"; store = false; }'
	local two='{ name = "two"; address = "127.0.0.4"; tls = true; certificate = "bar.example"; }' order
	stream pcap rec >s
	for order in "$one, $two" "$two, $one"; do
		tls_config "$X509 $OWN" '' "$order"
		server_start
		tls_send 127.0.0.4 foo s
		wait_log 'closed client=one .*packets=1 .*files=0 '
		tls_send 127.0.0.4 bar s
		wait_log 'closed client=two .*packets=1 .*files=1 '
		recorded
		rm done/*
		server_stop
	done
}
# bats test_tags=ways
@test "candidates: each of the clients of one address has its share of per-client" {
	needs_one_server "earlier connections of the same address"
	tls_config "$X509 $OWN" 'limits: { per-client = 1; };'
	server_start
	tls_live a 127.0.0.4 foo
	tell a pcap rec
	wait_stored a one
	tls_live b 127.0.0.4 bar
	tell b pcap rec=70
	wait_stored b two
	live c 127.0.0.4
	wait_log 'refused peer=127[.]0[.]0[.]4:[0-9]+ reason="per-client connections are used up"'
	tell a rec
	wait_stored a one
}

# ---- the wrong protocol, silence, noise ----

# bats test_tags=ways
@test "plain frames to a TLS client" {
	tls_config
	server_start
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'rejected client=foo .*reason="this looks like plain frames: let the client use TLS .osmo-pcap-client: enable tls; osmo-pcap-send: --tls., or set tls = false here"'
	wait_log 'closed client=foo .*reason="the TLS handshake failed"'
	no_file
}
@test "a ClientHello to a plain client" {
	tls_config
	server_start
	stream pcap rec >s
	tls_send 127.0.0.5 foo s
	wait_log 'rejected client=plain .*reason=".*TLS'
	wait_log 'closed client=plain .*packets=0'
	no_file
}
@test "HTTP to a TLS client" {
	tls_config
	server_start
	printf 'GET / HTTP/1.1\r\n\r\n' >s
	peer_send 127.0.0.2 s
	wait_log 'rejected client=foo .*reason="this is no TLS handshake, it looks like an HTTP request"'
	no_file
}

# slow FILE REASON: sent, then silence
slow() {
	tls_config "$X509 $OWN" 'limits: { handshake-timeout = 1; };'
	server_start
	peer -s 127.0.0.2 -h "$LISTEN" "$PORT" <"$1" >end 3>&- &
	PIDS+=($!)
	wait_log "closed client=foo"
	grep -E "rejected client=foo peer=127[.]0[.]0[.]2:[0-9]+ reason=\"$2\" frame=1 offset=0\$" log
	[ "$(grep -c rejected log)" -eq 1 ]
	until_true grep -qE 'closed|reset' end
	no_file
	never_log 'killed by signal|internal error'
}

# ---- an end before the identity is known: nothing is recorded yet ----

# nothing_recorded REASON: foo's process ended with that reason, and by itself
nothing_recorded() {
	wait_log 'closed client=foo '
	wait_log "closed client=foo .*reason=\"$1\" packets=0 bytes=0 files=0"
	never_log 'killed by signal|internal error'
	no_file
}
# half_hello SANDBOX: foo has sent half a ClientHello, and waits
half_hello() {
	tls_config "$X509 $OWN" "log-level = \"debug\"; sandbox = \"$1\"; limits: { handshake-timeout = 100; };"
	server_start
	printf '\026\003\001\002\000\001\000\001\374\003\003' >s
	peer -s 127.0.0.2 -h "$LISTEN" "$PORT" <s >end 3>&- &
	PIDS+=($!)
	wait_log 'connected client=foo '
}
stopped_early() {
	needs_one_server "its stop"
	half_hello "$1"
	kill -TERM "$SERVER_PID"
	nothing_recorded stop
	wait_log ' stopped'
}
@test "stopped within the handshake, with sandbox: no recorder is there to be closed" { stopped_early best-effort; }
@test "stopped within the handshake, without sandbox: no recorder is there to be closed" { stopped_early off; }
@test "reset before the first byte, without sandbox: no recorder is there to be closed" {
	tls_config "$X509 $OWN" 'log-level = "debug"; sandbox = "off";'
	server_start
	peer_send 127.0.0.2 /dev/null -r
	nothing_recorded 'the connection broke: .*'
}

# bats test_tags=ways
@test "silence ends at handshake-timeout" {
	: >s
	slow s 'no (link header|TLS handshake) within 1 seconds'
}
@test "half a ClientHello ends at handshake-timeout" {
	printf '\026\003\001\002\000\001\000\001\374\003\003' >s
	slow s 'no TLS handshake within 1 seconds'
}
# bats test_tags=ways
@test "a whole handshake and nothing more ends at handshake-timeout" {
	tls_config "$X509 $OWN" 'limits: { handshake-timeout = 1; };'
	server_start
	local quiet
	mkfifo quiet
	exec {quiet}<>quiet # nothing comes, and no end
	socat -u "FILE:quiet" "OPENSSL:$LISTEN:$PORT,bind=127.0.0.2,$(with foo)" 2>>socat.log 3>&- &
	PIDS+=($!)
	wait_log 'closed client=foo .*reason="no link header within 1 seconds"'
	no_file
}
@test "a handshake byte by byte that does not end in time" {
	perl -e 'print "\026\003\001\002\000\001\000\001\374\003\003", "x" x 200' >s
	tls_config "$X509 $OWN" 'limits: { handshake-timeout = 1; };'
	server_start
	peer -s 127.0.0.2 -c 1 -p 50 "$LISTEN" "$PORT" <s >end 3>&- &
	PIDS+=($!)
	wait_log 'rejected client=foo .*reason="no TLS handshake within 1 seconds"'
	no_file
}

# old VERSION NAME: as the second byte of the version, in the record and in the handshake
old() {
	clienthello -v "$1" >s
	tls_config
	server_start
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .*reason="the TLS handshake failed"'
	grep -E "rejected client=foo .*reason=\"the client offers $2 at most, which priority does not allow\" " log
	no_file
}
@test "SSL 3.0" { old 0 'SSL 3.0'; }
@test "TLS 1.0" { old 1 'TLS 1.0'; }
@test "TLS 1.1" { old 2 'TLS 1.1'; }
@test "TLS 1.1 by openssl" {
	x509_refuses 127.0.0.2 foo 'the client offers TLS 1.1 at most, .*' ',openssl-max-proto-version=TLS1.1,cipher=DEFAULT@SECLEVEL=0'
}
@test "SSL 2.0" {
	printf '\200\056\001\000\002\000\025\000\000\000\020\001\000\200\002\000\200\003\000\200\004\000\200\005\000\200\006\000\100\007\000\300xxxxxxxxxxxxxxxx' >s
	tls_config
	server_start
	peer_send 127.0.0.2 s
	wait_log 'rejected client=foo .*reason="this is no TLS handshake"'
	no_file
}

@test "random bytes, also behind the first of a handshake" {
	tls_config
	server_start
	local i
	for i in {1..20}; do
		perl -e 'srand shift; print shift; print chr rand 256 for 1 .. 2000' "$i" "$([ $((i % 2)) -eq 0 ] || printf '\026\003\001')" >s
		peer_send 127.0.0.2 s
		wait_log 'closed client=foo .*reason="the TLS handshake failed"' "$i"
	done
	[ "$(grep -c 'rejected client=foo' log)" -eq 20 ]
	never_log 'killed|signal'
	no_file
	stream pcap rec >s
	tls_send 127.0.0.2 foo s
	wait_log 'closed client=foo .*packets=1 '
}

# ---- records and their ends ----

# bats test_tags=ways
@test "TLS byte by byte, in the handshake too" {
	tls_config
	server_start
	relayed a 127.0.0.2 foo -c 1
	tell a pcap rec rec=3000 rec
	wait_stored a foo
	tls_hang_up a
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=3 '
	stored a foo "done"
}
@test "TLS in pieces of other sizes" {
	tls_config "$X509 $OWN" 'max-snaplen = 60000;'
	server_start
	local n k=0
	for n in 2 3 5 6 17 100 1459; do
		k=$((k + 1))
		relayed "a$n" 127.0.0.2 foo -c "$n"
		tell "a$n" pcap rec=40000 rec
		wait_stored "a$n" foo
		tls_hang_up "a$n"
		wait_log 'closed client=foo .*reason="peer closed the connection" packets=2 ' "$k"
		stored "a$n" foo "done"
		rm -f done/*
	done
	never_log 'rejected'
}

# cut_record N: N bytes of a record, then the end
cut_record() {
	tls_config
	server_start
	relayed a 127.0.0.2 foo -x "$1"
	tell a pcap rec rec=70
	wait_stored a foo
	kill -USR2 "$RELAY"
	until_true grep -q armed relay.out
	cp a.sent whole.sent
	tell a rec
	wait_log "rejected client=foo .*reason=\"truncated: the peer closed within a TLS record\" frame=4 offset=$(size whole.sent)\$"
	wait_log 'closed client=foo .*reason="truncated.*packets=2 '
	stored whole foo "done"
	wait_log 'file client=foo .*reason=error packets=2'
}
@test "the end after 1 byte of a TLS record" { cut_record 1; }
@test "the end after 4 bytes of a TLS record" { cut_record 4; }
# bats test_tags=ways
@test "the end after the header of a TLS record" { cut_record 5; }
@test "the end after 6 bytes of a TLS record" { cut_record 6; }
@test "the end before the last byte of a TLS record" { cut_record -1; }

# bats test_tags=ways
@test "FIN without close_notify between frames is a normal end" {
	tls_config
	server_start
	relayed a 127.0.0.2 foo
	tell a pcap rec rec
	wait_stored a foo
	kill -USR1 "$RELAY"
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=2 '
	wait_log 'file client=foo .*reason=closed packets=2'
	never_log 'rejected'
	stored a foo "done"
}
# bats test_tags=ways
@test "FIN without close_notify inside a frame: truncated" {
	tls_config
	server_start
	relayed a 127.0.0.2 foo -x 100000
	tell a pcap rec
	wait_stored a foo
	cp a.sent whole.sent
	stream rec >piece
	kill -USR2 "$RELAY"
	until_true grep -q armed relay.out
	head -c 30 piece >&"${WRITER[a]}"
	wait_log 'rejected client=foo .*reason="truncated: the peer closed 30 bytes into a frame" frame=3 '
	wait_log 'closed client=foo .*packets=1 '
	stored whole foo "done"
}
@test "a TLS record that was changed on its way: what came before it is kept" {
	tls_config
	server_start
	relayed a 127.0.0.2 foo -m
	tell a pcap rec rec=70
	wait_stored a foo
	kill -USR2 "$RELAY"
	until_true grep -q armed relay.out
	cp a.sent whole.sent
	tell a rec
	wait_log 'closed client=foo .*reason=".*TLS: .*packets=2 '
	wait_log "rejected client=foo .*reason=\"TLS: .*\" frame=4 offset=$(size whole.sent)\$"
	[ "$(grep -c rejected log)" -eq 1 ]
	stored whole foo "done"
}

# ---- many ----

# bats test_tags=ways
@test "200 clients shake hands at once" {
	tls_config "$X509 $OWN" 'limits: { unestablished = 200; connections = 400; };' \
		'{ name = "many"; address = "127.1.0.0/16"; tls = true; }'
	server_start
	stream pcap rec rec=900 rec >s
	unframe s >want
	local i f n=0
	for i in {1..200}; do
		socat -u FILE:s "OPENSSL:$LISTEN:$PORT,bind=127.1.0.$i,$(with bar)" 2>>socat.log 3>&- &
		PIDS+=($!)
	done
	PATIENCE=60 wait_log 'closed client=many .*reason="peer closed the connection" packets=3 ' 200
	never_log 'rejected|error'
	for f in done/trace-many-*; do
		cmp want "$f"
		n=$((n + 1))
	done
	[ $n -eq 200 ]
}

# ---- reload ----

# failing_reload K REGEX: the K-th reload of this log fails for that reason, the old set goes on
failing_reload() {
	server_signal HUP
	wait_log 'reload reason="failed: the old configuration stays"' "$1"
	wait_log "$2" || { echo "no error: $2"; return 1; }
}

# bats test_tags=ways
@test "a reload with a new CRL ends the recording that it revokes, and no other" {
	needs_one_server "a reload"
	own_pki
	tls_config
	server_start
	tls_live a 127.0.0.2 foo
	tls_live b 127.0.0.3 bar
	tell a pcap rec
	tell b pcap rec
	wait_stored a foo
	wait_stored b any
	cp pki/more.crl pki/ca.crl
	server_signal HUP
	wait_log 'reload clients=5 finished=1 '
	wait_log 'file client=any .*reason=revoked packets=1'
	wait_log 'closed client=any .*reason="?revoked"?'
	stored b any "done"
	never_log 'closed client=foo'
	stream pcap rec >s
	tls_send 127.0.0.3 bar s
	wait_log 'rejected client=any .*reason="the certificate CN=bar is revoked'
	tell a rec
	tls_hang_up a
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=2'
}

# bats test_tags=ways
@test "a reload with broken credentials keeps the old ones, an error each" {
	needs_one_server "a reload"
	own_pki
	tls_config
	server_start
	tls_live a 127.0.0.2 foo
	tell a pcap rec
	wait_stored a foo
	cp -r pki good
	local k=1 file
	head -c 300 good/server.crt >pki/server.crt
	failing_reload $k 'error .*cfg" line=3 reason="server-cert .*server.crt: no certificate in PEM form'
	cp good/server.crt pki
	for file in server.key ca.crt ca.crl; do
		k=$((k + 1))
		head -c 100 "good/$file" >"pki/$file"
		failing_reload $k "error .*cfg\" line=3 reason=\".*$file: no (private key|certificate|revocation list) in PEM form"
		cp "good/$file" pki
	done
	k=$((k + 1))
	cp good/server2.key pki/server.key
	failing_reload $k 'error .*cfg" line=3 reason="server-key .*server.key: not the key of server-cert'
	cp good/server.key pki
	k=$((k + 1))
	cp good/other.crl pki/ca.crl
	failing_reload $k 'error .*cfg" line=3 reason="crlfile .*: a revocation list that no authority of capath has signed'
	cp good/ca.crl pki
	[ "$(grep -c ' error ' log)" -eq "$k" ]
	stream pcap rec >s
	tls_send 127.0.0.3 bar s
	wait_log 'closed client=any .*reason="peer closed the connection" packets=1 '
	tell a rec
	wait_stored a foo
	server_signal HUP
	wait_log 'reload clients=5'
}

# bats test_tags=ways
@test "a reload takes a new certificate and key" {
	needs_one_server "a reload"
	own_pki
	tls_config
	server_start
	cp pki/server2.crt pki/server.crt
	cp pki/server2.key pki/server.key
	server_signal HUP
	wait_log 'reload clients=5'
	timeout "$PATIENCE" openssl s_client -bind 127.0.0.2:0 -connect "$LISTEN:$PORT" -cert pki/foo.crt -key pki/foo.key \
		</dev/null >out 2>&1 || true
	openssl x509 -in out >shown
	openssl x509 -in pki/server2.crt | cmp - shown
}

# turned_away K ADDRESS CERTIFICATE SENTENCE: the K-th refusal of this log
turned_away() {
	tls_send "$2" "$3" s
	wait_log 'closed client=.* reason="the TLS handshake failed"' "$1"
	[ "$(grep -cE "rejected client=[a-z?]+ peer=$2:[0-9]+ reason=\"$4" log)" -ge 1 ] || { echo "not: $4"; return 1; }
	[ "$(grep -c rejected log)" -eq "$1" ]
	never_log established
	no_file
}
# all_turned_away: each connection that must not record; N counts
all_turned_away() {
	local cert sentence
	while read -r cert sentence; do
		N=$((N + 1))
		turned_away "$N" 127.0.0.3 "${cert#-}" "$sentence"
	done <<-EOT
		- the client sent no certificate
		self the certificate CN=foo is self-signed
		alien the certificate CN=alien is signed by no authority
		expired the certificate CN=expired has expired
		future the certificate CN=future is not valid yet
		revoked the certificate CN=revoked is revoked
		server-only the certificate CN=server-only is not for TLS clients
	EOT
	N=$((N + 1))
	turned_away "$N" 127.0.0.2 client-ed25519 'the certificate CN=client-ed25519 does not contain the name foo'
}
# bats test_tags=ways
@test "a certificate that is refused before a reload with a new CRL is refused after it, one that it revokes is too" {
	needs_one_server "a reload"
	own_pki
	tls_config
	server_start
	stream pcap rec >s
	N=0
	all_turned_away
	cp pki/more.crl pki/ca.crl
	server_signal HUP
	wait_log 'reload clients=5 finished=0'
	all_turned_away
	N=$((N + 1))
	turned_away "$N" 127.0.0.3 bar 'the certificate CN=bar is revoked'
	tls_send 127.0.0.2 foo s
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=1 '
	unframe s | cmp - done/trace-foo-*
}

# between NAME: an authority that ca has signed
between() {
	key "$1"
	printf 'cn = "%s"\nca\ncert_signing_key\nexpiration_days = 90\n' "$1" >template
	quietly certtool --generate-certificate --load-privkey "$1.key" --load-ca-certificate ca.crt \
		--load-ca-privkey ca.key --template template --outfile "$1.crt"
}
@test "chains: an authority in between, on both sides, is sent along and the root is enough" {
	own_pki
	(
		cd pki
		between middle
		certificate inner middle 'tls_www_server\nexpiration_days = 50\ndns_name = localhost'
		certificate leaf middle 'tls_www_client\nexpiration_days = 50'
		cat inner.crt middle.crt >chain.crt
		cat leaf.crt middle.crt >leaf-chain.crt
		chmod 600 inner.key leaf.key
	)
	tls_config "$X509 server-cert = \"pki/chain.crt\"; server-key = \"pki/inner.key\";"
	server_start
	stream pcap rec >s
	timeout "$PATIENCE" openssl s_client -quiet -no_ign_eof -bind 127.0.0.3:0 -connect "$LISTEN:$PORT" -CAfile pki/ca.crt \
		-verify_return_error -cert pki/leaf.crt -key pki/leaf.key -cert_chain pki/middle.crt <s >client.log 2>&1 ||
		{ cat client.log; return 1; }
	wait_log 'established client=any .*subject="CN=leaf"'
	wait_log 'closed client=any .*packets=1 '
	unframe s | cmp - done/trace-any-*
	# without the one in between the leaf cannot be traced to the authority
	tls_send 127.0.0.3 leaf s
	wait_log 'rejected client=any .*the certificate CN=leaf is signed by no authority in capath'
}

# bats test_tags=ways
@test "a reload takes another authority: its certificates record, those of the old one do not" {
	needs_one_server "a reload"
	own_pki
	tls_config "capath = \"pki/ca.crt\"; $OWN"
	server_start
	stream pcap rec >s
	turned_away 1 127.0.0.3 alien 'the certificate CN=alien is signed by no authority'
	cp pki/other.crt pki/ca.crt
	server_signal HUP
	wait_log 'reload clients=5'
	turned_away 2 127.0.0.3 bar 'the certificate CN=bar is signed by no authority'
	tls_send 127.0.0.3 alien s
	wait_log 'closed client=any .*reason="peer closed the connection" packets=1 '
}

# shaking CLIENTS-AFTER: a peer that may be one or two is in the middle of the handshake, and the server reloads
shaking() {
	tls_config
	server_start
	relayed a 127.0.0.4 foo -w 30
	wait_log 'connected client=[?] peer=127.0.0.4:'
	tls_config "$X509 $OWN" '' "$1"
	server_signal HUP
}
# bats test_tags=ways
@test "a reload that changes nothing: a client that is not known yet goes on with its handshake" {
	needs_one_server "a reload"
	shaking "$TLS_CLIENTS"
	wait_log 'reload clients=5 finished=0 updated=0 kept=0 '
	kill -USR2 "$RELAY"
	tell a pcap rec
	wait_stored a one
	never_log 'rejected'
}
# bats test_tags=ways
@test "a reload that changes one of those that a client may be ends its handshake" {
	needs_one_server "a reload"
	shaking "${TLS_CLIENTS/bar.example/baz.example}"
	wait_log 'reload clients=5 finished=1 '
	wait_log 'closed client=[?] peer=127.0.0.4:[0-9]+ reason="?reload"?'
	never_log 'rejected|established'
}
# bats test_tags=ways
@test "a reload that takes the address from one of those that a client may be ends its handshake" {
	needs_one_server "a reload"
	shaking "${TLS_CLIENTS/127.0.0.4/127.0.0.44}"
	wait_log 'reload clients=5 finished=1 '
	wait_log 'closed client=[?] peer=127.0.0.4:[0-9]+ reason="?reload"?'
}

# bats test_tags=ways
@test "a reload with other settings for one of those that a client may be ends its handshake" {
	needs_one_server "a reload"
	shaking "${TLS_CLIENTS/\"one\";/\"one\"; max-file-size = 1000;}"
	wait_log 'reload clients=5 finished=1 '
	wait_log 'closed client=[?] peer=127.0.0.4:[0-9]+ reason="?reload"?'
}
# bats test_tags=ways
@test "a reload changes the settings of the client that the certificate has chosen, and of no other" {
	needs_one_server "a reload"
	tls_config
	server_start
	tls_live a 127.0.0.4 bar
	tell a pcap rec
	wait_stored a two
	tls_config "$X509 $OWN" '' "${TLS_CLIENTS/\"one\";/\"one\"; max-file-size = 1000;}"
	server_signal HUP
	wait_log 'reload clients=5 finished=0 updated=0 kept=0 added=0 removed=0 changed=1$'
	tls_config "$X509 $OWN" '' "${TLS_CLIENTS/\"two\";/\"two\"; store = false;}"
	server_signal HUP
	wait_log 'reload clients=5 finished=0 updated=1 kept=0 added=0 removed=0 changed=2$'
	wait_log 'settings client=two .*store=false max-file-size=1073741824'
	tell a rec
	tls_hang_up a
	wait_log 'closed client=two .*packets=2 .*files=1 '
	[ "$(packets done/*)" -eq 1 ]
}

# bats test_tags=ways
@test "stop, TLS, in the middle of a record: all whole frames are there, and the stream is not called truncated" {
	needs_one_server "its stop, told to all connections"
	tls_config
	server_start
	relayed a 127.0.0.2 foo -k # of the next record the first byte, and then the relay waits for ever
	tell a pcap rec rec=70
	wait_stored a foo
	cp a.sent whole.sent
	kill -STOP "$(child foo)"
	kill -USR2 "$RELAY"
	until_true grep -q armed relay.out
	tell a rec
	# the first byte is in the server's queue
	# shellcheck disable=SC2016
	until_true sh -c 'grep -qE "$(printf ":%04X" "$1") [0-9A-F]+:[0-9A-F]+ 01 [0-9A-F]+:00000001 " /proc/net/tcp' - "$PORT"
	kill -TERM "$SERVER_PID"
	wait_log 'stopping connections=1'
	kill -CONT "$(child foo)"
	wait_log 'closed client=foo .*reason="?stop"? packets=2 '
	never_log 'rejected'
	stored whole foo "done"
	wait_log 'file client=foo .*reason=stop packets=2'
}

# ---- -t ----

# tested STATUS REGEX [KEYS-OF-TLS]
tested() {
	tls_config "${3-}"
	run "$SERVER" -c cfg -t
	echo "$output"
	[ "$status" -eq "$1" ]
	grep -E "^cfg:3: $2" <<<"$output"
}
own() { echo "$X509 server-cert = \"$1\"; server-key = \"$2\";"; }

@test "-t: no such certificate" { tested 78 '(error: )?server-cert .*none.crt: No such file' "$(own pki/none.crt pki/server.key)"; }
@test "-t: no such key" { tested 78 '(error: )?server-key .*none.key: No such file' "$(own pki/server.crt pki/none.key)"; }
@test "-t: no such authority" { tested 78 '(error: )?capath .*none: No such file' "capath = \"none\"; $OWN"; }
@test "-t: no such CRL" { tested 78 '(error: )?crlfile .*none: No such file' "capath = \"pki/ca.crt\"; crlfile = \"none\"; $OWN"; }
@test "-t: a certificate that is no PEM" {
	openssl x509 -in pki/server.crt -outform DER -out der
	tested 78 '(error: )?server-cert .*no certificate in PEM form' "$(own der pki/server.key)"
}
@test "-t: a key that is no PEM" {
	openssl pkey -in pki/server.key -outform DER -out der
	tested 78 '(error: )?server-key .*no private key in PEM form' "$(own pki/server.crt der)"
}
@test "-t: a key that does not fit" { tested 78 '(error: )?server-key .*not the key of server-cert' "$(own pki/server.crt pki/foo.key)"; }
@test "-t: an encrypted key" { tested 78 '(error: )?server-key .*the key is encrypted' "$(own pki/server.crt pki/encrypted.key)"; }
@test "-t: a CRL of another authority" {
	tested 78 '(error: )?crlfile .*no authority of capath has signed' "capath = \"pki/ca.crt\"; crlfile = \"pki/other.crl\"; $OWN"
}
@test "-t: an empty directory of authorities" {
	mkdir empty
	tested 78 '(error: )?capath .*no certificate in this directory' "capath = \"empty\"; $OWN"
}
@test "-t: an unknown priority" { tested 78 '(error: )?priority .*VERS-TLS9' "$X509 $OWN priority = \"NORMAL:+VERS-TLS9\";"; }
@test "-t: a priority without a version of TLS" {
	tested 78 '(error: )?priority .*no version of TLS' "$X509 $OWN priority = \"NORMAL:-VERS-ALL:+VERS-DTLS1.2\";"
}
@test "-t: a priority without a group" { tested 78 '(error: )?priority .*no group' "$X509 $OWN priority = \"NORMAL:-GROUP-ALL\";"; }
@test "-t: a priority without a signature is a warning" {
	tested 0 'warning: priority .*no signature' "$X509 $OWN priority = \"NORMAL:-SIGN-ALL\";"
}
@test "-t: an expired server certificate is a warning" {
	tested 0 'warning: server-cert .*has expired' "$(own pki/old-server.crt pki/old-server.key)"
}
@test "-t: a CRL past its next update is a warning" {
	tested 0 'warning: crlfile .*past its next update' "capath = \"pki/ca.crt\"; crlfile = \"pki/late.crl\"; $OWN"
}
# ends_in DAYS: soon.crt of a server and soon.crl
ends_in() {
	own_pki
	DAY=$(date -u -d "+$1 days" +%Y-%m-%d)
	(
		cd pki || return
		certificate soon ca "tls_www_server\nexpiration_date = \"$(date -u -d "+$1 days" '+%Y-%m-%d %H:%M:%S UTC')\""
		revocations soon.crl ca "crl_next_update_date = \"$(date -u -d "+$1 days" '+%Y-%m-%d %H:%M:%S UTC')\"\ncrl_number = 7" revoked.crt
	)
}
@test "-t: a server certificate that expires within 14 days is a warning, with the day" {
	ends_in 13
	tested 0 "warning: server-cert .*/pki/soon.crt: the certificate expires on $DAY: renew it$" "$(own pki/soon.crt pki/soon.key)"
}
@test "-t: a CRL that ends within 14 days is a warning, with the day" {
	ends_in 13
	tested 0 "warning: crlfile .*/pki/soon.crl: a revocation list holds until $DAY: renew it$" "capath = \"pki/ca.crt\"; crlfile = \"pki/soon.crl\"; $OWN"
}
@test "-t: a server certificate and a CRL that end in 15 days: no warning" {
	ends_in 15
	tls_config "capath = \"pki/ca.crt\"; crlfile = \"pki/soon.crl\"; server-cert = \"pki/soon.crt\"; server-key = \"pki/soon.key\";"
	run "$SERVER" -c cfg -t
	[ "$status" -eq 0 ]
	not grep -E 'expires|holds until' <<<"$output"
}
# bats test_tags=ways
@test "a server certificate that expires and a CRL that ends within 14 days: warned about every day" {
	needs_one_server "a day that passes"
	ends_in 16
	tls_config "capath = \"pki/ca.crt\"; crlfile = \"pki/soon.crl\"; server-cert = \"pki/soon.crt\"; server-key = \"pki/soon.key\";"
	fake_clock '+0'
	WRAP+=(FAKETIME_DONT_FAKE_MONOTONIC=0)
	server_start
	local day
	for day in 3 4; do
		echo "+${day}d" >clock.new
		mv clock.new clock
		server_signal USR2
		wait_log " warning .*reason=\"server-cert .*expires on $DAY: renew it" $((day - 2))
		wait_log " warning .*reason=\"crlfile .*holds until $DAY: renew it" $((day - 2))
	done
}
@test "a server certificate and a CRL that end soon: a reload warns again only of others" {
	needs_one_server "a reload"
	ends_in 13
	tls_config "capath = \"pki/ca.crt\"; crlfile = \"pki/soon.crl\"; server-cert = \"pki/soon.crt\"; server-key = \"pki/soon.key\";"
	server_start
	aged() { # TIMES RELOADS: either was warned of so often
		wait_log ' reload clients=' "$2"
		[ "$(grep -c "server-cert .*expires on " log)" -eq "$1" ]
		[ "$(grep -c "crlfile .*holds until " log)" -eq "$1" ]
	}
	aged 1 0
	server_signal HUP
	aged 1 1
	ends_in 12
	server_signal HUP
	aged 2 2
	wait_log "expires on $DAY: renew it"
	wait_log "holds until $DAY: renew it"
	server_signal HUP
	aged 2 3
}
# client_ends_in DAYS: foo's certificate does, and records
client_ends_in() {
	own_pki
	DAY=$(date -u -d "+$1 days" +%Y-%m-%d)
	(cd pki && certificate foo ca "tls_www_client\nexpiration_date = \"$(date -u -d "+$1 days" '+%Y-%m-%d %H:%M:%S UTC')\"")
	tls_config
	server_start
	stream pcap rec pcap,linktype=113 rec >s
	tls_send 127.0.0.2 foo s
	wait_log 'closed client=foo .*packets=2 '
}
# bats test_tags=ways
@test "x509: a client's certificate that expires within 14 days records, with a warning" {
	client_ends_in 13
	wait_log " expiring client=foo peer=127[.]0[.]0[.]2:[0-9]+ subject=\"?CN=foo\"? expires=$DAY$"
	[ "$(grep -c ' expiring ' log)" -eq 1 ]
}
@test "x509: a client's certificate that expires in 15 days records, without one" {
	client_ends_in 15
	never_log ' expiring '
}
@test "-t: a key that others may read is a warning" {
	own_pki
	chmod 644 pki/server.key
	tested 0 'warning: server-key .*others than the server may read the key .mode 0644.' "$X509 $OWN"
}
@test "-t: a key that another group may read is a warning, of the server's own group it is none" {
	own_pki
	local group
	chmod 640 pki/server.key
	tls_config
	run "$SERVER" -c cfg -t
	not grep server-key <<<"$output"
	group=$(id -G | tr ' ' '\n' | grep -vx "$(id -g)" | head -n 1)
	[ "$(id -u)" -ne 0 ] || group=1
	[ -n "$group" ] || skip "no other group to give the key to"
	chgrp "$group" pki/server.key
	tested 0 'warning: server-key .*others than the server may read the key .mode 0640.' "$X509 $OWN"
}
@test "-t: a key that the server may not read" {
	own_pki
	if [ "$(id -u)" -eq 0 ]; then # who may read everything, unless the capability is taken away
		chown 1 pki/server.key
		SERVER="setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search $SERVER"
	else
		chmod 0 pki/server.key
	fi
	tls_config
	run $SERVER -c cfg -t
	echo "$output"
	[ "$status" -eq 78 ]
	grep -E '^cfg:3: (error: )?server-key .*server.key: Permission denied' <<<"$output"
}
@test "-t: everything that is wrong at once" {
	mkdir none
	tested 78 '(error: )?server-cert .*none.crt: No such file' \
		'capath = "none"; crlfile = "none.crl"; server-cert = "none.crt"; server-key = "none.key"; priority = "NORMAL:+X";'
	local what
	for what in 'capath .*none: no certificate in this directory' 'crlfile .*none.crl: No such file' \
		'server-key .*none.key: No such file' "priority 'NORMAL:[+]X': .* at '[+]X'$"; do
		grep -E "^cfg:3: (error: )?$what" <<<"$output"
	done
}
# bats test_tags=ways
@test "an expired server certificate and an old CRL: warned about every day" {
	needs_one_server "a day that passes"
	tls_config "capath = \"pki/ca.crt\"; crlfile = \"pki/late.crl\"; server-cert = \"pki/old-server.crt\"; server-key = \"pki/old-server.key\";"
	fake_clock '+0'
	WRAP+=(FAKETIME_DONT_FAKE_MONOTONIC=0) # the days, too
	server_start
	local day
	for day in 1 2; do
		echo "+${day}d" >clock.new
		mv clock.new clock
		server_signal USR2 # any event will do
		wait_log ' warning .*reason="server-cert .*has expired' $day
		wait_log ' warning .*reason="crlfile .*past its next update' $day
	done
	server_signal USR2
	wait_log ' status connections=' 3
	[ "$(grep -c ' warning .*has expired' log)" -eq 2 ]
}
@test "-t: good credentials" {
	tls_config
	run "$SERVER" -c cfg -t
	echo "$output"
	[ "$status" -eq 0 ]
	not grep cfg:3 <<<"$output"
}

# A list that openssl makes, of serial numbers in hexadecimal.
serials() {
	printf 'R\t360101000000Z\t260101000000Z\t%s\tunknown\t/CN=x\n' "${@:2}" >index
	printf '[ca]\ndefault_ca = d\n[d]\ndatabase = index\ncrlnumber = number\ndefault_md = sha256\ndefault_crl_days = 9\n' >openssl.cnf
	echo 05 >number
	quietly openssl ca -gencrl -config openssl.cnf -keyfile pki/ca.key -cert pki/ca.crt -out "$1"
}
@test "-t: a revocation list with a serial number of any length that is allowed, and with a longer one" {
	own_pki
	tls_config
	serials pki/ca.crl "$(printf '7F%078d' 1)" 05
	run "$SERVER" -c cfg -t
	echo "$output"
	[ "$status" -eq 0 ]
	serials pki/ca.crl "$(printf '7F%080d' 1)" 05
	run "$SERVER" -c cfg -t
	echo "$output"
	[ "$status" -eq 78 ]
	grep -E '^cfg:3: (error: )?crlfile .*ca.crl: a serial number is longer than 40 bytes' <<<"$output"
}

# ---- the environment ----

no_key_log() { # SERVER-KEYS
	tls_config "$X509 $OWN" "$1"
	WRAP=(env "SSLKEYLOGFILE=$PWD/secrets")
	server_start
	records any 127.0.0.3 bar ''
	wait_log 'warning.*SSLKEYLOGFILE is ignored'
	[ ! -e secrets ]
}
# bats test_tags=ways
@test "SSLKEYLOGFILE: a warning, no secrets are written, clients are served" { no_key_log ''; }
@test "SSLKEYLOGFILE: a warning, no secrets are written, without a sandbox" { no_key_log 'sandbox = "off";'; }

# ---- the keeper ----

# room PID: kB of address space that it may still take, or "unlimited"
room() {
	local limit size
	limit=$(awk '/^Max address space/ { print $4 }' "/proc/$1/limits")
	size=$(awk '/^VmSize:/ { print $2 }' "/proc/$1/status")
	[ "$limit" != unlimited ] || { echo unlimited; return; }
	echo $((limit / 1024 - size))
}
@test "a reload that needs much more memory: the keeper may take as much beyond it as one at the start" {
	[ -z "${VALGRIND-}" ] || beside_memcheck "no sandbox, no limit"
	own_pki
	tls_config
	server_start
	local before after
	before=$(room "$(keeper)")
	[ "$before" != unlimited ] || skip "without the sandbox's limits"
	# shellcheck disable=SC2046 # many
	serials pki/ca.crl $(seq -f %08.0f 1 50000)
	server_signal HUP
	wait_log ' reload clients='
	after=$(room "$(keeper)")
	echo "$before kB before, $after kB after"
	[ "$after" -ge $((before * 9 / 10)) ]
	records any 127.0.0.3 bar ''
}

# bats test_tags=ways
@test "the keeper killed: recordings go on, a new one serves the next handshake" {
	needs_one_server "one keeper for all"
	tls_config
	server_start
	local first second
	first=$(keeper)
	tls_live a 127.0.0.2 foo
	tell a pcap rec
	wait_stored a foo
	kill -KILL "$first"
	wait_log 'error reason="the key keeper was killed by signal 9"'
	wait_log 'keeper pid='
	second=$(sed -n 's/.*keeper pid=//p' log)
	[ "$second" -ne "$first" ]
	tell a rec
	wait_stored a foo
	stream pcap rec >s
	tls_send 127.0.0.3 bar s
	wait_log 'closed client=any .*reason="peer closed the connection" packets=1 '
	never_log 'closed client=foo|rejected'
}

# without_keeper: it is killed, and a client comes before the next one is there
without_keeper() {
	local pid
	pid=$(sed -n 's/.*keeper pid=//p' log | tail -n 1)
	kill -KILL "${pid:-$FIRST}" || true
	tls_send 127.0.0.3 bar s
	PATIENCE=1 wait_log 'refused client=any peer=127.0.0.3:[0-9]+ reason="the key keeper is not running; it will be started again"'
}
# bats test_tags=ways
@test "the keeper killed as soon as it is there: handshakes are refused with the reason until it is back by itself" {
	needs_one_server "one keeper for all"
	tls_config
	server_start
	FIRST=$(keeper)
	tls_live a 127.0.0.2 foo
	tell a pcap rec
	wait_stored a foo
	stream pcap rec >s
	until_true without_keeper
	local n
	n=$(grep -c 'closed client=any .* packets=1 ' log || true)
	back() { tls_send 127.0.0.3 bar s; PATIENCE=1 wait_log 'closed client=any .* packets=1 ' $((n + 1)); }
	until_true back
	tell a rec
	wait_stored a foo
	never_log 'closed client=foo'
}

# bats test_tags=ways
@test "no keeper can be started for a while: nothing is left of the attempts" {
	beside_memcheck "where strace has a fork fail, the next child of any program dies in it"
	needs_one_server "one keeper for all"
	can_trace
	tls_config
	server_start
	local pid before
	pid=$(keeper)
	before=$(find "/proc/$SERVER_PID/fd/" | wc -l)
	failing "$SERVER_PID" clone:error=EAGAIN:when=1..3
	kill -KILL "$pid"
	wait_log 'error reason="the key keeper cannot be started: ' 3
	wait_log 'keeper pid='
	[ "$(find "/proc/$SERVER_PID/fd/" | wc -l)" -eq "$before" ]
	stream pcap rec >s
	tls_send 127.0.0.3 bar s
	wait_log 'closed client=any .*packets=1 '
}

# bats test_tags=ways
@test "descriptors cannot be closed: ENOSYS; no keeper signs with descriptors that are not its own" {
	beside_memcheck "it calls that, too"
	can_trace
	tls_config
	run strace -f -qq -o trace -e trace=close_range,getdents64 -e inject=close_range,getdents64:error=ENOSYS "$SERVER" -c cfg
	echo "$output"
	[ "$status" -eq 78 ]
	grep -E 'server-key the key keeper cannot close descriptors: ' <<<"$output"
}

# bats test_tags=ways
@test "the server stops while the keeper does not answer: the handshake ends, status 0" {
	needs_one_server "one keeper for all"
	tls_config
	server_start
	local pid
	pid=$(keeper)
	kill -STOP "$pid"
	tls_live a 127.0.0.2 foo
	wait_log 'connected client=foo'
	until_true asks
	server_stop
	kill -KILL "$pid"
	wait_log 'closed client=foo .*reason="stop"'
	never_log 'killed'
}
# It has read the ClientHello, and sleeps.
asks() {
	grep -q '^State:.S' "/proc/$(child foo)/status" &&
		grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$PORT") [0-9A-F:]+ 01 [0-9A-F]{8}:00000000 " /proc/net/tcp
}

# bats test_tags=ways
@test "stopping, with a keeper that has just ended again: the processor is idle" {
	needs_one_server "one keeper for all"
	tls_config
	server_start
	local before after
	FIRST=$(keeper)
	tls_live a 127.0.0.2 foo
	tell a pcap rec
	wait_stored a foo
	kill -KILL "$FIRST"
	wait_log 'keeper pid='
	kill -KILL "$(sed -n 's/.*keeper pid=//p' log)"
	wait_log 'error reason="the key keeper was killed by signal 9"' 2
	kill -STOP "$(child foo)"
	kill -TERM "$SERVER_PID"
	wait_log 'stopping'
	before=$(cpu)
	sleep 3 # a second longer than the next keeper is waited for, and one of nothing to do
	after=$(cpu)
	[ $((after - before)) -lt 50 ]
	kill -CONT "$(child foo)"
	await "$SERVER_PID"
}

# bats test_tags=ways
@test "the keeper ends after the server has ended" {
	needs_one_server "one keeper for all"
	tls_config
	server_start
	local pid
	pid=$(keeper)
	server_stop
	until_true gone "$pid"
}

# With -D the keeper is there before the start is over.
@test "-D: standard error of the program that started it is open in no process" {
	needs_own_sockets "a daemon without any"
	FIXED_PORT=$(free_port)
	tls_config "$X509 $OWN" "pid-file = \"$PWD/pid\";"
	local status=0
	timeout "$PATIENCE" sh -c '"$1" -c cfg -D 2>&1 3>&- | cat >out' - "$SERVER" || status=$?
	SERVER_PID=$(cat pid)
	[ $status -eq 0 ]
	kill -TERM "$SERVER_PID"
	until_true gone "$SERVER_PID"
}

# bats test_tags=ways
@test "the keeper ends after the server was killed" {
	needs_one_server "one keeper for all"
	tls_config
	server_start
	local pid
	pid=$(keeper)
	tls_live a 127.0.0.2 foo
	tell a pcap rec
	wait_stored a foo
	server_kill
	until_true gone "$pid"
	tell a rec
	wait_stored a foo
	tls_hang_up a
	wait_log 'closed client=foo .*packets=2 '
}

# bats test_tags=ways
@test "only the keeper has the key in memory" {
	needs_one_server "one keeper for all"
	tls_config
	server_start
	local pid k
	pid=$(keeper)
	tls_live a 127.0.0.2 foo
	tell a pcap rec
	wait_stored a foo
	k=$(child foo)
	inmemory pki/server.key pki/server.crt self >control
	cat control
	grep -qx 'self 1 1' control || skip "memory cannot be searched here"
	inmemory pki/server.key pki/server.crt "$SERVER_PID" "$k" "$pid" >found
	cat found
	! grep -E "^($SERVER_PID|$k) unreadable" found || skip "not permitted to read another process"
	grep -qx "$SERVER_PID 0 1" found # the certificate shows that the search finds something
	grep -qx "$k 0 1" found
	grep -qE "^$pid (1 .|unreadable)\$" found
}

# ---- to the last detail ----

@test "-t: a CRL past its next update that was changed" {
	own_pki
	openssl crl -in pki/late.crl -outform DER -out der
	perl -0777 -pi -e 's/(.)\z/chr(ord($1) ^ 1)/se' der
	openssl crl -inform DER -in der -out pki/changed.crl
	tested 78 '(error: )?crlfile .*a revocation list that no authority of capath has signed' \
		"capath = \"pki/ca.crt\"; crlfile = \"pki/changed.crl\"; $OWN"
}

@test "a reload with a new CRL of other certificates: with a serial number that begins alike, or of another authority" {
	needs_one_server "a reload"
	own_pki
	local client='tls_www_client\nexpiration_days = 50\nserial ='
	(
		cd pki
		certificate client258 ca "$client 258"
		certificate client1 ca "$client 1"
		certificate other258 other "$client 258"
		revocations one.crl ca 'crl_next_update = 30\ncrl_number = 3' client1.crt
		revocations two.crl other 'crl_next_update = 30\ncrl_number = 3' other258.crt
		revocations three.crl ca 'crl_next_update = 30\ncrl_number = 4' client258.crt
		cat ca.crt other.crt >both.crt
	)
	tls_config "capath = \"pki/both.crt\"; crlfile = \"pki/ca.crl\"; $OWN"
	server_start
	tls_live a 127.0.0.3 client258
	tell a pcap rec
	wait_stored a any
	cat pki/one.crl pki/two.crl >pki/ca.crl
	server_signal HUP
	wait_log 'reload clients=5 finished=0 '
	wait_log 'file client=any .*reason=reload packets=1 '
	tell a rec
	wait_log 'file client=any .*reason=opened' 2
	never_log 'closed client=any'
	cat pki/three.crl pki/two.crl >pki/ca.crl
	server_signal HUP
	wait_log 'reload clients=5 finished=1 '
	wait_log 'closed client=any .*reason="?revoked"? packets=2 '
}

@test "a reload ends the keeper of the former configuration" {
	needs_one_server "a reload"
	tls_config
	server_start
	local pid
	pid=$(keeper)
	server_signal HUP
	wait_log 'reload clients='
	until_true gone "$pid"
	[ "$(keeper)" -ne "$pid" ]
}

@test "a reload while no keeper runs: the new one serves at once, and is not started again" {
	needs_one_server "one keeper for all"
	tls_config
	server_start
	FIRST=$(keeper)
	stream pcap rec >s
	until_true without_keeper
	server_signal HUP
	wait_log 'reload clients='
	local refused pid
	refused=$(grep -c 'the key keeper is not running' log)
	pid=$(keeper)
	tls_send 127.0.0.3 bar s
	wait_log 'closed client=any .* packets=1 '
	[ "$(grep -c 'the key keeper is not running' log)" -eq "$refused" ]
	not gone "$pid"
}

@test "the first link header has a time anew, from the end of the handshake" {
	tls_config "$X509 $OWN" 'limits: { handshake-timeout = 10; };'
	server_start
	relayed a 127.0.0.2 foo -w 1
	wait_log 'connected client=foo'
	sleep 6
	kill -USR2 "$RELAY"
	until_true grep -q armed relay.out
	sleep 6 # more than ten seconds after the connection
	tell a pcap rec
	wait_stored a foo
	never_log 'rejected'
	tls_hang_up a
}

@test "a client that is refused is told why, by an alert" {
	tls_config
	server_start
	stream pcap rec >s
	unframe s >capture
	local version status
	for version in '' --priority=NORMAL:-VERS-TLS1.3; do
		status=0
		"$SEND" -p "$PORT" -S 127.0.0.3 --tls --no-verify --cert pki/alien.crt --key pki/alien.key ${version:+"$version"} \
			"$LISTEN" capture 2>err || status=$?
		[ "$status" -eq 1 ]
		grep "with the alert '" err
	done
}

@test "a certificate of a thousand names: those beyond the first are not looked at" {
	own_pki
	(
		cd pki
		certificate names ca "tls_www_client\nexpiration_days = 50\n$(printf 'dns_name = n%d.example\\n' {1..1000})"
	)
	tls_config "$X509 $OWN" '' '{ name = "foo"; address = "127.0.0.2"; tls = true; certificate = "n64.example"; },
		{ name = "bar"; address = "127.0.0.3"; tls = true; certificate = "n65.example"; }'
	server_start
	stream pcap rec >s
	tls_send 127.0.0.2 names s
	wait_log 'closed client=foo .*packets=1 '
	tls_send 127.0.0.3 names s
	wait_log 'rejected client=bar .*does not contain the name n65.example that client bar must have'
	never_log 'signal|internal'
}

@test "x509: of two common names none is the client's" {
	own_pki
	(
		cd pki
		key twice
		quietly openssl req -new -key twice.key -subj /CN=bar/CN=foo -out twice.csr
		echo 'extendedKeyUsage = clientAuth' >extensions
		quietly openssl x509 -req -in twice.csr -CA ca.crt -CAkey ca.key -days 9 -extfile extensions -out twice.crt
	)
	x509_refuses 127.0.0.2 twice 'the certificate .* does not contain the name foo that client foo must have, but no name'
}

@test "a certificate that was revoked between the handshake and the first link header" {
	needs_one_server "a reload"
	own_pki
	tls_config
	server_start
	tls_live b 127.0.0.3 bar
	wait_log 'connected client=any'
	cp pki/more.crl pki/ca.crl
	server_signal HUP
	wait_log 'reload clients=5 finished=0 '
	tell b pcap rec
	wait_log 'closed client=any .*reason="?revoked"?'
}

@test "a keeper that dies before it has said anything: not started" {
	as_root # nobody else sees which files a process without core dumps reads
	beside_memcheck "strace is beside it"
	can_trace
	tls_config
	run timeout 60 strace -f -qq -o trace -P "$PWD/pki/server.key" -e trace=read -e inject=read:signal=KILL "$SERVER" -c cfg -t
	[ "$status" -eq 78 ]
	[[ $output == *"the key keeper did not start"* ]]
}
