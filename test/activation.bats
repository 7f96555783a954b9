#!/usr/bin/env bats
# Started any way: with sockets that are passed, with one connection, and with a notification socket. What is not as
# it must be is refused, and nothing is ever written into a connection.
. "$BATS_TEST_DIRNAME/lib.bash"
bats_require_minimum_version 1.5.0

# pass -r has started the servers that it did not end.
eval "lib_$(declare -f teardown)"
teardown() {
	server_kill
	[ ! -s pids ] || kill -KILL "$(tail -n 1 pids)" 2>/dev/null || true
	lib_teardown
}

# passing SOCKET…: starts the server with them (test/pass), in the background; PORTS. OPTIONS: of pass; ARGUMENTS: of
# the server
passing() {
	[ -e cfg ] || config ""
	rm -f ports
	: >>log
	pass "${OPTIONS[@]}" "$@" -- "${WRAP[@]}" "$SERVER" -c cfg "${ARGUMENTS[@]}" 2>>log >out 3>&- &
	SERVER_PID=$!
	until_true test -e ports
	mapfile -t PORTS <ports
	PORT=${PORTS[0]:-}
}
OPTIONS=()
ARGUMENTS=()

# ends STATUS: the server has ended with it
ends() {
	local status=0 pid=$SERVER_PID
	SERVER_PID=
	await "$pid" || status=$?
	[ "$status" -eq "$1" ] || { echo "exit status $status" >&2; return 1; }
}

# refuses REASON SOCKET…: not started, with the reason, status 1
refuses() {
	local reason=$1
	shift
	passing "$@"
	ends 1
	cat log
	grep -E "^error: $reason\$" log
	[ "$(wc -l <log)" -eq 1 ]
}

# one ADDRESS SPEC [FILE]: a peer from the address; the server gets its connection
one() {
	passing "$2"
	stream pcap rec rec >s
	peer_send "$1" "${3:-s}" >end
}

lines() { [ "$(grep -cE -- "$2" "$3")" -ge "$1" ]; } # COUNT REGEX FILE

# ---- passed listening sockets ----

@test "a passed socket replaces the configured ones" {
	config 'log-level = "debug";'
	sed -i 's/ip = "[^"]*"; port = 0;/ip = "192.0.2.1"; port = 1;/' cfg
	passing tcp:127.0.0.1
	wait_log "listening address=127.0.0.1:$PORT\$"
	[ "$(grep -c listening log)" -eq 1 ]
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	recorded
	server_stop
}

@test "several sockets, IPv4 and IPv6" {
	grep -qs '^0\{31\}1 ' /proc/net/if_inet6 || skip "no ::1 here"
	config '' '{ name = "foo"; address = [ "127.0.0.2", "::1" ]; }'
	OPTIONS=(-e LISTEN_FDNAMES=one:two:three)
	passing tcp:127.0.0.1 'tcp:[::1]' tcp:127.0.0.5
	wait_log 'listening address=' 3
	stream pcap rec >s
	peer_send 127.0.0.2 s
	PORT=${PORTS[2]} LISTEN=127.0.0.5 peer_send 127.0.0.2 s
	PORT=${PORTS[1]} LISTEN=::1 peer_send ::1 s
	wait_log 'closed client=foo .*packets=1 ' 3
	wait_log 'closed client=foo peer=\[::1\]:'
	[ "$(packets done/*)" -eq 3 ]
}

@test "a connection that waits in the queue of a passed socket is served by the next server" {
	config
	OPTIONS=(-r)
	passing tcp:127.0.0.1
	wait_log 'listening address='
	kill -STOP "$SERVER_PID" # nobody starts the next one
	kill -TERM "$(tail -n 1 pids)"
	wait_log ' stopped$'
	live a 127.0.0.2
	tell a pcap rec
	[ ! -s a.end ]
	no_file
	kill -CONT "$SERVER_PID"
	wait_log 'listening address=' 2
	wait_stored a foo
}

@test "a reload keeps passed sockets, whatever the configuration says" {
	passing tcp:127.0.0.1
	wait_log 'listening address='
	FIXED_PORT=$(free_port)
	config '' '{ name = "new"; address = "127.0.0.4"; }'
	kill -HUP "$SERVER_PID"
	wait_log 'reload clients=1'
	[ "$(grep -c "listening address=127.0.0.1:$PORT\$" log)" -eq "$(grep -c listening log)" ]
	not listened_to "$FIXED_PORT"
	stream pcap rec rec >s
	peer_send 127.0.0.4 s
	wait_log 'closed client=new'
	recorded
}

