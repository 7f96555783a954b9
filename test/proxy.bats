#!/usr/bin/env bats
# Connections through a proxy: whom the PROXY header names, what becomes of one that names nobody, and what the process
# that reads it may do. The proxies are 127.0.0.9 and 127.0.0.10.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/tls.bash"

setup_file() { # fewer certificates than tls.bash makes
	mkdir "$BATS_FILE_TMPDIR/pki"
	cd "$BATS_FILE_TMPDIR/pki" || return
	authority ca
	certificate server ca 'tls_www_server\nexpiration_days = 50\ndns_name = localhost'
	certificate foo ca 'tls_www_client\nexpiration_days = 50'
	chmod 600 ./*.key
}

# proxies [LIMITS [CLIENTS [SERVER-KEYS]]]
proxies() {
	config "proxies = [ \"127.0.0.9\", \"127.0.0.10\" ]; log-level = \"debug\"; limits: { ${1-} }; ${3-}" \
		"${2-$PROXY_CLIENTS}"
}
PROXY_CLIENTS="$DEFAULT_CLIENTS, { name = \"six\"; address = \"2001:db8::/64\"; }"

# v1 FROM [PORT]: a header of version 1
v1() {
	case $1 in
	*:*) printf 'PROXY TCP6 %s 2001:db8::ffff %s 54321\r\n' "$1" "${2-4711}" ;;
	*) printf 'PROXY TCP4 %s 192.0.2.99 %s 54321\r\n' "$1" "${2-4711}" ;;
	esac
}

SIGNATURE=0d0a0d0a000d0a515549540a
# v2_raw 'VERSION, COMMAND, FAMILY AND PROTOCOL' BODY: one of version 2, in hex as they are
v2_raw() { printf '%s%s%04x%s' "$SIGNATURE" "$1" $((${#2} / 2)) "$2" | xxd -r -p; }
# v2 FROM [FIELDS]: of port 4711
v2() {
	case $1 in
	2001:db8::1) v2_raw 2121 "20010db800000000000000000000000120010db8000000000000000000000002""1267d431${2-}" ;;
	*) v2_raw 2111 "$(printf %02x ${1//./ })c00002631267d431${2-}" ;;
	esac
}

# relayed_live NAME PROXY HEADER…: like live, from the proxy, with a header (v1 FROM …) first
relayed_live() {
	"${@:3}" >"$1.header"
	live "$1" "$2" -f "$1.header"
}

# comes_in PROXY CLIENT PEER [PEER-OPTIONS…]: header and stream, in ./s, arrive; the file is what was sent
comes_in() {
	local n
	n=$(grep -c "closed client=$2 " log || true)
	peer_send "$1" s "${@:4}" >end
	wait_log "closed client=$2 peer=$3 via=$1:[0-9]+ reason=\"peer closed the connection\" packets=2 " $((n + 1))
	unframe stream | cmp - "$(ls -t done/trace-"$2"-* | head -n 1)"
}

descriptors() { find "/proc/$SERVER_PID/fd" -mindepth 1 | wc -l; }
as_many_descriptors() { [ "$(descriptors)" -le "$1" ]; } # some are of the start only

# ---- who is behind it ----

# bats test_tags=ways
@test "the peer of the header is the peer of the log, and its client's: versions 1 and 2, IPv4 and IPv6" {
	local header
	proxies
	server_start
	stream pcap rec rec >stream
	for header in v1 v2; do
		{ $header 127.0.0.2; cat stream; } >s
		comes_in 127.0.0.9 foo 127.0.0.2:4711
		{ $header 2001:db8::1; cat stream; } >s
		comes_in 127.0.0.10 six '\[2001:db8::1\]:4711'
		rm -f done/*
	done
	wait_log 'connected client=foo peer=127.0.0.2:4711 via=127.0.0.9:[0-9]+ pid=[0-9]+$' 2
	wait_log 'established client=foo peer=127.0.0.2:4711 via=127.0.0.9:[0-9]+ format=pcap' 2
	wait_log 'closed client=six peer=\[2001:db8::1\]:4711 via=127.0.0.10:[0-9]+ .*packets=2 ' 2
	wait_log 'file client=six name=trace-six-2001_db8__1-.* reason=closed' 2
	# others come as before, beside them
	served 127.0.0.3 bar
	never_log 'via=.*client=bar|refused|rejected'
}

@test "osmo-pcap-status tells through which proxy a connection has come, and of others nothing" {
	[ -x "$PROGRAMS/osmo-pcap-status" ] || skip "built without the archive"
	needs_one_server "the status area"
	mkdir run
	proxies '' "$DEFAULT_CLIENTS" 'status-path = "run";'
	server_start
	relayed_live a 127.0.0.9 v1 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	live b 127.0.0.3
	tell b pcap rec
	wait_stored b bar
	"$PROGRAMS/osmo-pcap-status" -c cfg --json >json 3>&-
	[ "$(grep -o '"via":"[^"]*"' json | wc -l)" -eq 1 ]
	grep -qE '"peer":"127\.0\.0\.2:4711","via":"127\.0\.0\.9:[0-9]+",' json
	printf 'GET / HTTP/1.0\r\n\r\n' | "$PROGRAMS/osmo-pcap-status" -c cfg --http >page 3>&-
	grep -qE '<td>127\.0\.0\.2:4711 via 127\.0\.0\.9:[0-9]+</td>' page
	grep -qE '<td>127\.0\.0\.3:[0-9]+</td>' page
}

@test "a mapped address in a header is that of IPv4" {
	proxies
	server_start
	stream pcap rec rec >stream
	{ v1 ::ffff:127.0.0.2; cat stream; } >s
	comes_in 127.0.0.9 foo 127.0.0.2:4711
}

@test "a proxy that comes over IPv6, for clients of both kinds" {
	grep -qs '^0\{31\}1 ' /proc/net/if_inet6 || skip "no ::1 here"
	LISTEN=::1
	config 'proxies = "::1"; log-level = "debug";' "$PROXY_CLIENTS"
	server_start
	stream pcap rec >stream
	{ v2 2001:db8::1; cat stream; } >s
	peer_send ::1 s >end
	wait_log 'closed client=six peer=\[2001:db8::1\]:4711 via=\[::1\]:[0-9]+ .* packets=1 '
	{ v1 127.0.0.2; cat stream; } >s
	peer_send ::1 s >end
	wait_log 'closed client=foo peer=127.0.0.2:4711 via=\[::1\]:[0-9]+ .* packets=1 '
}

@test "connections through a proxy need more descriptors, and the warning knows it" {
	beside_memcheck "it has need of them, too"
	needs_one_server "connections that one server has all of"
	local need more
	proxies 'connections = 100; unestablished = 60;'
	sed -i 's/proxies = [^;]*;//' cfg
	WRAP=(prlimit --nofile=90:90)
	server_start
	wait_log 'warning reason=.*need [0-9]+ descriptors, the limit is 90"'
	need=$(sed -n 's/.* need \([0-9]*\) descriptors.*/\1/p' log)
	server_stop
	proxies 'connections = 100; unestablished = 60;'
	server_start
	wait_log 'warning reason=.*need [0-9]+ descriptors, the limit is 90"'
	more=$(sed -n 's/.* need \([0-9]*\) descriptors.*/\1/p' log)
	[ "$more" -eq $((need + 60)) ]
}

