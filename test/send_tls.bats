#!/usr/bin/env bats
# osmo-pcap-send over TLS. The other end is socat with OpenSSL; what comes out of the TLS there is
# compared with what a plain connection carries. certtool makes the certificates.

. "$BATS_TEST_DIRNAME/send.bash"

# certificate NAME SIGNER DAYS-LINES…: NAME.pem and NAME.key; the lines are for certtool's template
certificate() {
	local name=$1 signer=$2
	shift 2
	certtool --generate-privkey --key-type ecdsa --curve secp256r1 --outfile "$name.key"
	printf '%s\n' "cn = \"$name\"" "$@" >"$name.template"
	if [[ $signer == self ]]; then
		certtool --generate-self-signed --load-privkey "$name.key" --template "$name.template" \
			--outfile "$name.pem"
	else
		certtool --generate-certificate --load-privkey "$name.key" --template "$name.template" \
			--load-ca-certificate "$signer.pem" --load-ca-privkey "$signer.key" --outfile "$name.pem"
	fi
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	local days='expiration_days = 3' server=(tls_www_server signing_key 'dns_name = "server.example"'
		'ip_address = "127.0.0.1"')
	local ca=(ca cert_signing_key "$days")
	local past=('activation_date = "2020-01-01 00:00:00 UTC"' 'expiration_date = "2020-01-02 03:04:05 UTC"')
	{
		certificate ca self "${ca[@]}"
		certificate other self "${ca[@]}"
		certificate between ca "${ca[@]}"
		certificate server ca "${server[@]}" "$days"
		certificate deep between "${server[@]}" "$days"
		certificate expired ca "${server[@]}" "${past[@]}"
		certificate client ca tls_www_client signing_key "$days" 'ip_address = "127.0.0.1"'
		certificate stranger other tls_www_client signing_key "$days"
	} >certtool.out 2>&1 || {
		cat certtool.out >&2
		return 1
	}
	cat deep.pem between.pem >chain.pem
	cp deep.key chain.key
	# As large as needed for many records, in frames of all sizes up to 9016.
	{
		printf '\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x28\x23\x00\x00\x01\x00\x00\x00'
		perl -e 'binmode STDOUT; srand 1; for (1 .. 300) { my $n = int rand 9001;
			print pack("V4", $_, 0, $n, $n), join "", map { chr int rand 256 } 1 .. $n }'
	} >in
	perl -e 'binmode STDIN; binmode STDOUT; local $/; $_ = <STDIN>;
		print pack("CCn", 0, 0, 24), substr $_, 0, 24, "";
		while (length) { my $n = 16 + unpack "x8 V", $_; print pack("CCn", 1, 0, $n), substr $_, 0, $n, "" }' \
		<in >expected
}

setup() {
	begin
	C=$BATS_FILE_TMPDIR
}