@test "a reload that fails keeps passed sockets" {
	passing tcp:127.0.0.1
	wait_log 'listening address='
	echo 'colour = 1;' >>cfg
	kill -HUP "$SERVER_PID"
	wait_log 'reload reason='
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	recorded
}

@test "passed sockets and variables are not the children's" {
	passing tcp:127.0.0.1
	wait_log 'listening address='
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	local mine theirs
	mine=$(readlink "/proc/$SERVER_PID/fd/3")
	[[ $mine == socket:* ]]
	theirs=$(readlink "/proc/$(child foo)/fd/"*)
	[[ $theirs != *"$mine"* ]]
	grep -q 'flags:.*02004002$' "/proc/$SERVER_PID/fdinfo/3" # close-on-exec, non-blocking
}

@test "-D with a passed socket" {
	ARGUMENTS=(-D)
	config "pid-file = \"$PWD/pid\";"
	passing tcp:127.0.0.1
	ends 0
	SERVER_PID=$(cat pid)
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	until_true compgen -G 'done/*'
	recorded
	kill -TERM "$SERVER_PID"
	until_true gone "$SERVER_PID"
}

# unused: the server binds its own socket, and does not touch what it was given
unused() {
	passing tcp:127.0.0.1
	wait_log 'listening address='
	PORT=$(sed -n 's/.* listening address=.*:\([0-9]*\)$/\1/p' log)
	[ "$PORT" != "${PORTS[0]}" ]
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	recorded
}
@test "LISTEN_PID of another process: nothing was passed" { OPTIONS=(-e LISTEN_PID=1); unused; }
@test "LISTEN_PID of another process: the rest is not looked at" { OPTIONS=(-e LISTEN_PID=1 -e LISTEN_FDS=x); unused; }
@test "no variables: nothing was passed" { OPTIONS=(-u LISTEN_PID -u LISTEN_FDS); unused; }

with() { OPTIONS=("${@:2}"); refuses "$1" tcp:127.0.0.1; }
@test "LISTEN_PID is not a number" { with 'LISTEN_PID: .*' -e LISTEN_PID=x; }
@test "LISTEN_PID with a sign" { with 'LISTEN_PID: .*' -e LISTEN_PID=+%p; }
@test "LISTEN_PID is missing" { with 'LISTEN_FDS is set, .*' -u LISTEN_PID; }
@test "LISTEN_FDS is missing" { with 'LISTEN_PID is set, .*' -u LISTEN_FDS; }
@test "LISTEN_FDS is 999" { with 'LISTEN_FDS: not a number from 1 to 64' -e LISTEN_FDS=999; }
@test "LISTEN_FDS is 0" { with 'LISTEN_FDS: .*' -e LISTEN_FDS=0; }
@test "LISTEN_FDS is not a number" { with 'LISTEN_FDS: .*' -e LISTEN_FDS=1x; }
@test "LISTEN_FDS is more than are open" {
	beside_memcheck "it has the descriptor"
	with 'passed descriptor 4: not open' -e LISTEN_FDS=2
}
@test "more names than descriptors" { with 'LISTEN_FDNAMES: 2 names for 1 descriptors' -e LISTEN_FDNAMES=a:b; }
@test "fewer names than descriptors" {
	OPTIONS=(-e LISTEN_FDNAMES=a)
	refuses 'LISTEN_FDNAMES: 1 names for 2 descriptors' tcp:127.0.0.1 tcp:127.0.0.1
}
@test "a passed descriptor is closed" {
	beside_memcheck "it has the descriptor"
	refuses 'passed descriptor 4: not open' tcp:127.0.0.1 none tcp:127.0.0.1
}
@test "a passed descriptor is no socket" { refuses 'passed descriptor 4: not a socket' tcp:127.0.0.1 file:/dev/null; }
@test "a passed UDP socket" { refuses 'passed descriptor 4: not a TCP socket' tcp:127.0.0.1 udp:127.0.0.1; }
@test "a passed UNIX socket" { refuses 'passed descriptor 3: neither an IPv4 nor an IPv6 socket' unix:u tcp:127.0.0.1; }
@test "a passed UNIX connection" { refuses 'passed descriptor 3: neither an IPv4 nor an IPv6 socket' pair; }
@test "a passed socket that does not listen" { refuses 'passed descriptor 3: a TCP socket without a peer.*' idle; }
@test "a passed connection beside a listening socket" {
	config
	passing tcp:127.0.0.1 accept:127.0.0.1
	PORT=${PORTS[1]}
	: >none
	peer_send 127.0.0.2 none
	ends 1
	grep '^error: passed descriptor 4: a connection, which is passed alone or not at all$' log
}
@test "-t and -T do not look at what is passed" {
	local o
	for o in -t -T; do
		OPTIONS=(-e LISTEN_FDS=999) ARGUMENTS=($o)
		passing tcp:127.0.0.1
		ends 0
	done
}