# bats test_tags=ways
@test "a header byte by byte, and a stream byte by byte behind it" {
	proxies
	server_start
	stream pcap rec rec >stream
	{ v1 127.0.0.2; cat stream; } >s
	comes_in 127.0.0.9 foo 127.0.0.2:4711 -c 1
	rm done/*
	{ v2 127.0.0.2 0400050102030405; cat stream; } >s
	comes_in 127.0.0.9 foo 127.0.0.2:4711 -c 1
}

@test "a header in pieces, long before the stream" {
	proxies 'handshake-timeout = 60;'
	server_start
	live a 127.0.0.9
	v2 127.0.0.2 >header
	head -c 13 header >a.piece
	put_in a
	until_true doorman_waits
	tail -c +14 header >a.piece
	put_in a
	until_true waits_for foo # its child waits for the first byte of the stream
	: >a.sent
	tell a pcap rec
	wait_stored a foo
	hang_up a
}

@test "the longest header, full of fields; a checksum that is right" {
	proxies
	server_start
	stream pcap rec rec >stream
	{ v2 127.0.0.2 "e00fe1$(printf '00%.0s' {1..4065})"; cat stream; } >s
	[ "$(size s)" -eq $((4096 + $(size stream))) ]
	comes_in 127.0.0.9 foo 127.0.0.2:4711
	rm done/*
	{ v2 127.0.0.2 03000442b44a93; cat stream; } >s
	comes_in 127.0.0.9 foo 127.0.0.2:4711
}

@test "two clients through one proxy, one of them also through the other" {
	proxies 'per-client = 2;'
	server_start
	relayed_live a 127.0.0.9 v1 127.0.0.2 1001
	relayed_live b 127.0.0.9 v1 127.0.0.3 1002
	tell a pcap rec
	tell b pcap rec
	wait_stored a foo
	wait_stored b bar
	# a newer connection of a client replaces its older one, whatever the way
	relayed_live c 127.0.0.10 v2 127.0.0.2
	tell c pcap rec
	wait_log 'closed client=foo peer=127.0.0.2:1001 via=127.0.0.9:[0-9]+ reason="?replaced'
	b_goes_on
	live d 127.0.0.2
	tell d pcap rec
	wait_log 'closed client=foo peer=127.0.0.2:4711 via=127.0.0.10:[0-9]+ reason="?replaced'
}

@test "per-client counts addresses behind proxies, not proxies" {
	proxies 'per-client = 1; handshake-timeout = 60;'
	server_start
	relayed_live a 127.0.0.9 v1 127.0.0.2
	until_true waits_for foo
	relayed_live b 127.0.0.9 v1 127.0.0.3
	until_true waits_for bar
	relayed_live c 127.0.0.10 v1 127.0.0.2 4712
	wait_log 'refused client=foo peer=127.0.0.2:4712 via=127.0.0.10:[0-9]+ reason="per-client connections are used up"'
	until_true test -s c.end
	[ ! -s a.end ]
	[ ! -s b.end ]
}
waits_for() { # CLIENT: its child is there
	doorman >/dev/null
	grep -q " status client=$1 peer=.* via=" log
}

# bats test_tags=ways
@test "whom nobody knows is refused, and named with the proxy" {
	proxies
	server_start
	{ v1 192.0.2.7; stream pcap rec; } >s
	peer_send 127.0.0.9 s >end || true
	wait_log 'refused peer=192.0.2.7:4711 via=127.0.0.9:[0-9]+ reason="not in the client list"'
	# a proxy behind a proxy would have to be asked in turn
	{ v1 127.0.0.10; stream pcap rec; } >s
	peer_send 127.0.0.9 s >end || true
	wait_log 'refused peer=127.0.0.10:4711 via=127.0.0.9:[0-9]+ reason="the PROXY header names a proxy"'
	no_file
}

# ---- what is refused ----

# header_refused REASON: what is in ./s comes from a proxy, and is refused
header_refused() {
	local n
	n=$(grep -cE "refused peer=127.0.0.9:[0-9]+ reason=\"$1" log || true)
	peer_send 127.0.0.9 s >end || true
	wait_log "refused peer=127.0.0.9:[0-9]+ reason=\"$1" $((n + 1))
}

# bats test_tags=ways
@test "what is no header, or names no address of TCP, is refused and named" {
	local address=7f000002c00002631267d431
	proxies
	server_start
	stream pcap rec >s
	header_refused 'no PROXY header, this looks like plain frames'
	printf '\x16\x03\x01\x02\x00\x01' >s
	header_refused 'no PROXY header, this looks like a TLS ClientHello'
	printf 'OPTIONS / HTTP/1.0\r\n\r\n' >s
	header_refused 'no PROXY header: let the proxy send one'
	printf 'PROXY UNKNOWN\r\n' >s
	header_refused 'the PROXY header tells no address'
	v2_raw 2100 '' >s
	header_refused 'the PROXY header tells no address'
	v2_raw 2131 "$(printf '2f%.0s' {1..216})" >s
	header_refused 'the PROXY header has addresses of UNIX sockets'
	v2_raw 2112 $address >s
	header_refused 'the PROXY header tells of UDP'
	v2_raw 3111 $address >s
	header_refused 'a PROXY header of another version'
	v2_raw 2211 $address >s
	header_refused 'the PROXY header has an unknown command'
	no_file
	never_log 'suppressed|connected'
	served 127.0.0.2 foo
}

@test "a malformed, overlong, cut or wrong header is refused and named" {
	proxies
	server_start
	{ v1 127.0.0.2 | tr -d '\r'; stream pcap rec; } >s
	header_refused 'the PROXY header is malformed'
	{ v1 127.0.0.2 004711; stream pcap rec; } >s
	header_refused 'the PROXY header is malformed'
	{ printf 'PROXY TCP4 127.0.0.2 192.0.2.1 4711 54321 %070d' 0; stream pcap rec; } >s
	header_refused 'the PROXY header is too long'
	{ v2 127.0.0.2 "e00fe2$(printf '00%.0s' {1..4066})"; stream pcap rec; } >s
	header_refused 'the PROXY header is too long'
	{ v2 127.0.0.2 0400ff; stream pcap rec; } >s
	header_refused 'the PROXY header is malformed'
	{ v2 127.0.0.2 03000400000000; stream pcap rec; } >s
	header_refused 'the checksum of the PROXY header is wrong'
	{ v2 224.0.0.1; stream pcap rec; } >s
	header_refused 'the PROXY header has an address that no host can have'
	v2 127.0.0.2 | head -c 27 >s
	header_refused 'the connection ended within the PROXY header'
	printf PROX >s
	header_refused 'the connection ended within the PROXY header'
	no_file
	never_log 'suppressed|connected'
}

@test "refused headers are a reason of their own in the status area, and a client's refusals count for it" {
	[ -x "$PROGRAMS/osmo-pcap-status" ] || skip "built without the archive"
	needs_one_server "the status area"
	mkdir run
	proxies 'per-client = 1;' "$DEFAULT_CLIENTS" 'status-path = "run";'
	server_start
	printf 'PROXY UNKNOWN\r\n' >s
	header_refused 'the PROXY header tells no address'
	relayed_live a 127.0.0.9 v1 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	relayed_live b 127.0.0.9 v1 127.0.0.2
	wait_log 'refused client=foo '
	"$PROGRAMS/osmo-pcap-status" -c cfg --metrics >metrics 3>&-
	grep -E '^osmo_pcap_refused_proxy_header_total 1$' metrics
	grep -E '^osmo_pcap_refused_per_client_total 1$' metrics
	grep -E '^osmo_pcap_client_refused_total\{client="foo"\} 1$' metrics
	grep -E '^osmo_pcap_connections_accepted_total 1$' metrics
	"$PROGRAMS/osmo-pcap-status" -c cfg --json >json 3>&-
	grep -q '"127.0.0.2:4711"' json
}

# bats test_tags=ways
@test "health checks: LOCAL, and a connection without a byte, are a line at debug" {
	proxies
	server_start
	v2_raw 2000 '' >s
	peer_send 127.0.0.9 s >end
	wait_log 'closed peer=127.0.0.9:[0-9]+ reason="PROXY LOCAL: a connection of the proxy itself"'
	: >s
	peer_send 127.0.0.9 s >end
	wait_log 'closed peer=127.0.0.9:[0-9]+ reason="peer closed the connection without a byte"'
	if ! per_connection; then # which begins only when the socket has no peer any more
		peer_send 127.0.0.9 s -r >end
		wait_log 'closed peer=127.0.0.9:[0-9]+ reason="peer closed the connection without a byte"' 2
	fi
	never_log 'refused|rejected|error'
	server_stop
	sed -i 's/log-level = "debug"/log-level = "info"/' cfg
	server_start
	v2_raw 2000 '' >s
	peer_send 127.0.0.9 s >end
	served 127.0.0.2 foo
	never_log 'peer=127.0.0.9'
}

@test "a header from any other address is a protocol error, named" {
	proxies
	server_start
	{ v1 127.0.0.3; stream pcap rec; } >s
	peer_send 127.0.0.2 s >end || true
	wait_log 'rejected client=foo peer=127.0.0.2:[0-9]+ reason="unknown frame type 80: this looks like a PROXY header: it is taken once, and from addresses in proxies only" frame=1 offset=0'
	{ v2 127.0.0.3; stream pcap rec; } >s
	peer_send 127.0.0.2 s >end || true
	wait_log 'rejected client=foo peer=127.0.0.2:[0-9]+ reason="unknown frame type 13: this looks like a PROXY header'
	# and so is a second one behind the first
	{ v1 127.0.0.3; v1 127.0.0.2; stream pcap rec; } >s
	peer_send 127.0.0.9 s >end || true
	wait_log 'rejected client=bar peer=127.0.0.3:4711 via=127.0.0.9:[0-9]+ reason="unknown frame type 80: this looks like a PROXY header'
	no_file
}

# ---- limits ----

@test "a slow header ends at handshake-timeout, as does silence" {
	proxies 'handshake-timeout = 1;'
	server_start
	{ v1 127.0.0.2; stream pcap rec; } >s
	peer_send 127.0.0.9 s -c 1 -p 300 >end || true
	wait_log 'refused peer=127.0.0.9:[0-9]+ reason="no whole PROXY header came within handshake-timeout"'
	live a 127.0.0.9
	wait_log 'refused peer=127.0.0.9:[0-9]+ reason="no whole PROXY header came within handshake-timeout"' 2
	until_true test -s a.end
	# a header alone: the client's time begins behind it
	relayed_live b 127.0.0.9 v1 127.0.0.2
	wait_log 'closed client=foo peer=127.0.0.2:4711 via=.* reason="no link header within 1 seconds"|rejected client=foo .*via='
	no_file
}

@test "whoever has not said who it is counts as unestablished" {
	needs_one_server "limits of all connections"
	proxies 'unestablished = 1; handshake-timeout = 2;'
	server_start
	live a 127.0.0.9
	until_true doorman_waits
	relayed_live b 127.0.0.9 v1 127.0.0.2
	wait_log ' full connections=1 unestablished=1 '
	tell b pcap rec
	wait_log 'refused peer=127.0.0.9:[0-9]+ reason="no whole PROXY header'
	wait_stored b foo
	# one that is established makes room again
	relayed_live c 127.0.0.9 v1 127.0.0.3
	tell c pcap rec
	wait_stored c bar
}

@test "a hundred doormen at once: each connection is its own client's" {
	needs_one_server "doormen at once"
	local files
	proxies 'connections = 300; unestablished = 300; handshake-timeout = 120;' '{ name = "net"; address = "10.1.0.0/16"; }'
	server_start
	files=$(descriptors)
	stream pcap rec rec >stream
	perl -MIO::Socket::IP -e 'my ($port) = @ARGV; my (@s, $stream);
		{ local $/; open my $f, "<", "stream" or die; $stream = <$f>; }
		push @s, IO::Socket::IP->new(PeerHost => "127.0.0.1", PeerPort => $port, LocalHost => "127.0.0.9") || die "$!\n" for 1 .. 100;
		open my $f, ">", "connected"; close $f;
		select undef, undef, undef, 0.05 until -e "go";
		for (my $i = 99; $i >= 0; $i--) { $s[$i]->syswrite("PROXY TCP4 10.1.0.$i 192.0.2.1 " . (1000 + $i) . " 1\r\n$stream"); }
		shutdown $_, 1 for @s; sysread $_, my $byte, 1 for @s;' "$PORT" 3>&- &
	PIDS+=($!)
	until_true test -e connected
	until_true hundred_wait
	: >go
	wait_log 'closed client=net .*reason="peer closed the connection" packets=2 ' 100
	[ "$(find 'done' -name 'trace-net-10.1.0.*' | wc -l)" -eq 100 ]
	[ "$(grep -oE 'connected client=net peer=10\.1\.0\.[0-9]+:1[0-9]+ via=127.0.0.9' log | sort -u | wc -l)" -eq 100 ]
	until_true as_many_descriptors "$files"
	never_log " refused |error|killed"
}
hundred_wait() {
	doorman >/dev/null
	grep -q ' status connections=100 unestablished=100 ' log
}

# ---- the process ----

@test "a doorman has no file, no directory and no way to answer, and leaves nothing behind" {
	beside_memcheck "it has descriptors of its own"
	needs_one_server "its children"
	local pid files n
	proxies 'handshake-timeout = 60;'
	server_start
	files=$(descriptors)
	live a 127.0.0.9
	until_true doorman_waits
	pid=$(doorman)
	# standard ones, the connection, the channel
	for n in "/proc/$pid/fd"/*; do
		readlink "$n"
	done >held
	grep -c '^socket:' held | grep -qx 2
	not grep -vE '^(socket:|/dev/null$|/.*/log$|pipe:)' held
	if [ "$(sed -n 's/^Seccomp:\t*//p' "/proc/$SERVER_PID/status")" -eq 2 ]; then
		[ "$(sed -n 's/^Seccomp_filters:\t*//p' "/proc/$pid/status")" -gt "$(sed -n 's/^Seccomp_filters:\t*//p' "/proc/$SERVER_PID/status")" ]
	fi
	grep -qx 'NoNewPrivs:.*1' "/proc/$pid/status"
	# killed: the connection ends, and it is in the log; nothing else changes
	kill -KILL "$pid"
	wait_log "closed client=\? peer=127.0.0.9:[0-9]+ pid=$pid reason=\"killed by signal 9"
	until_true test -s a.end
	until_true as_many_descriptors "$files"
	relayed_live b 127.0.0.9 v1 127.0.0.2
	tell b pcap rec
	wait_stored b foo
	hang_up b
	wait_log 'closed client=foo '
	until_true as_many_descriptors "$files"
}