# listen CERTIFICATE [OPTIONS]: a TLS server at a free port, or at $AT, for one connection; what it
# receives goes to "got". Sets PORT and LISTENER.
listen() {
	socat -d -d -u "OPENSSL-LISTEN:${AT:-0},bind=127.0.0.1,reuseaddr,cert=$C/$1.pem,key=$C/$1.key,verify=${2:-0}" \
		"${TO:-OPEN:got,creat,trunc}" 2>log 3>&- {IN}>&- &
	LISTENER=$!
	PIDS+=("$LISTENER")
	exec {LOG}<log
	heard "listening on "
	PORT=${LINE##*:}
}

# arrived: the whole stream, and the sender said so
arrived() {
	wait "$LISTENER"
	cmp "$C/expected" got
	[[ $output == "sent packets=300 bytes=$(stat -c %s "$C/expected") seconds="* ]]
}

# refused MESSAGE: that is all the sender said, and nothing arrived
refused() {
	wait "$LISTENER" || true
	[[ $output == "osmo-pcap-send: 127.0.0.1:$PORT: $1" ]] || {
		echo "said: $output" >&2
		return 1
	}
	[[ ! -s got ]]
}

# ---- who is the server ----

@test "a verified server gets every byte, by address and by name" {
	listen server
	send --tls --ca "$C/ca.pem" 127.0.0.1 "$C/in"
	arrived
	listen server
	send --tls --ca "$C/ca.pem" --server-name server.example 127.0.0.1 "$C/in"
	arrived
}

@test "a server whose chain has an authority in between" {
	listen chain
	send --tls --ca "$C/ca.pem" 127.0.0.1 "$C/in"
	arrived
}

@test "an unknown authority is refused and named" {
	listen server
	WANT=1 send --tls --ca "$C/other.pem" 127.0.0.1 "$C/in"
	refused "the server's certificate is of an unknown authority (CN=ca)"
}

@test "the system's trust store does not know our authority" {
	listen server
	WANT=1 send --tls 127.0.0.1 "$C/in"
	[[ $output == *"is of an unknown authority (CN=ca)" || $output == *"no trusted authorities; name one with --ca" ]]
	[[ ! -s got ]]
}

@test "an expired certificate is refused with its date" {
	listen expired
	WANT=1 send --tls --ca "$C/ca.pem" 127.0.0.1 "$C/in"
	refused "the server's certificate expired 2020-01-02 03:04:05 UTC"
}

@test "a wrong name is refused with those found" {
	local name
	for name in other.example 127.0.0.2 example; do
		listen server
		WANT=1 send --tls --ca "$C/ca.pem" --server-name "$name" 127.0.0.1 "$C/in"
		refused "the server's certificate is not for $name but for server.example, 127.0.0.1"
	done
}

@test "a client's certificate is none for a server" {
	listen client
	WANT=1 send --tls --ca "$C/ca.pem" 127.0.0.1 "$C/in"
	refused "the server's certificate is not for servers"
}

@test "without verification any server is good" {
	listen expired
	send --tls --no-verify --server-name nobody.example 127.0.0.1 "$C/in"
	arrived
}

# ---- who are we ----

@test "a client certificate is presented" {
	listen server "1,cafile=$C/ca.pem"
	send --tls --ca "$C/ca.pem" --cert "$C/client.pem" --key "$C/client.key" 127.0.0.1 "$C/in"
	arrived
}

@test "a missing client certificate: the server's alert is named" {
	listen server "1,cafile=$C/ca.pem"
	WANT=1 send --tls --ca "$C/ca.pem" 127.0.0.1 "$C/in"
	refused "the server ended the TLS connection with the alert 'Certificate is required'"
	listen server "1,cafile=$C/ca.pem,openssl-max-proto-version=TLS1.2"
	WANT=1 send --tls --ca "$C/ca.pem" 127.0.0.1 "$C/in"
	refused "the server ended the TLS handshake with the alert 'Handshake failed'"
}

@test "a client certificate of an unknown authority is shown all the same, and the alert is named" {
	listen server "1,cafile=$C/ca.pem"
	WANT=1 send --tls --ca "$C/ca.pem" --cert "$C/stranger.pem" --key "$C/stranger.key" 127.0.0.1 "$C/in"
	refused "the server ended the TLS connection with the alert 'CA is unknown'"
}

@test "an alert is named when there is much to send, too" {
	listen server "1,cafile=$C/ca.pem"
	WANT=1 send --tls --loop 0 --ca "$C/ca.pem" 127.0.0.1 "$C/in"
	refused "the server ended the TLS connection with the alert 'Certificate is required'"
}

# ---- versions ----

@test "a server with TLS 1.2 only" {
	listen server "0,openssl-max-proto-version=TLS1.2"
	send --tls --ca "$C/ca.pem" 127.0.0.1 "$C/in"
	arrived
}

@test "a priority without TLS 1.2 does not connect to such a server" {
	listen server "0,openssl-max-proto-version=TLS1.2"
	WANT=1 send --tls --ca "$C/ca.pem" --priority NORMAL:-VERS-ALL:+VERS-TLS1.3 127.0.0.1 "$C/in"
	[[ $output == "osmo-pcap-send: 127.0.0.1:$PORT: the server ended the TLS handshake with the alert 'Error in protocol version'" ]]
}

@test "a server without TLS" {
	socat -d -d -u TCP-LISTEN:0,bind=127.0.0.1 SYSTEM:'head -c 1 >/dev/null' 2>log 3>&- &
	LISTENER=$!
	PIDS+=("$LISTENER")
	exec {LOG}<log
	heard "listening on "
	PORT=${LINE##*:}
	WANT=1 send --tls --ca "$C/ca.pem" 127.0.0.1 "$C/in"
	[[ $output == "osmo-pcap-send: 127.0.0.1:$PORT: the "*"TLS handshake"* ]]
}

# ---- the connection ----

@test "session tickets are no data, packets of a pipe go at once, and a lost connection comes back" {
	local head=00000018d4c3b2a1020004000000000000000000600000000100000 packet
	head+=0
	packet=010000110100000000000000010000000100000
	packet+=0aa
	mkfifo err got
	exec {GOT}<>got
	TO=OPEN:got,wronly
	listen server
	"$SEND" --tls --ca "$C/ca.pem" --reconnect -q -p "$PORT" 127.0.0.1 <input 2>err 3>&- &
	SENDER=$!
	PIDS+=("$SENDER")
	exec {IN}>input {ERR}<err
	xxd -r -p <<<"${head:8}" >&"$IN"
	[[ $(take 28) == "$head" ]]
	xxd -r -p <<<"${packet:8}" >&"$IN"
	[[ $(take 21) == "$packet" ]]
	kill "$LISTENER"
	[[ $(message) == *": the server closed the connection before everything was sent: its log says why; trying again in 1 s" ]]
	wait "$LISTENER" || true
	AT=$PORT listen server
	[[ $(message) == "osmo-pcap-send: 127.0.0.1:$PORT: connected again" ]]
	[[ $(take 28) == "$head" ]]
	xxd -r -p <<<"${packet:8}" >&"$IN"
	[[ $(take 21) == "$packet" ]]
	exec {IN}>&-
	wait "$SENDER"
	wait "$LISTENER"
}

# ---- usage ----

@test "a reset is no end: the server refused the stream, at its end and in a pause" {
	local said="the server refused this host or its stream, or went away: its log says why"
	listen server 0,linger=0
	WANT=1 send --tls --ca "$C/ca.pem" 127.0.0.1 "$C/in"
	cmp "$C/expected" got
	[[ $output == "osmo-pcap-send: 127.0.0.1:$PORT: $said" ]]
	mkfifo pipe
	exec {GOT}<>pipe
	TO=OPEN:pipe,wronly listen server 0,linger=0
	"$SEND" -q -p "$PORT" --tls --ca "$C/ca.pem" 127.0.0.1 <input 2>err 3>&- &
	SENDER=$!
	PIDS+=("$SENDER")
	exec {IN}>input
	head -c 24 "$C/in" >&"$IN"
	[[ $(take 28) == "00000018"* ]]
	kill -KILL "$LISTENER"
	local code=0
	wait "$SENDER" || code=$?
	exec {IN}>&-
	[[ $code -eq 1 && $(<err) == "osmo-pcap-send: 127.0.0.1:$PORT: $said" ]]
}

@test "the other options need --tls, a certificate needs its key" {
	PORT=1
	local option
	for option in --ca=x --cert=x --key=x --server-name=x --no-verify --priority=x; do
		WANT=2 send $option 127.0.0.1 "$C/in"
		[[ $output == *"${option%=*} needs --tls; see"* ]]
	done
	WANT=2 send --tls --cert x 127.0.0.1 "$C/in"
	[[ $output == *"--cert and --key go together"* ]]
	WANT=2 send --tls --key x 127.0.0.1 "$C/in"
	[[ $output == *"--cert and --key go together"* ]]
	WANT=2 send --tls --server-name "" 127.0.0.1 "$C/in"
	[[ $output == *"--server-name is empty"* ]]
}

@test "files that are missing or of no use are named before connecting" {
	PORT=1
	: >empty
	WANT=1 send --tls --ca missing 127.0.0.1 "$C/in"
	[[ $output == "osmo-pcap-send: missing: cannot read: No such file or directory" ]]
	WANT=1 send --tls --ca empty 127.0.0.1 "$C/in"
	[[ $output == "osmo-pcap-send: empty: no certificate in PEM: "* ]]
	WANT=1 send --tls --no-verify --cert "$C/client.pem" --key missing 127.0.0.1 "$C/in"
	[[ $output == "osmo-pcap-send: missing: cannot read: No such file or directory" ]]
	WANT=1 send --tls --no-verify --cert "$C/client.pem" --key "$C/server.key" 127.0.0.1 "$C/in"
	[[ $output == "osmo-pcap-send: $C/server.key: not the key of $C/client.pem" ]]
	WANT=1 send --tls --no-verify --priority NORMAL:+NONSENSE 127.0.0.1 "$C/in"
	[[ $output == "osmo-pcap-send: --priority: not understood from '"*NONSENSE\' ]]
}

@test "a certificate that is not valid yet is refused with its date" {
	local f
	for f in ca.pem ca.key; do cp "$C/$f" .; done
	certificate future ca tls_www_server signing_key 'ip_address = "127.0.0.1"' \
		'activation_date = "2090-01-02 03:04:05 UTC"' 'expiration_date = "2091-01-02 00:00:00 UTC"' >certtool.out 2>&1
	C=$PWD listen future
	WANT=1 send --tls --ca "$C/ca.pem" 127.0.0.1 "$C/in"
	refused "the server's certificate is not valid before 2090-01-02 03:04:05 UTC"
}