# ---- one connection ----

PASSED=()
INPUT=(-i)
BOTH=(-b)

# one_shot HOW: OPTIONS and ARGUMENTS for it
one_shot() {
	local -n options=$1
	OPTIONS=("${options[@]}")
	[ "$1" = PASSED ] || ARGUMENTS=(-i)
}

serves_one() {
	one_shot "$1"
	one 127.0.0.2 accept:127.0.0.1
	[ "$(cat end)" = closed ]
	ends 0
	recorded
	[ ! -s out ]
	not grep -vE '^[0-9-]{10}T' log # nothing but log lines
	never_log 'listening|stopped'
}
@test "a passed connection is served, and that is all" { serves_one PASSED; }
@test "a connection on standard input is served, and that is all" { serves_one INPUT; }
@test "a connection that is given both ways is served" { serves_one BOTH; }

refuses_one() {
	one_shot "$1"
	one 127.0.0.9 accept:127.0.0.1
	grep -qE 'closed|reset' end
	ends 1
	wait_log 'refused peer=127.0.0.9:[0-9]+ reason="not in the client list"'
	no_file
}
@test "a passed connection of an unlisted peer: refused, status 1" { refuses_one PASSED; }
@test "a connection on standard input of an unlisted peer: refused, status 1" { refuses_one INPUT; }

input() { OPTIONS=(-i) ARGUMENTS=(-i); refuses "$@"; }
@test "-i: standard input is no socket" { input 'standard input: not a socket' file:/dev/null; }
@test "-i: standard input is a UDP socket" { input 'standard input: not a TCP socket' udp:127.0.0.1; }
@test "-i: standard input is a UNIX socket" { input 'standard input: neither an IPv4 nor an IPv6 socket' pair; }
@test "-i: standard input is not connected" { input 'standard input: a TCP socket without a peer.*' idle; }
@test "-i: standard input listens" { input 'standard input: a listening socket, not a connection' tcp:127.0.0.1; }
@test "-i: standard input is closed" {
	config
	run -1 "$SERVER" -i -c cfg <&-
	[ "$output" = 'error: standard input: not a socket' ]
}
@test "-i: another socket is passed beside it" {
	config
	OPTIONS=(-b) ARGUMENTS=(-i)
	passing accept:127.0.0.1 tcp:127.0.0.1
	: >none
	peer_send 127.0.0.2 none
	ends 1
	grep '^error: passed descriptor 4: not the connection on standard input$' log
}
@test "-i with -D, -t, -T or twice the same: wrong options" {
	config
	local o
	for o in -D -t -T; do
		run -2 "$SERVER" -c cfg -i $o </dev/null
		[[ $output == "osmo-pcap-server: only one of "*usage:* ]]
	done
}
@test "-D with a passed connection is an error" {
	ARGUMENTS=(-D)
	one 127.0.0.2 accept:127.0.0.1
	ends 1
	grep '^error: a connection was passed' log
}