@test "a doorman that hangs is killed" {
	needs_one_server "its children"
	beside_memcheck "it takes long"
	local pid
	proxies 'handshake-timeout = 1;'
	server_start
	live a 127.0.0.9
	until_true doorman_waits
	pid=$(doorman)
	kill -STOP "$pid"
	wait_log "error client=\? peer=127.0.0.9:[0-9]+ pid=$pid reason=\"not established in time: killed\""
	until_true test -s a.end
	served 127.0.0.2 foo
}

@test "TERM while doormen wait: they go at once" {
	needs_one_server "its children"
	proxies 'handshake-timeout = 60;'
	server_start
	live a 127.0.0.9
	relayed_live b 127.0.0.9 v1 127.0.0.2
	tell b pcap rec
	wait_stored b foo
	until_true doorman_waits
	server_stop
	never_log 'killed|error'
	until_true test -s a.end
	published b foo
}

@test "QUIT while doormen wait: they go with the server, recordings through the proxy go on" {
	needs_one_server "a server that others follow"
	needs_own_sockets "QUIT"
	local pid old=
	proxies 'handshake-timeout = 60;'
	server_start
	old=$SERVER_PID
	relayed_live b 127.0.0.9 v1 127.0.0.2
	tell b pcap rec
	wait_stored b foo
	live a 127.0.0.9
	until_true doorman_waits
	pid=$(doorman)
	kill -QUIT "$old"
	await "$old"
	until_true gone "$pid"
	until_true test -s a.end
	FIXED_PORT=$PORT
	sed -i "s/port = 0/port = $PORT/" cfg
	server_again
	relayed_live c 127.0.0.9 v1 127.0.0.3
	tell c pcap rec
	wait_stored c bar
	tell b rec
	wait_stored b foo
	hang_up b
	wait_log 'closed client=foo peer=127.0.0.2:4711 via=.*packets=2 '
}

