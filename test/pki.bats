#!/usr/bin/env bats
# etc/osmo-pcap-pki: from nothing to a recorded TLS stream, and to its end by revocation.
. "$BATS_TEST_DIRNAME/lib.bash"

# pki COMMAND…: what it prints is in pki.out; on failure that is shown.
pki() { "$TESTDIR/../etc/osmo-pcap-pki" "$@" >pki.out 2>&1 || { cat pki.out >&2; return 1; }; }

# fails REGEX COMMAND…: it fails and says so.
fails() {
	local want=$1
	shift
	not pki "$@" 2>/dev/null
	grep -E -- "$want" pki.out || { cat pki.out >&2; return 1; }
}

# An authority, a server, and the clients named. The first two, made once for the file, are a copy.
pki_ready() {
	local name made=$BATS_FILE_TMPDIR/pki
	if [ ! -e "$made" ]; then
		pki ca pki
		pki server pki pcap.example.net 127.0.0.1 ::1
		cp pki.out "$made.out"
		cp -a pki "$made"
	else
		cp "$made.out" pki.out
		cp -a "$made" pki
	fi
	for name; do
		pki client pki "$name"
	done
}

# One client of 127.0.0.2 that must be site-7.
tls_server() {
	config 'user = "'"$(id -un)"'"; tls: { capath = "pki/ca.crt"; crlfile = "pki/ca.crl";
		server-cert = "pki/server-pcap.example.net.crt"; server-key = "pki/server-pcap.example.net.key"; };' \
		'{ name = "foo"; address = "127.0.0.2"; tls = true; certificate = "site-7"; }'
	server_start
}

# tls_to NAME: standard input to the server, with the certificate of that name; the client verifies the server.
tls_to() {
	socat -u - "OPENSSL:$LISTEN:$PORT,bind=127.0.0.2,cert=pki/client-$1.crt,key=pki/client-$1.key,cafile=pki/ca.crt,commonname=pcap.example.net" 3>&- 4>&-
}

# hold NAME STREAM: sends it and stays connected.
hold() {
	mkfifo in
	exec 4<>in
	tls_to "$1" <in &
	PIDS+=($!)
	cat "$2" >&4
}

list_serials() { certtool --crl-info --infile pki/ca.crl | sed -n 's/^[[:space:]]*Serial Number (hex): //p'; }
serial_of() { certtool --certificate-info --infile "$1" | sed -n 's/^[[:space:]]*Serial Number (hex): //p'; }

@test "shellcheck has no complaint" {
	command -v shellcheck >/dev/null || skip "shellcheck is not installed"
	shellcheck "$TESTDIR/../etc/osmo-pcap-pki"
}

@test "from nothing to a recorded stream; both sides verify each other" {
	pki_ready site-7
	tls_server
	stream pcap rec=60 rec=100 >sent
	tls_to site-7 <sent
	wait_log 'closed client=foo '
	wait_log 'established client=foo peer=127.0.0.2:[0-9]+ tls=TLS1.[23]/[A-Z0-9-]+ subject="CN=site-7" fingerprint=sha256:[0-9a-f]{64} format=pcap '
	recorded sent
}

@test "revoked: after a reload the recording ends, and the client does not come in again" {
	pki_ready site-7
	tls_server
	cp pki/client-site-7.* .
	stream pcap rec=60 >sent
	hold site-7 sent
	wait_log 'file client=foo .*reason=opened'
	pki revoke pki site-7
	server_signal HUP
	wait_log 'reload clients=1 finished=1'
	wait_log 'file client=foo .*reason=revoked packets=1 '
	wait_log 'closed client=foo .*reason="?revoked'
	recorded sent
	cp client-site-7.* pki
	tls_to site-7 <sent || true
	wait_log 'rejected client=foo .*reason="the certificate CN=site-7 is revoked'
}

@test "after a revocation the name can have a new certificate, which records" {
	pki_ready site-7
	pki revoke pki site-7
	pki client pki site-7
	tls_server
	stream pcap rec=60 >sent
	tls_to site-7 <sent
	wait_log 'closed client=foo .*packets=1 '
}

@test "a certificate of another name does not record" {
	pki_ready site-7 site-8
	tls_server
	stream pcap rec=60 >sent
	tls_to site-8 <sent || true
	wait_log 'rejected client=foo .*reason="the certificate CN=site-8 does not contain the name site-7'
	no_file
}