# exits STATUS LOG-REGEX STREAM-ITEM…: one connection that sends this
exits() {
	local status=$1 regex=$2
	shift 2
	stream "$@" >s
	ARGUMENTS=(-i) OPTIONS=(-i)
	passing accept:127.0.0.1
	peer_send 127.0.0.2 s >end
	ends "$status"
	wait_log "$regex"
}
@test "one connection: a whole stream is status 0" { exits 0 'closed client=foo .*packets=1 ' pcap rec; }
@test "one connection: nothing but a link header is status 0" { exits 0 'closed client=foo .*packets=0 ' pcap; }
@test "one connection: without a byte is status 0" {
	config 'log-level = "debug";'
	exits 0 'closed client=foo .*without a byte' raw:zero=0
}
@test "one connection: a stream that is refused is status 1" { exits 1 'rejected client=foo' pcap rec,caplen=7; }
@test "one connection: a truncated stream is status 1" { exits 1 'rejected client=foo' pcap rec data,send=40:rec; }
@test "one connection: it ends, too, when it was started with CHLD ignored" {
	stream pcap rec >s
	ARGUMENTS=(-i) OPTIONS=(-i)
	WRAP=(env --ignore-signal=CHLD)
	passing accept:127.0.0.1
	peer_send 127.0.0.2 s >end
	ends 0
	wait_log 'closed client=foo .*packets=1 '
}
@test "one connection: idle for too long is status 0" {
	config 'limits: { idle-timeout = 1; };'
	ARGUMENTS=(-i) OPTIONS=(-i)
	passing accept:127.0.0.1
	live a 127.0.0.2
	tell a pcap rec
	ends 0
	wait_log 'closed client=foo .*reason="no frame for 1 seconds"'
	stored a foo 'done'
}
@test "one connection: no link header in time is status 1" {
	config 'limits: { handshake-timeout = 1; };'
	ARGUMENTS=(-i) OPTIONS=(-i)
	passing accept:127.0.0.1
	live a 127.0.0.2
	ends 1
	wait_log 'rejected client=foo .*no link header within 1 seconds'
}
@test "one connection: reset between frames is status 0" {
	ARGUMENTS=(-i) OPTIONS=(-i)
	passing accept:127.0.0.1
	live a 127.0.0.2 -r
	tell a pcap rec
	wait_stored a foo
	hang_up a
	ends 0
	stored a foo 'done'
}
@test "one connection: a wrong configuration is status 78" {
	config 'colour = 1;'
	ARGUMENTS=(-i) OPTIONS=(-i)
	one 127.0.0.2 accept:127.0.0.1
	ends 78
	grep 'error file=.*cfg" line=3 reason=.*colour' log
}

# recording: one connection that has stored a packet
recording() {
	one_shot "${1:-INPUT}"
	passing accept:127.0.0.1
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
}

@test "one connection: a crash is repaired, status 1" {
	recording
	kill -KILL "$(child foo)"
	ends 1
	wait_log 'closed client=foo .*killed by signal 9'
	wait_log 'file client=foo .*reason=repaired packets=1 '
	stored a foo 'done'
}

stops_with() {
	recording
	kill "-$1" "$SERVER_PID"
	ends 0
	stored a foo 'done'
	wait_log 'file client=foo .*reason=stop packets=1 '
}
@test "one connection: TERM stores and ends, status 0" { stops_with TERM; }
@test "one connection: INT stores and ends, status 0" { stops_with INT; }

new_file() {
	recording
	kill "-$1" "$SERVER_PID"
	wait_log 'file client=foo .*reason=reload packets=1 '
	tell a rec
	wait_log 'file client=foo .*reason=opened' 2
	hang_up a
	ends 0
	[ "$(packets done/*)" -eq 2 ]
	never_log ' reload clients'
}
@test "one connection: HUP is a new file" { new_file HUP; }
@test "one connection: USR1 is a new file" { new_file USR1; }

@test "one connection: QUIT leaves the recording alone, status 0" {
	recording
	kill -QUIT "$SERVER_PID"
	ends 0
	tell a rec
	wait_stored a foo
	hang_up a
	until_true stored a foo 'done'
}

nowhere_else() {
	recording "$1"
	local socket pid
	socket=$(readlink "/proc/$(child foo)/fd/"* | grep socket: | sort -u)
	for pid in $SERVER_PID $(ps -o pid= --ppid "$SERVER_PID"); do
		[ "$pid" = "$(child foo)" ] || readlink "/proc/$pid/fd/"* >>others
	done
	[ -s others ]
	# its channel to the master is a pair of two, so none of its sockets is anywhere else
	not grep -F "$socket" others
	for pid in 0 1 2; do
		[[ $(readlink "/proc/$SERVER_PID/fd/$pid") != socket:* ]]
	done
	# and the peer sees the end with the end of that process alone
	kill -STOP "$SERVER_PID"
	kill -TERM "$(child foo)"
	until_true test -s a.end
	kill -CONT "$SERVER_PID"
	ends 0
}
@test "a passed connection is open in the recording process and nowhere else" { nowhere_else PASSED; }
@test "a connection on standard input is open in the recording process and nowhere else" { nowhere_else INPUT; }
@test "a connection that is given both ways is open in the recording process and nowhere else" { nowhere_else BOTH; }

# leftovers NAME…: unfinished files of a packet each
leftovers() {
	local f
	stream pcap rec >one
	for f; do
		unframe one | unfinished "$f"
	done
}