@test "the master is killed: its doormen end, too" {
	needs_one_server "its children"
	local pid
	proxies 'handshake-timeout = 60;'
	server_start
	live a 127.0.0.9
	until_true doorman_waits
	pid=$(doorman)
	kill -KILL "$SERVER_PID"
	until_true gone "$pid"
	until_true test -s a.end
}

@test "no process can be started: neither for the doorman, nor for the client behind the proxy" {
	beside_memcheck "nobody traces it there"
	needs_one_server "its children"
	local files
	can_trace
	proxies 'handshake-timeout = 60;'
	server_start
	live a 127.0.0.9
	until_true doorman_waits
	files=$(descriptors)
	strace -qq -o trace -e trace=clone,clone3,fork,vfork -e inject=clone,clone3,fork,vfork:error=EAGAIN:when=1..2 -p "$SERVER_PID" 3>&- &
	PIDS+=($!)
	until_true grep -q 'TracerPid:.*[1-9]' "/proc/$SERVER_PID/status"
	v1 127.0.0.2 >a.piece
	put_in a
	wait_log 'refused client=foo peer=127.0.0.2:4711 via=127.0.0.9:[0-9]+ reason="no process could be started: '
	until_true test -s a.end
	{ v1 127.0.0.2; stream pcap rec rec; } >s
	peer_send 127.0.0.9 s >end || true
	wait_log 'refused peer=127.0.0.9:[0-9]+ reason="no process could be started: '
	stream pcap rec rec >stream
	comes_in 127.0.0.9 foo 127.0.0.2:4711
	until_true as_many_descriptors $((files - 2)) # of the connection and its doorman
}

