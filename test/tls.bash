# tls: what the TLS tests share. Sourced after lib.bash: an authority with certificates of every kind in pki/, a
# configuration that asks for them, and clients by socat.

# ---- certificates ----

quietly() { "$@" >>certtool.log 2>&1; }

# key NAME [CERTTOOL-OPTIONS…]
key() {
	local name=$1
	shift
	[ $# -gt 0 ] || set -- --key-type ecdsa --curve secp256r1
	quietly certtool --generate-privkey "$@" --outfile "$name.key"
}

# authority NAME
authority() {
	key "$1"
	printf 'cn = "%s"\nca\ncert_signing_key\ncrl_signing_key\nexpiration_days = 100\n' "$1" >template
	quietly certtool --generate-self-signed --load-privkey "$1.key" --template template --outfile "$1.crt"
}

# certificate NAME AUTHORITY TEMPLATE-LINES: for NAME.key, which is made unless it is there
certificate() {
	[ -e "$1.key" ] || key "$1"
	printf 'cn = "%s"\nsigning_key\n%b\n' "$1" "$3" >template
	quietly certtool --generate-certificate --load-privkey "$1.key" --load-ca-certificate "$2.crt" \
		--load-ca-privkey "$2.key" --template template --outfile "$1.crt"
}

# revocations FILE AUTHORITY TEMPLATE-LINES CERTIFICATE…
revocations() {
	local file=$1 by=$2
	printf '%b\n' "$3" >template
	shift 3
	cat "$@" >revoked.list
	quietly certtool --generate-crl --load-ca-privkey "$by.key" --load-ca-certificate "$by.crt" \
		--load-certificate revoked.list --template template --outfile "$file"
}

# nul_in_name NAME: puts a NUL for the x in "foox.evil" of NAME.crt, and signs that anew.
nul_in_name() {
	nulname "$1.crt" ca.key >"$1.new"
	mv "$1.new" "$1.crt"
}

# The certificates are made once for all files, in a directory that test/run has named in CERTIFICATES. A file that is run
# alone makes its own.
setup_file() {
	local own=$BATS_FILE_TMPDIR/pki
	if [ -z "${CERTIFICATES-}" ]; then
		make_certificates "$own"
		return
	fi
	(
		flock 9 # the first one makes them, others wait
		if [ ! -e "$CERTIFICATES.made" ]; then
			rm -rf "$CERTIFICATES"
			(make_certificates "$CERTIFICATES")
			: >"$CERTIFICATES.made"
		fi
	) 9>"$CERTIFICATES.lock"
	cp -pr "$CERTIFICATES" "$own"
}
make_certificates() { # DIR
	local client='tls_www_client\nexpiration_days = 50' server='tls_www_server\nexpiration_days = 50\ndns_name = localhost' n
	mkdir "$1"
	cd "$1" || return
	authority ca
	authority other
	certificate server ca "$server"
	certificate server2 ca "$server"
	key ed25519 --key-type ed25519
	certificate ed25519 ca "$server"
	key rsa --key-type rsa --bits 2048
	certificate rsa ca "$server"
	certificate old-server ca 'tls_www_server\nactivation_date = "2020-01-01 00:00:00"\nexpiration_date = "2021-01-01 00:00:00"'
	certificate foo ca "$client"
	certificate bar ca "$client\ndns_name = bar.example"
	certificate both ca "$client\ndns_name = bar.example\ndns_name = foo"
	key client-ed25519 --key-type ed25519
	certificate client-ed25519 ca "$client"
	cp rsa.key client-rsa.key
	certificate client-rsa ca "$client"
	certificate alien other "$client"
	certificate server-only ca 'tls_www_server\nexpiration_days = 50'
	certificate expired ca 'tls_www_client\nactivation_date = "2020-01-01 00:00:00"\nexpiration_date = "2021-01-01 00:00:00"'
	certificate future ca 'tls_www_client\nactivation_date = "2090-01-01 00:00:00"\nexpiration_date = "2091-01-01 00:00:00"'
	certificate revoked ca "$client"
	key weak --key-type rsa --bits 1024
	certificate weak ca "$client"
	key nul
	cp nul.key foox.evil.key
	certificate foox.evil ca "$client"
	mv foox.evil.crt nul.crt
	nul_in_name nul
	certificate nul-dns ca "$client\ndns_name = foox.evil"
	nul_in_name nul-dns
	key self
	printf 'cn = "foo"\ntls_www_client\nsigning_key\nexpiration_days = 9\n' >template
	quietly certtool --generate-self-signed --load-privkey self.key --template template --outfile self.crt
	revocations ca.crl ca 'crl_next_update = 30\ncrl_number = 1' revoked.crt
	revocations more.crl ca 'crl_next_update = 30\ncrl_number = 2' revoked.crt bar.crt
	revocations other.crl other 'crl_next_update = 30\ncrl_number = 1' alien.crt
	revocations late.crl ca 'crl_this_update_date = "2020-01-01 00:00:00"\ncrl_next_update_date = "2020-02-01 00:00:00"\ncrl_number = 1' revoked.crt
	quietly openssl pkcs8 -topk8 -in server.key -passout pass:secret -out encrypted.key
	for n in *.key; do
		chmod 600 "$n"
	done
	for n in server ed25519 rsa old-server foo bar both client-ed25519 client-rsa alien server-only expired future revoked \
		weak nul nul-dns self; do
		[ -s "$n.crt" ] || { cat certtool.log; echo "no certificate $n"; return 1; }
	done >&2
}

setup() {
	plain_setup
	ln -s "$BATS_FILE_TMPDIR/pki" pki
	[ -e "$BATS_FILE_TMPDIR/pki.made" ] || : >"$BATS_FILE_TMPDIR/pki.made"
}

# own_pki: for a test that changes what is in pki, before it starts a server: others have the same directory.
own_pki() {
	[ -L pki ] || return 0
	rm pki
	cp -r "$BATS_FILE_TMPDIR/pki" pki
}
teardown() {
	local file status=0
	plain_teardown || status=1
	for file in "$BATS_FILE_TMPDIR"/pki "$BATS_FILE_TMPDIR"/pki/*; do
		[ "$file" -nt "$BATS_FILE_TMPDIR/pki.made" ] || continue
		echo "own_pki is missing: this test has changed $file" >&2
		: >"$BATS_FILE_TMPDIR/pki.made" # the next one has not
		status=1
	done
	return $status
}

# ---- server and clients ----

# tls_config [KEYS-OF-TLS [SERVER-KEYS [CLIENTS]]]: all of ./cfg's tls group stands on line 3
tls_config() {
	config "tls: { ${1-$X509 $OWN} }; ${2-}" "${3-$TLS_CLIENTS}"
}
X509='capath = "pki/ca.crt"; crlfile = "pki/ca.crl";'
OWN='server-cert = "pki/server.crt"; server-key = "pki/server.key";'
# foo must be foo, any has any certificate of the authority, one and two share an address
TLS_CLIENTS='{ name = "foo"; address = "127.0.0.2"; tls = true; certificate = "foo"; },
	{ name = "any"; address = "127.0.0.3"; tls = true; },
	{ name = "one"; address = "127.0.0.4"; tls = true; certificate = "foo"; },
	{ name = "two"; address = "127.0.0.4"; tls = true; certificate = "bar.example"; },
	{ name = "plain"; address = "127.0.0.5"; }'

# with CERTIFICATE: socat's words for it; "" for none
with() { echo "verify=0${1:+,cert=pki/$1.crt,key=pki/$1.key}"; }

# tls_send ADDRESS CERTIFICATE FILE [SOCAT-OPTIONS]: whatever the server makes of it
tls_send() {
	timeout "$PATIENCE" socat -u "FILE:$3" "OPENSSL:$LISTEN:$PORT,bind=$1,$(with "$2")${4-}" 2>>socat.log || true
}

# tls_live NAME ADDRESS CERTIFICATE: like live; tls_hang_up ends it with close_notify. BLOCK: so many bytes a record.
tls_live() {
	tls_through "$1" "OPENSSL:$LISTEN:$PORT,bind=$2,$(with "$3")"
}
tls_through() {
	local writer
	[ -p "$1.in" ] || mkfifo "$1.in"
	: >"$1.sent"
	apart socat ${BLOCK:+-b "$BLOCK"} -u "FILE:$1.in" "$2" 2>>socat.log
	LIVE[$1]=$!
	exec {writer}>"$1.in" # as long as it is open, tell is not the last word
	WRITER[$1]=$writer
}
declare -gA WRITER=()
# apart COMMAND…: in the background; the ends of live clients are not for it to keep open.
apart() {
	(
		for writer in "${WRITER[@]}"; do
			exec {writer}>&-
		done
		exec "$@" 3>&-
	) <&0 &
	PIDS+=($!)
}
tls_hang_up() {
	local writer=${WRITER[$1]}
	exec {writer}>&-
	unset "WRITER[$1]"
	until_true gone "${LIVE[$1]}"
}

# relayed NAME ADDRESS CERTIFICATE [RELAY-OPTIONS…]: like tls_live, through a relay. SOCAT: more of its words.
relayed() {
	local name=$1 from=$2 cert=$3
	shift 3
	rm -f relay.out
	relay -s "$from" "$@" "$LISTEN" "$PORT" >relay.out 3>&- &
	RELAY=$!
	PIDS+=("$RELAY")
	until_true grep -q . relay.out
	tls_through "$name" "OPENSSL:127.0.0.1:$(head -n 1 relay.out),$(with "$cert")${SOCAT-}"
}

# the keeper of a server that has no recordings yet
keeper() {
	# shellcheck disable=SC2016
	until_true sh -c '[ "$(ps -o pid= --ppid "$1" | wc -l)" -eq 1 ]' - "$SERVER_PID"
	echo $(($(ps -o pid= --ppid "$SERVER_PID")))
}

# refused ADDRESS CERTIFICATE SENTENCE [SOCAT-OPTIONS]: with exactly that reason, and nothing is stored
refused() {
	stream pcap rec >s
	[ -n "$SERVER_PID" ] || server_start
	tls_send "$1" "$2" s "${4-}"
	wait_log 'closed client=.* reason="the TLS handshake failed"'
	grep -E "rejected client=[a-z?]+ peer=$1:[0-9]+ reason=\"$3\" frame=1 offset=0" log
	[ "$(grep -c 'rejected' log)" -eq 1 ]
	never_log 'established|file client'
	server_stop
	no_file
}

# records CLIENT ADDRESS CERTIFICATE LOG-REGEX [SOCAT-OPTIONS]: byte for byte
records() {
	local s=$TESTDIR/streams/lo-pcap.stream
	[ -n "$SERVER_PID" ] || server_start
	tls_send "$2" "$3" "$s" "${5-}"
	wait_log "closed client=$1 .*reason=\"peer closed the connection\""
	grep -E "established client=$1 peer=$2:[0-9]+ $4" log
	never_log 'rejected'
	unframe "$s" >want
	cmp want done/trace-"$1"-*
	server_stop
	only_file
}