@test "one connection: what earlier ones of this client left is repaired, and nothing else" {
	leftovers trace-foo-20250101_000000.pcap trace-bar-20250101_000000.pcap trace-gone-20250101_000000.pcap
	ARGUMENTS=(-i) OPTIONS=(-i)
	one 127.0.0.2 accept:127.0.0.1
	ends 0
	[ "$(cd rec && echo *)" = 'trace-bar-20250101_000000.pcap trace-gone-20250101_000000.pcap' ]
	[ -e done/trace-foo-20250101_000000.pcap ]
	[ "$(packets done/*)" -eq 3 ]
}

@test "one connection: what is left is repaired while it lasts" {
	leftovers trace-foo-20250101_000000.pcap
	config 'file-permission-mask = "0444";'
	ARGUMENTS=(-i) OPTIONS=(-i)
	passing accept:127.0.0.1
	live a 127.0.0.2
	until_true test -e done/trace-foo-20250101_000000.pcap
	kill -0 "$SERVER_PID"
}

@test "one connection: an unlisted peer causes no repair" {
	leftovers trace-foo-20250101_000000.pcap
	ARGUMENTS=(-i) OPTIONS=(-i)
	one 127.0.0.9 accept:127.0.0.1
	ends 1
	[ "$(cd rec && echo *)" = trace-foo-20250101_000000.pcap ]
}

# ---- standard error is the connection ----

# nothing_said [ADDRESS]: the peer gets the end of its connection and no byte
nothing_said() {
	perl -MIO::Socket::IP -e 'my ($from, $port) = @ARGV; local $/;
		my $s = IO::Socket::IP->new(PeerHost => "127.0.0.1", PeerPort => $port, LocalHost => $from) or die;
		syswrite $s, <STDIN>; shutdown $s, 1; my $got = <$s> // ""; print length $got, "\n"' "$1" "$PORT" <s >said
	[ "$(cat said)" -eq 0 ]
}