@test "a doorman that cannot be confined reads nothing" {
	beside_memcheck "there is no sandbox"
	needs_one_server "its children"
	proxies
	server_start
	failing_children landlock_restrict_self
	{ v1 127.0.0.2; stream pcap rec; } >s
	peer_send 127.0.0.9 s >end || true
	wait_log 'error reason="the sandbox of a doorman cannot be entered: Landlock: '
	wait_log 'closed client=\? peer=127.0.0.9:[0-9]+ pid=[0-9]+ reason="internal error"'
	never_log 'connected'
	no_file
	not gone "$SERVER_PID"
}

@test "a flood of connections without a header: few lines, and how many there were" {
	needs_one_server "one log"
	proxies
	server_start
	perl -MIO::Socket::IP -e 'for (1 .. 60) {
		my $s = IO::Socket::IP->new(PeerHost => "127.0.0.1", PeerPort => $ARGV[0], LocalHost => "127.0.0.9") or die "$!\n";
		$s->syswrite("GET / HTTP/1.0\r\n\r\n"); sysread $s, my $byte, 1; }' "$PORT"
	until_true sixty_refused
	[ "$(grep -c ' refused peer=127.0.0.9:' log)" -eq 20 ]
	served 127.0.0.2 foo
	server_stop
	wait_log 'suppressed lines=40 reason="no usable PROXY header"'
}
sixty_refused() {
	doorman >/dev/null
	grep -q ' status connections=0 unestablished=0 accepted=0 refused=60$' log
}

