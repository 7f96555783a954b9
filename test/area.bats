#!/usr/bin/env bats
# The status area: what the server publishes of itself, its clients and its recordings, as memory that others read.
. "$BATS_TEST_DIRNAME/lib.bash"

AREA=$BUILDDIR/test/area
FOO='name = "foo"; address = "127.0.0.2";'
BAR='name = "bar"; address = "127.0.0.3";'

# begin [SERVER-LINES [CLIENTS]]
begin() {
	needs_one_server "the state of all connections"
	[ -x "$AREA" ] # built by make check
	mkdir run
	config "status-path = \"run\"; ${1-}" "${@:2}"
	server_start
}

# reload [SERVER-LINES [CLIENTS]]
reload() {
	local n
	n=$(grep -c ' reload clients=' log || true)
	config "status-path = \"run\"; ${1-}" "${@:2}"
	server_signal HUP
	wait_log ' reload clients=' $((n + 1))
}

# area: the one file that there is; says REGEX…: one line of it has all of them, in this order
area() { "$AREA" run/server-*; }
says() {
	local all
	printf -v all '%s.*' "$@"
	area | grep -E "^$all"
}
until_says() { until_true says "$@"; }

# again: the server is stopped, and started once more
again() {
	server_stop
	server_again
}

@test "what there is of a server, of clients that are there or were never seen, and of a recording" {
	begin
	says "server pid=$SERVER_PID state=running generation=1 " connections=0 accepted= 'listeners=1 '
	says 'client name=foo connected=0 connections=0 packets=0 ' 'heard=0 silent=0 last-end=none'
	says 'client name=bar '
	[ "$(mode run/server-*)" = 644 ]
	live a 127.0.0.2
	tell a pcap rec rec
	wait_stored a foo
	until_says "child client=foo row=0 pid=$(child foo) peer=127.0.0.2:[0-9]+ state=running tls=0 packets=2 " \
		"ended=0 file=$(cd rec && echo trace-foo-*) protocol= subject="
	says 'client name=foo connected=1 connections=1 packets=0 '
	hang_up a
	until_says 'client name=foo connected=0 connections=1 packets=2 bytes=[1-9][0-9]* files=1 ' \
		'heard=1 silent=0 last-end=finished reason=peer closed the connection$'
	not says child
	says 'client name=bar connected=0 connections=0 packets=0 '
	says server 'ended-finished=[12] ' # of systemd-socket-activate there is one more
}

@test "who is refused and who is rejected is counted, by reason, and for the client where it is known" {
	begin 'limits: { per-client = 1; };' "{ $FOO }, { $BAR }, { name = \"baz\"; address = \"127.0.0.4\"; replace = false; }"
	local n
	n=$(area | sed -n 's/.* refused-unlisted=\([0-9]*\) .*/\1/p') # systemd-socket-activate needs a connection to start
	stream pcap rec >s
	peer_send 127.0.0.77 s
	until_says server "refused-unlisted=$((n + 1)) "
	live a 127.0.0.4
	tell a pcap rec
	wait_stored a baz
	peer_send 127.0.0.4 s
	until_says 'client name=baz ' 'refused=1 rejected=0'
	says server 'refused-per-client=1 '
	stream hex=00000000 >s
	peer_send 127.0.0.2 s
	until_says 'client name=foo connected=0 connections=0 ' 'rejected=1 ' 'last-end=protocol reason=the stream was refused'
	says server 'ended-protocol=1 '
}

@test "a reload keeps the totals of clients that are still listed, wherever they stand then, and counts reloads" {
	begin
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	served 127.0.0.3 bar
	reload '' "{ name = \"new\"; address = \"127.0.0.9\"; }, { $BAR }, { $FOO }"
	says server 'generation=2 reloads-failed=0 '
	says 'client name=new connected=0 connections=0 packets=0 '
	says 'client name=bar connected=0 connections=1 packets=1 '
	says 'client name=foo connected=1 connections=1 packets=0 '
	says 'child client=foo row=2 '
	hang_up a
	until_says 'client name=foo connected=0 connections=1 packets=1 '
	echo nonsense >cfg
	server_signal HUP
	until_says server 'generation=2 reloads-failed=1 '
	reload '' "{ $FOO }"
	not says 'client name=bar '
	reload '' "{ $FOO }, { $BAR }"
	says 'client name=bar connected=0 connections=0 packets=0 '
	says 'client name=foo connected=0 connections=1 packets=1 '
}

@test "a restart: totals go on, and there is one file; a reader can tell a live one from one that was left" {
	local old
	begin
	served 127.0.0.2 foo
	[ "$("$AREA" -l run/server-*)" = live ]
	server_stop
	[ "$("$AREA" -l run/server-*)" = left ]
	says server state=ended
	says 'client name=foo connected=0 connections=1 packets=1 '
	old=$(echo run/server-*)
	server_again
	[ ! -e "$old" ]
	[ "$("$AREA" -l run/server-*)" = live ]
	says 'client name=foo connected=0 connections=1 packets=1 ' 'last-end=finished reason=peer closed'
	served 127.0.0.2 foo
	until_says 'client name=foo connected=0 connections=2 packets=2 '
	kill -KILL "$SERVER_PID"
	await "$SERVER_PID" || true
	server_again
	says 'client name=foo connected=0 connections=2 packets=2 '
}