# silent STATUS ADDRESS: descriptors 0, 1 and 2 are the connection
silent() {
	OPTIONS=(-i -2)
	[ ${#ARGUMENTS[@]} -gt 0 ] || ARGUMENTS=(-i)
	stream pcap rec rec >s
	passing accept:127.0.0.1
	nothing_said "$2"
	ends "$1"
	[ ! -s log ]
}
@test "the log never goes into the connection: served" { silent 0 127.0.0.2; recorded; }
@test "the log never goes into the connection: refused" { silent 1 127.0.0.9; }
@test "the log never goes into the connection: a wrong configuration" { config 'colour = 1;'; silent 78 127.0.0.2; }
@test "the log never goes into the connection: a warning" { config 'log-level = "debug";' ''; silent 1 127.0.0.2; }
@test "the log never goes into the connection: wrong options" { ARGUMENTS=(-i --colour); silent 2 127.0.0.2; }
@test "the log never goes into the connection: options that exclude each other" { ARGUMENTS=(-i -t); silent 2 127.0.0.2; }

@test "the log never goes into the connection: it was passed with another socket" {
	OPTIONS=(-b -2) ARGUMENTS=(-i)
	stream pcap rec >s
	passing accept:127.0.0.1 tcp:127.0.0.1
	nothing_said 127.0.0.2
	ends 1
	[ ! -s log ]
}

# with_syslog FUNCTION: inside, where /dev/log is the test's own
with_syslog() {
	eval "in_own_dev() { own_dev; $1; }"
	inside in_own_dev own_dev "$1" passing ends one lines silent nothing_said syslogd
}
own_dev() {
	local f
	OPTIONS=() ARGUMENTS=()
	mkdir dev
	for f in null zero urandom random tty; do
		touch "dev/$f"
		mount --bind "/dev/$f" "dev/$f"
	done
	[ ! -e /dev/fd ] || cp -P /dev/fd dev/fd
	mount --rbind dev /dev
}

# syslogd: receives at /dev/log from now on, into ./syslog
syslogd() {
	rm -f /dev/log
	listener /dev/log >>syslog 3>&- &
	SYSLOGD=$!
	PIDS+=("$SYSLOGD")
	until_true test -S /dev/log
	until_true lines $((${1:-0} + 1)) '^ready$' syslog
}

log_is_syslog() {
	syslogd
	silent 0 127.0.0.2
	recorded
	until_true grep -E '^<30>osmo-pcap-server\[[0-9]+\]: closed client=foo ' syslog
	: >syslog
	silent 1 127.0.0.9
	until_true grep -E '^<29>osmo-pcap-server\[[0-9]+\]: refused peer=127.0.0.9:' syslog
	: >syslog
	config 'colour = 1;'
	silent 78 127.0.0.2
	until_true grep -E '^<27>osmo-pcap-server\[[0-9]+\]: error file=.*colour' syslog
	ARGUMENTS=(-i --colour)
	silent 2 127.0.0.2
	until_true grep -E '^<27>osmo-pcap-server\[[0-9]+\]: error reason="wrong options"' syslog
}
@test "when standard error is the connection the log goes to syslog" { with_syslog log_is_syslog; }

syslog_comes_back() {
	config "pid-file = \"$PWD/pid\";"
	ARGUMENTS=(-D)
	syslogd
	passing tcp:127.0.0.1
	ends 0
	SERVER_PID=$(cat pid)
	until_true grep 'listening address=' syslog
	live a 127.0.0.2
	tell a pcap rec
	until_true grep 'reason=opened' syslog
	# another daemon, another socket: what the child says is lost until the master has connected
	kill -KILL "$SYSLOGD"
	until_true gone "$SYSLOGD"
	syslogd 1
	kill -USR2 "$SERVER_PID"
	until_true grep 'status connections=1' syslog
	# through the descriptor that the child shares
	hang_up a
	until_true grep 'closed client=foo .*packets=1 ' syslog
	# gone altogether, and back: the master looks for it by itself, and tells what was lost
	kill -KILL "$SYSLOGD"
	until_true gone "$SYSLOGD"
	rm /dev/log
	kill -USR2 "$SERVER_PID"
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	syslogd 2
	until_true grep -E 'log lost=[0-9]+$' syslog
	hang_up a
	until_true lines 2 'closed client=foo .*packets=1 ' syslog
	kill -TERM "$SERVER_PID"
	until_true gone "$SERVER_PID"
	SERVER_PID=
}
@test "a syslog daemon that comes back gets the lines of the children, too" { with_syslog syslog_comes_back; }

children_do_not_connect() {
	config "pid-file = \"$PWD/pid\";"
	ARGUMENTS=(-D)
	syslogd
	passing tcp:127.0.0.1
	ends 0
	SERVER_PID=$(cat pid)
	live a 127.0.0.2
	tell a pcap rec
	until_true grep 'reason=opened' syslog
	local pid
	pid=$(sed -n 's/.* connected client=foo .* pid=//p' syslog)
	strace -qq -f -s 300 -e trace=connect,sendto -o trace -p "$pid" 3>&- &
	PIDS+=($!)
	until_true grep -q 'TracerPid:.*[1-9]' "/proc/$pid/status"
	kill -KILL "$SYSLOGD"
	until_true gone "$SYSLOGD"
	hang_up a
	until_true gone "$pid"
	until_true grep -E 'sendto.*closed client=foo.*(ECONNREFUSED|ENOTCONN)' trace || { cat trace; return 1; }
	not grep -E ' connect\(' trace
}
@test "a child does not connect to syslog itself" {
	command -v strace >/dev/null || skip "no strace"
	strace -o /dev/null true 2>/dev/null || skip "strace is not permitted here"
	with_syslog children_do_not_connect
}

# ---- readiness ----

# told NAME: a notification socket; what the server writes there goes to ./told
told() {
	listener "$1" >>told 3>&- &
	PIDS+=($!)
	until_true grep -q ready told
	: >told
	OPTIONS+=(-e "NOTIFY_SOCKET=$1")
}
has_told() { grep -qE "^$1\$" told; }
tells() { until_true has_told "$1" || { cat told >&2; return 1; }; }

ready_at() {
	told "$1"
	passing tcp:127.0.0.1
	tells READY=1
	[ "$(head -n 1 told)" = READY=1 ]
	wait_log 'listening address='
	stream pcap rec >s
	[ "$(peer_send 127.0.0.2 s)" = closed ]
	kill -TERM "$SERVER_PID"
	ends 0
	tells STOPPING=1
	[ "$(grep -c READY told)" -eq 1 ]
}
@test "READY=1 and STOPPING=1, to a path" { ready_at "$PWD/notify"; }
@test "READY=1 and STOPPING=1, to an abstract address" { ready_at "@osmo-pcap-test-$$"; }

@test "QUIT is STOPPING=1 too" {
	told "$PWD/notify"
	passing tcp:127.0.0.1
	tells READY=1
	kill -QUIT "$SERVER_PID"
	ends 0
	tells STOPPING=1
}

@test "a reload is RELOADING=1 with the time, then READY=1; one that fails, too" {
	told "$PWD/notify"
	passing tcp:127.0.0.1
	tells READY=1
	local before after usec
	before=$(perl -MTime::HiRes=:DEFAULT,clock_gettime,CLOCK_MONOTONIC -e 'printf "%d", 1e6 * clock_gettime(CLOCK_MONOTONIC)')
	kill -HUP "$SERVER_PID"
	tells 'RELOADING=1.MONOTONIC_USEC=[0-9]+'
	until_true lines 2 READY=1 told
	after=$(perl -MTime::HiRes=:DEFAULT,clock_gettime,CLOCK_MONOTONIC -e 'printf "%d", 1e6 * clock_gettime(CLOCK_MONOTONIC)')
	usec=$(sed -n 's/.*USEC=//p' told)
	[ "$usec" -ge "$before" ]
	[ "$usec" -le "$after" ]
	echo 'colour = 1;' >>cfg
	kill -HUP "$SERVER_PID"
	wait_log 'reload reason='
	until_true lines 3 READY=1 told
	grep -v STATUS told | cut -c 1-5 | tr '\n' ' ' | grep -x 'READY RELOA READY RELOA READY '
}

@test "a start that fails is never ready" {
	told "$PWD/notify"
	rmdir rec
	passing tcp:127.0.0.1
	ends 78
	[ ! -s told ]
}

@test "STATUS= with the counts, when they have changed, every 3 seconds at most" {
	told "$PWD/notify"
	passing tcp:127.0.0.1
	tells 'STATUS=connections 0, unestablished 0, accepted 0, refused 0'
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	live b 127.0.0.3
	: >none
	local i
	for i in 1 2 3 4 5; do
		peer_send 127.0.0.9 none
	done
	tells 'STATUS=connections 2, unestablished 1, accepted 2, refused 5'
	[ "$(grep -c STATUS told)" -le 3 ]
}

@test "WATCHDOG=1 twice as often as it is asked for" {
	told "$PWD/notify"
	OPTIONS+=(-e WATCHDOG_USEC=400000 -e WATCHDOG_PID=%p)
	passing tcp:127.0.0.1
	tells READY=1
	local start
	start=$(date +%s%N)
	until_true lines 11 WATCHDOG=1 told
	[ $(($(date +%s%N) - start)) -ge 1500000000 ] # ten times 0.2 s, less what it had before
	kill -STOP "$SERVER_PID"
	grep -c WATCHDOG told >count
	sleep 1 # a server that does nothing says nothing
	[ "$(grep -c WATCHDOG told)" -le $(($(cat count) + 1)) ]
	kill -CONT "$SERVER_PID"
}

@test "a watchdog for another process is none" {
	told "$PWD/notify"
	OPTIONS+=(-e WATCHDOG_USEC=20000 -e WATCHDOG_PID=1)
	passing tcp:127.0.0.1
	tells 'STATUS=.*'
	live a 127.0.0.2
	tells 'STATUS=connections 1.*' # three seconds later
	not grep WATCHDOG told
}

@test "without a watchdog there is no sign of life" {
	told "$PWD/notify"
	passing tcp:127.0.0.1
	tells 'STATUS=.*'
	not grep WATCHDOG told
}

@test "-D tells its process number" {
	told "$PWD/notify"
	config "pid-file = \"$PWD/pid\";"
	ARGUMENTS=(-D)
	OPTIONS+=(-e WATCHDOG_USEC=100000 -e WATCHDOG_PID=%p)
	passing tcp:127.0.0.1
	ends 0
	SERVER_PID=$(cat pid)
	tells "READY=1.MAINPID=$SERVER_PID"
	tells WATCHDOG=1
	kill -TERM "$SERVER_PID"
	until_true gone "$SERVER_PID"
	SERVER_PID=
}

@test "one connection is ready when it is admitted" {
	told "$PWD/notify"
	OPTIONS+=(-i)
	ARGUMENTS=(-i)
	passing accept:127.0.0.1
	live a 127.0.0.2
	tells READY=1
	tells 'STATUS=connections 1, .*'
}

@test "one connection that is refused is never ready" {
	told "$PWD/notify"
	OPTIONS+=(-i)
	ARGUMENTS=(-i)
	one 127.0.0.9 accept:127.0.0.1
	ends 1
	[ ! -s told ]
}

@test "a notification address without a listener is a warning, and service goes on" {
	OPTIONS=(-e "NOTIFY_SOCKET=$PWD/nobody")
	passing tcp:127.0.0.1
	wait_log 'listening address='
	grep 'warning: NOTIFY_SOCKET: No such file' log
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	recorded
}

@test "a watchdog that is no number is a warning, and readiness is told" {
	told "$PWD/notify"
	OPTIONS+=(-e WATCHDOG_USEC=soon)
	passing tcp:127.0.0.1
	tells READY=1
	grep 'warning: WATCHDOG_USEC: ' log
}

@test "a receiver that does not read stops nothing" {
	told "$PWD/notify"
	OPTIONS+=(-e WATCHDOG_USEC=4000)
	kill -STOP "${PIDS[0]}"
	passing tcp:127.0.0.1
	wait_log 'listening address='
	sleep 1 # many more signs of life than its queue takes
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	recorded
	kill -CONT "${PIDS[0]}"
	tells READY=1
	kill -TERM "$SERVER_PID"
	ends 0
	tells STOPPING=1
}

@test "the notification socket and its variables are the master's alone" {
	told "$PWD/notify"
	passing tcp:127.0.0.1
	tells READY=1
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	local mine theirs k
	mine=$(ss -xpH 2>/dev/null | awk -v p="pid=$SERVER_PID," 'index($0, p) && $1 == "u_dgr" { print $6 }')
	[ -n "$mine" ] || skip "ss does not show it here"
	theirs=$(readlink "/proc/$(child foo)/fd/"*)
	for k in $mine; do
		[[ $theirs != *"[$k]"* ]]
	done
}

# ---- the man page ----

# example WORD: the command line that begins so in the man page, for this server, on a free port
example() {
	PORT=$(free_port)
	sed -n '/^\.Sh STARTED BY OTHERS/,/^\.Sh SIGNALS/p' "$TESTDIR/../man/osmo-pcap-server.8" | grep "^$1 " >line
	[ "$(wc -l <line)" -eq 1 ]
	sed -e "s/54321/$PORT/; s,osmo-pcap-server -,$SERVER -,; s/osmo-pcap-server.cfg/cfg/; s/^/exec /" line >command
	grep -q "$PORT" command
	config
	: >log
	bash -c ". ./command" 2>>log 3>&- &
	SERVER_PID=$!
	PIDS+=($!)
	until_true listened_to "$PORT"
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .*packets=2 '
	recorded
}
@test "the man page: systemd-socket-activate" { example 'systemd-socket-activate -l'; }
@test "the man page: systemd-socket-activate --accept" { example 'systemd-socket-activate --accept'; }
@test "the man page: tcpserver" { example tcpserver; }
@test "the man page: socat" {
	grep -qs '^0\{31\}1 ' /proc/net/if_inet6 || skip "no IPv6 here"
	example socat
}

# ---- changing guards ----

@test "twenty clients record while the master goes ten times: every file is what was sent, none is refused" {
	config 'rotate-localtime = "never"; limits: { per-client = 4; };' \
		"$(for ((n = 1; n <= 20; n++)); do echo "{ name = \"c$n\"; address = \"127.0.5.$n\"; },"; done) { name = \"x\"; address = \"127.0.6.1\"; }"
	OPTIONS=(-r)
	passing tcp:127.0.0.1
	wait_log 'listening address='
	local n k
	for ((n = 1; n <= 20; n++)); do
		stream "number=$((n * 100000))" pcap data,times=500:rec=200 >"s$n"
		# in about ten seconds: 2 KB pieces, 55 of them, with a pause after each
		peer_send "127.0.5.$n" "s$n" -c 2000 -p 150 >"end$n" 3>&- &
		PIDS+=($!)
	done
	wait_log 'file client=c.*reason=opened' 20
	stream pcap rec >sx
	for ((k = 1; k <= 10; k++)); do
		kill -QUIT "$(tail -n 1 pids)"
		peer_send 127.0.6.1 sx >endx # before the next one listens, or while, or after
		[ "$(cat endx)" = closed ]
		wait_log 'listening address=' $((k + 1))
		[ $k -gt 2 ] || never_log 'closed client=c' # a slow machine may not get through all ten
		wait_log 'closed client=x .*packets=1 ' "$k"
	done
	[ "$(wc -l <pids)" -eq 11 ]
	[ "$(grep -c 'exiting reason=' log)" -eq 10 ]
	wait_log 'closed client=c.*reason="peer closed the connection" packets=500 ' 20
	never_log 'refused|rejected|repaired'
	for ((n = 1; n <= 20; n++)); do
		unframe "s$n" | cmp - "done/trace-c$n-"*
		[ "$(cat "end$n")" = closed ]
	done
	[ "$(packets done/trace-x-*)" -eq 10 ]
	no_file rec
}