# ---- a reload ----

@test "a reload between header and decision: the new list of clients decides" {
	needs_one_server "a reload"
	proxies 'handshake-timeout = 60;'
	server_start
	live a 127.0.0.9
	live b 127.0.0.9
	until_true doorman_waits
	proxies 'handshake-timeout = 60;' '{ name = "new"; address = "127.0.0.2"; }'
	server_signal HUP
	wait_log ' reload clients=1 finished=0 '
	v1 127.0.0.2 >a.piece
	put_in a
	: >a.sent
	tell a pcap rec
	wait_stored a new
	v1 127.0.0.3 >b.piece
	put_in b
	wait_log 'refused peer=127.0.0.3:4711 via=127.0.0.9:[0-9]+ reason="not in the client list"'
}

@test "a reload that takes a proxy away: what came through it ends; an address becomes a proxy's" {
	needs_one_server "a reload"
	proxies 'handshake-timeout = 60;'
	server_start
	relayed_live a 127.0.0.9 v1 127.0.0.2
	relayed_live b 127.0.0.10 v1 127.0.0.3
	tell a pcap rec
	tell b pcap rec
	wait_stored a foo
	wait_stored b bar
	live c 127.0.0.9
	until_true doorman_waits
	sed -i 's/"127.0.0.9", //' cfg
	server_signal HUP
	wait_log ' reload clients=3 finished=1 '
	wait_log 'closed client=foo peer=127.0.0.2:4711 via=127.0.0.9:[0-9]+ reason="?reload'
	until_true test -s c.end
	tell b rec
	wait_log ' file client=bar .*reason=opened' 2
	never_log 'error|killed|closed client=bar'
	# who came itself is not believed either when its address is a proxy's from now on
	live e 127.0.0.2
	tell e pcap rec
	wait_log 'established client=foo peer=127.0.0.2:[0-9]+ format'
	proxies '' '{ name = "foo"; address = "127.0.0.0/28"; }, { name = "bar"; address = "127.0.0.3"; }'
	sed -i 's/"127.0.0.9"/"127.0.0.2"/' cfg
	server_signal HUP
	wait_log ' reload clients=2 finished=1 '
	wait_log 'closed client=foo peer=127.0.0.2:[0-9]+ reason="?reload'
}

# ---- the configuration ----

# proxies_wrong LINE REGEX PROXIES CLIENTS
proxies_wrong() {
	config "
		proxies = $3;" "
		$4"
	STATUS=0
	"$SERVER" -t -c cfg >out 2>&1 || STATUS=$?
	cat out
	[ "$STATUS" -eq 78 ]
	grep -E "cfg:$1: error: .*$2" out
}

@test "an address is a proxy's or a client's" {
	proxies_wrong 7 'client foo: address 127.0.0.9 is that of a proxy \(proxies: 127.0.0.9\), which cannot be a client' \
		'"127.0.0.9"' '{ name = "foo"; address = "127.0.0.9"; }'
	proxies_wrong 7 'client foo: address 127.0.0.9 is that of a proxy \(proxies: 127.0.0.0/28\)' \
		'"127.0.0.0/28"' '{ name = "foo"; address = [ "192.0.2.1", "127.0.0.9" ]; }'
	proxies_wrong 7 'client foo: address 2001:db8::/80 is that of a proxy' \
		'"2001:db8::/64"' '{ name = "foo"; address = "2001:db8::/80"; }'
	proxies_wrong 4 'proxies: 10.0.0.5 stands twice' '[ "10.0.0.5", "10.0.0.6", "::ffff:10.0.0.5" ]' "$DEFAULT_CLIENTS"
	proxies_wrong 4 'proxies: .*: not an IP address' '"proxy.example"' "$DEFAULT_CLIENTS"
	proxies_wrong 4 'address bits are set beyond the prefix length' '"10.0.0.5/24"' "$DEFAULT_CLIENTS"
	proxies_wrong 4 'proxies: more than 64 addresses and networks' \
		"[ $(printf '"10.0.0.%s", ' {1..64}) \"10.0.0.65\" ]" "$DEFAULT_CLIENTS"
	# and is within a client's network what it is by itself
	config 'proxies = "127.0.0.9"; log-level = "debug";' '{ name = "foo"; address = "127.0.0.0/24"; }'
	server_start
	stream pcap rec >s
	header_refused 'no PROXY header, this looks like plain frames'
	served 127.0.0.2 foo
	{ v1 127.0.0.2; stream pcap rec; } >s
	peer_send 127.0.0.9 s >end
	wait_log 'closed client=foo peer=127.0.0.2:4711 via=127.0.0.9:[0-9]+ .*packets=1 '
}