@test "an expired revocation list is a warning, recording goes on, and crl makes it anew" {
	pki_ready site-7
	echo 'crl_this_update_date = "2020-01-01 00:00:00"' >template
	echo 'crl_next_update_date = "2020-02-01 00:00:00"' >>template
	certtool --generate-crl --load-ca-privkey pki/ca.key --load-ca-certificate pki/ca.crt --template template \
		--outfile pki/ca.crl >certtool.out 2>&1
	tls_server
	grep -E 'warning: crlfile .*/pki/ca.crl: a revocation list is past its next update' log
	stream pcap rec=60 >sent
	tls_to site-7 <sent
	wait_log 'closed client=foo .*packets=1 '
	pki crl pki
	server_signal HUP
	wait_log ' reload clients=1 '
	[ "$(grep -c 'past its next update' log)" -eq 1 ]
}

@test "all that is revoked stays in the list" {
	pki_ready one two
	[ -z "$(list_serials)" ]
	serial_of pki/client-one.crt >want
	serial_of pki/client-two.crt >>want
	pki revoke pki one
	pki crl pki
	pki revoke pki two
	list_serials | sort | diff - <(sort want)
}

@test "a revocation that did not come to its end is finished by another one" {
	pki_ready site-7
	serial_of pki/client-site-7.crt >want
	mkdir bin
	printf '#!/bin/sh\ncase "$*" in *--generate-crl*) echo "no room" >&2; exit 1;; esac\nexec %s "$@"\n' \
		"$(command -v certtool)" >bin/certtool
	chmod +x bin/certtool
	PATH=$PWD/bin:$PATH fails 'no room' revoke pki site-7
	[ -z "$(list_serials)" ]
	pki revoke pki site-7
	list_serials | diff - want
	[ "$(find pki -name '*site-7*' | wc -l)" -eq 2 ]
	[ "$(find pki/revoked -name '*site-7*' | wc -l)" -eq 2 ]
	[ "$(mode pki/revoked/*.crt)" = 644 ]
	[ "$(mode pki/revoked/*.key)" = 600 ]
	fails 'no such certificate' revoke pki site-7
	pki client pki site-7
}

# alternatives FILE: the names and addresses in it
alternatives() { certtool --certificate-info --infile "$1" | sed -nE 's/^[[:space:]]*(DNSname|IPAddress): //p' | xargs; }

# verified FILE: it is signed by the authority
verified() { certtool --verify --load-ca-certificate pki/ca.crt --infile "$1" >certtool.out 2>&1; }

@test "renewed: client, server and authority have new certificates, and the old ones are still good" {
	pki_ready site-7
	cp pki/client-site-7.crt pki/server-pcap.example.net.crt .
	cp pki/ca.crt old-ca.crt
	pki renew pki ca
	pki renew pki server pcap.example.net
	grep -q 'Copy pki/server-pcap.example.net.crt to server-cert' pki.out
	pki renew pki client site-7
	[ "$(alternatives pki/server-pcap.example.net.crt)" = 'pcap.example.net 127.0.0.1 ::1' ]
	for f in client-site-7.crt server-pcap.example.net.crt; do
		[ "$(serial_of "$f")" != "$(serial_of "pki/$f")" ]
		verified "$f"
		verified "pki/$f"
		[ "$(mode "pki/$f")" = 644 ]
	done
	[ "$(serial_of old-ca.crt)" != "$(serial_of pki/ca.crt)" ]
	tls_server
	stream pcap rec=60 >sent
	tls_to site-7 <sent
	wait_log 'closed client=foo .*packets=1 '
	cp client-site-7.crt pki/client-site-7.crt
	tls_to site-7 <sent
	wait_log 'closed client=foo .*packets=1 ' 2
}

@test "a revocation is of the certificates that were renewed, too, and of no other client" {
	pki_ready site-7 site-7-ab
	pki renew pki client site-7-ab
	serial_of pki/client-site-7.crt >want
	pki renew pki client site-7
	serial_of pki/client-site-7.crt >>want
	pki renew pki client site-7
	serial_of pki/client-site-7.crt >>want
	[ "$(sort -u want | wc -l)" -eq 3 ]
	pki revoke pki site-7
	list_serials | sort | diff - <(sort want)
}

@test "what cannot be renewed stays as it is" {
	pki_ready site-7
	find pki -type f -exec sha256sum {} + | sort >before
	fails 'no such file' renew pki client site-8
	fails 'no such file' renew pki server site-7
	fails 'bad name' renew pki client ../site-7
	fails usage renew pki
	fails usage renew pki client
	fails usage renew pki ca site-7
	fails usage renew pki key site-7
	find pki -type f -exec sha256sum {} + | sort | diff before -
}