@test "--explain says when an address is a proxy's; -T prints them" {
	proxies
	STATUS=0
	"$SERVER" -c cfg --explain 127.0.0.10 >answer || STATUS=$?
	[ "$STATUS" -eq 1 ]
	grep -x 'admitted: no' answer
	grep -x 'reason: a proxy (proxies): connections from there begin with a PROXY header, and the address in it counts' answer
	"$SERVER" -c cfg --explain 127.0.0.2 >answer
	grep -x 'client: foo' answer
	"$SERVER" -c cfg -T >printed
	grep -x $'\tproxies = \\[ "127.0.0.9", "127.0.0.10" \\];' printed
	"$SERVER" -c printed -T | cmp printed
	config
	"$SERVER" -c cfg -T | grep -x $'\t// proxies: no connection comes through a proxy'
}

# ---- TLS ----

# through_relay NAME CERTIFICATE HEADER…: socat speaks TLS through a relay that puts the header in front of the
# ClientHello, both in one segment. TOGETHER=: the header goes first.
through_relay() {
	local name=$1 who=$2
	"${@:3}" >"$name.header"
	rm -f relay.port
	perl -MIO::Socket::IP -MIO::Select -e 'my ($port, $file, $together) = @ARGV; $| = 1;
		my $l = IO::Socket::IP->new(Listen => 1, LocalHost => "127.0.0.1") or die;
		open my $p, ">", "relay.port.new"; print $p $l->sockport; close $p; rename "relay.port.new", "relay.port";
		my $c = $l->accept; my $s = IO::Socket::IP->new(PeerHost => "127.0.0.1", PeerPort => $port, LocalHost => "127.0.0.9") or die;
		my $head = do { local $/; open my $f, "<", $file or die; <$f> };
		if (!$together) { $s->syswrite($head); $head = ""; select undef, undef, undef, 0.2; }
		my $both = IO::Select->new($c, $s);
		while (1) {
			for my $from ($both->can_read) {
				my $to = $from == $c ? $s : $c;
				sysread($from, my $data, 65536) or do { shutdown $to, 1; $both->remove($from); exit if !$both->count; next };
				if ($from == $c) { $data = $head . $data; $head = ""; }
				while (length $data) { my $n = $to->syswrite($data) or exit; substr($data, 0, $n) = ""; }
			}
		}' "$PORT" "$name.header" "${TOGETHER-1}" 3>&- &
	PIDS+=($!)
	until_true test -s relay.port
	tls_through "$name" "OPENSSL:127.0.0.1:$(cat relay.port),$(with "$who")"
}