@test "each name of a server is a name or an address, also the first" {
	pki ca pki
	pki server pki 127.0.0.1
	[ "$(alternatives pki/server-127.0.0.1.crt)" = 127.0.0.1 ]
	certtool --certificate-info --infile pki/server-127.0.0.1.crt | grep -q 'IPAddress: 127.0.0.1'
	pki server pki ::1 localhost
	[ "$(alternatives pki/server-::1.crt)" = 'localhost ::1' ]
	pki server pki b.example fe.ed a.example 192.0.2.1 2001:db8::1
	[ "$(alternatives pki/server-b.example.crt)" = 'b.example fe.ed a.example 192.0.2.1 2001:db8::1' ]
}

@test "a server that is reached by its address alone" {
	pki ca pki
	pki server pki 127.0.0.1
	pki client pki site-7
	config 'user = "'"$(id -un)"'"; tls: { capath = "pki/ca.crt"; server-cert = "pki/server-127.0.0.1.crt";
		server-key = "pki/server-127.0.0.1.key"; };' \
		'{ name = "foo"; address = "127.0.0.1"; tls = true; certificate = "site-7"; }'
	server_start
	stream pcap rec >sent
	unframe sent >in
	"$SEND" -q --tls --ca pki/ca.crt --cert pki/client-site-7.crt --key pki/client-site-7.key -p "$PORT" 127.0.0.1 in
	wait_log 'closed client=foo .*packets=1 '
}

@test "nothing is overwritten" {
	pki_ready site-7
	find pki -type f ! -name ca.crl -exec sha256sum {} + | sort >before
	fails 'exists: it is not overwritten' ca pki
	fails 'exists: it is not overwritten' server pki pcap.example.net
	fails 'exists: it is not overwritten' client pki site-7
	find pki -type f ! -name ca.crl -exec sha256sum {} + | sort | diff before -
}

@test "keys are for their owner alone, and nothing is left over" {
	pki_ready site-7
	[ "$(mode pki)" = 700 ]
	for key in pki/ca.key pki/server-pcap.example.net.key pki/client-site-7.key; do
		[ "$(mode "$key")" = 600 ]
	done
	[ "$(find pki -mindepth 1 | wc -l)" -eq 8 ]
}

@test "-h shows how it is used, on standard output, and is no error" {
	local words
	for words in -h --help 'ca -h' 'client pki --help'; do
		# shellcheck disable=SC2086 # words
		"$TESTDIR/../etc/osmo-pcap-pki" $words >out 2>err
		grep -q '^usage: osmo-pcap-pki ca DIR ' out
		[ ! -s err ]
	done
	[ ! -e pki ]
}

@test "wrong use: first what is wrong, then the usage, on standard error, exit status 2" {
	local status=0
	"$TESTDIR/../etc/osmo-pcap-pki" sell pki x >out 2>err || status=$?
	[ "$status" -eq 2 ]
	[ ! -s out ]
	[ "$(head -n 1 err)" = "osmo-pcap-pki: 'sell' is no command" ]
	[[ $(sed -n 2p err) == "usage: osmo-pcap-pki ca DIR "* ]]
	fails '^osmo-pcap-pki: a command and a directory are needed$' ca
	fails '^osmo-pcap-pki: server DIR needs a NAME$' server pki
	fails '^osmo-pcap-pki: client DIR needs one NAME$' client pki a b
	fails '^osmo-pcap-pki: ca takes nothing behind DIR$' ca pki x
	[ ! -e pki ]
}

@test "wrong use is an error, and makes nothing" {
	fails usage
	fails usage ca
	fails usage client pki
	fails usage server pki
	fails usage sell pki x
	fails 'no authority here' client pki site-7
	fails 'no authority here' crl pki
	[ ! -e pki ]
	pki ca pki
	fails 'bad name' client pki ../site-7
	fails 'bad name' client pki "$(printf 'a"\nca\n#')"
	fails 'bad name' server pki pcap.example.net 'x"'
	fails 'bad name' server pki '::1"'
	fails 'IPv4 address' server pki pcap.example.net 127.0.0.256
	fails 'IPv6 address' server pki 1:2
	fails 'no such certificate' revoke pki site-7
	[ "$(find pki -name '*.key' | wc -l)" -eq 1 ]
}

@test "it tells what to write on both sides" {
	pki_ready
	grep -q 'server-key = "/etc/osmocom/server-pcap.example.net.key";' pki.out
	pki client pki site-7
	for line in 'enable tls' 'no tls verify-cert' 'tls client-cert /etc/osmocom/client-site-7.crt' \
		'tls client-key /etc/osmocom/client-site-7.key'; do
		grep -qx "[[:space:]]*$line" pki.out
	done
	grep -q 'tls = true; certificate = "site-7";' pki.out
}