@test "TLS behind a header, with the certificate of the client; the ClientHello in the same segment, and later" {
	tls_proxies
	server_start
	through_relay a foo v2 127.0.0.2
	tell a pcap rec rec
	wait_stored a foo
	wait_log 'established client=foo peer=127.0.0.2:4711 via=127.0.0.9:[0-9]+ tls=TLS1.3/.* subject="CN=foo"'
	tls_hang_up a
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=2 '
	rm done/*
	TOGETHER=0 through_relay b foo v1 127.0.0.2
	tell b pcap rec
	wait_stored b foo
	# the certificate of another is no help, whatever the proxy says
	through_relay c server v1 127.0.0.2
	wait_log 'rejected client=foo peer=127.0.0.2:4711 via=127.0.0.9:'
}
tls_proxies() {
	config "proxies = \"127.0.0.9\"; log-level = \"debug\";
		tls: { capath = \"pki/ca.crt\"; server-cert = \"pki/server.crt\"; server-key = \"pki/server.key\"; };" \
		'{ name = "foo"; address = "127.0.0.2"; tls = true; certificate = "foo"; }, { name = "bar"; address = "127.0.0.3"; }'
}

@test "a header on a TLS client's own connection is named" {
	tls_proxies
	server_start
	v1 127.0.0.3 >s
	peer_send 127.0.0.2 s >end || true
	wait_log 'rejected client=foo peer=127.0.0.2:[0-9]+ reason="this is no TLS handshake, it looks like a PROXY header'
	v2 127.0.0.3 >s
	peer_send 127.0.0.2 s >end || true
	wait_log 'rejected client=foo peer=127.0.0.2:[0-9]+ reason="this is no TLS handshake, it looks like a PROXY header' 2
}

# ---- one connection ----

@test "a server of one connection: its doorman first; what is refused is no success" {
	proxies
	{ v1 127.0.0.2; stream pcap rec rec; } >s
	stream pcap rec rec >stream
	VIA=superserver server_start
	comes_in 127.0.0.9 foo 127.0.0.2:4711
	printf 'PROXY UNKNOWN\r\n' >s
	header_refused 'the PROXY header tells no address'
	{ v1 192.0.2.7; stream pcap rec; } >s
	peer_send 127.0.0.9 s >end || true
	wait_log 'refused peer=192.0.2.7:4711 via=127.0.0.9:'
}

# ---- HAProxy ----

# haproxy_start OPTIONS-OF-ITS-SERVER…: HAProxy in front of the server, one port for each; FRONT
haproxy_start() {
	local i=0 option
	command -v haproxy >/dev/null || skip "no haproxy"
	FRONT=()
	{
		printf 'global\n\tmaxconn 100\n\tlog stderr local0\ndefaults\n\tmode tcp\n\tlog global\n'
		printf '\ttimeout connect 10s\n\ttimeout client 1m\n\ttimeout server 1m\n'
		for option; do
			FRONT[i]=$(free_port)
			printf 'listen l%d\n\tbind 127.0.0.1:%d\n\tserver s 127.0.0.1:%d source 127.0.0.9 %s\n' \
				"$i" "${FRONT[i]}" "$PORT" "$option"
			i=$((i + 1))
		done
	} >haproxy.cfg
	haproxy -f haproxy.cfg >haproxy.log 2>&1 3>&- &
	PIDS+=($!)
	for i in "${FRONT[@]}"; do
		until_true listened_to "$i"
	done
}

@test "HAProxy: send-proxy, send-proxy-v2, and its checksum and further fields" {
	local i
	proxies
	server_start
	haproxy_start send-proxy send-proxy-v2 'send-proxy-v2 proxy-v2-options crc32c' \
		'send-proxy-v2 proxy-v2-options crc32c,unique-id,authority,ssl'
	stream pcap rec rec >s
	for i in 0 1 2 3; do
		PORT=${FRONT[i]} peer_send 127.0.0.2 s >end
		wait_log 'closed client=foo peer=127.0.0.2:[0-9]+ via=127.0.0.9:[0-9]+ reason="peer closed the connection" packets=2 ' $((i + 1))
	done
	[ "$(packets done/*)" -eq 8 ]
	PORT=${FRONT[0]} peer_send 127.0.0.4 s >end || true
	wait_log 'refused peer=127.0.0.4:[0-9]+ via=127.0.0.9:[0-9]+ reason="not in the client list"'
	never_log 'rejected|error'
}

@test "HAProxy: health checks are no connections, and find the server well" {
	proxies
	server_start
	haproxy_start 'send-proxy-v2 check inter 200ms' 'send-proxy-v2 check check-send-proxy inter 200ms' \
		'send-proxy-v2 proxy-v2-options crc32c check inter 200ms'
	wait_log 'closed peer=127.0.0.9:[0-9]+ reason="PROXY LOCAL' 9
	stream pcap rec rec >s
	for i in 0 1 2; do
		PORT=${FRONT[i]} peer_send 127.0.0.2 s >end
		wait_log 'closed client=foo .*via=.* packets=2 ' $((i + 1))
	done
	never_log 'refused|rejected|error'
	not grep -E 'DOWN|down' haproxy.log
}

@test "HAProxy: TLS goes through it, with the certificates of clients" {
	tls_proxies
	server_start
	haproxy_start 'send-proxy-v2 check inter 500ms'
	tls_through a "OPENSSL:127.0.0.1:${FRONT[0]},bind=127.0.0.2,$(with foo)"
	tell a pcap rec rec
	wait_stored a foo
	wait_log 'established client=foo peer=127.0.0.2:[0-9]+ via=127.0.0.9:[0-9]+ tls=TLS1.3/.* subject="CN=foo"'
	tls_hang_up a
	wait_log 'closed client=foo .*packets=2 '
	stream pcap rec >s
	PORT=${FRONT[0]} peer_send 127.0.0.2 s >end || true
	wait_log 'rejected client=foo peer=127.0.0.2:[0-9]+ via=.* reason="this looks like plain frames'
}

@test "HAProxy: the configurations that are delivered, its own and the servers', are valid" {
	local etc=$TESTDIR/../etc/haproxy
	mkdir recording completed
	sed -e "s|/var/lib/osmo-pcap-server/recording|$PWD/recording|; s|/var/lib/osmo-pcap-server/done|$PWD/completed|" \
		-e "s|/etc/osmocom/ca.crl|$PWD/ca.crl|; s|/etc/osmocom/ca|$PWD/pki/ca|; s|/etc/osmocom/server-[a-z.]*[.]|$PWD/pki/server.|" \
		-e 's|^  user = .*||' "$etc/osmo-pcap-server.cfg" >cfg
	printf 'expiration_days = 10\n' >template
	certtool --generate-crl --load-ca-privkey pki/ca.key --load-ca-certificate pki/ca.crt --template template \
		--outfile ca.crl >/dev/null 2>&1
	"$SERVER" -t -c cfg
	"$SERVER" --explain 192.0.2.1 -c cfg >out || true
	grep -q proxy out
	command -v haproxy >/dev/null || skip "no haproxy"
	haproxy -c -q -f "$etc/haproxy.cfg"
}
