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

# area: the one file that there is; says REGEX…: one line of it has all of them, in this order; says_not: no line has.
# Both wait: the master writes into it when it has logged, and a server that starts removes another's file when it
# listens already.
area() { "$AREA" run/server-*; }
line_has() {
	local all
	printf -v all '%s.*' "$@"
	area | grep -E "^$all"
}
says() { until_true line_has "$@"; }
says_not() { until_true no_line_has "$@"; }
no_line_has() { area >said && ! line_has "$@"; }

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
	says "child client=foo row=0 pid=$(child foo) peer=127.0.0.2:[0-9]+ state=running tls=0 packets=2 " \
		"ended=0 file=$(cd rec && echo trace-foo-*) protocol= subject="
	says 'client name=foo connected=1 connections=1 packets=0 '
	hang_up a
	says 'client name=foo connected=0 connections=1 packets=2 bytes=[1-9][0-9]* files=1 ' \
		'heard=1 silent=0 last-end=finished reason=peer closed the connection$'
	says_not child
	says 'client name=bar connected=0 connections=0 packets=0 '
	says server 'ended-finished=[12] ' # of systemd-socket-activate there is one more
}

@test "who is refused and who is rejected is counted, by reason, and for the client where it is known" {
	begin 'limits: { per-client = 1; };' "{ $FOO }, { $BAR }, { name = \"baz\"; address = \"127.0.0.4\"; replace = false; }"
	local n
	n=$(area | sed -n 's/.* refused-unlisted=\([0-9]*\) .*/\1/p') # systemd-socket-activate needs a connection to start
	stream pcap rec >s
	peer_send 127.0.0.77 s
	says server "refused-unlisted=$((n + 1)) "
	live a 127.0.0.4
	tell a pcap rec
	wait_stored a baz
	peer_send 127.0.0.4 s
	says 'client name=baz ' 'refused=1 rejected=0'
	says server 'refused-per-client=1 '
	stream hex=00000000 >s
	peer_send 127.0.0.2 s
	says 'client name=foo connected=0 connections=0 ' 'rejected=1 ' 'last-end=protocol reason=the stream was refused'
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
	says 'client name=foo connected=0 connections=1 packets=1 '
	echo nonsense >cfg
	server_signal HUP
	says server 'generation=2 reloads-failed=1 '
	reload '' "{ $FOO }"
	says_not 'client name=bar '
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
	until_true not test -e "$old"
	[ "$("$AREA" -l run/server-*)" = live ]
	says 'client name=foo connected=0 connections=1 packets=1 ' 'last-end=finished reason=peer closed'
	served 127.0.0.2 foo
	says 'client name=foo connected=0 connections=2 packets=2 '
	kill -KILL "$SERVER_PID"
	await "$SERVER_PID" || true
	server_again
	says 'client name=foo connected=0 connections=2 packets=2 '
}

# left PID: foo has sent a packet to a server that was then killed; FILE is what it has left
left() {
	begin
	served 127.0.0.2 foo
	says 'client name=foo connected=0 connections=1 packets=1 '
	kill -KILL "$SERVER_PID"
	await "$SERVER_PID" || true
	FILE=$(echo run/server-*)
}
# not_believed: the next server begins from nothing, and leaves the file alone
not_believed() {
	server_again
	[ -e "$FILE" ]
	mv "$FILE" other
	says 'client name=foo connected=0 connections=0 packets=0 '
}
# patch FILE OFFSET HEX: these bytes there
patch() { perl -e 'open my $f, "+<", shift or die; seek $f, shift, 0; print $f pack "H*", shift' "$@"; }

@test "what an earlier server has left is not believed when others may have written it" {
	left
	chmod g+w "$FILE"
	not_believed
}
@test "nor of another user" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	left
	chown 1 "$FILE"
	not_believed
}
@test "nor when it is a symbolic link, or no regular file: such a name stops no server" {
	left
	mv "$FILE" elsewhere
	ln -s "$PWD/elsewhere" "$FILE"
	mkfifo run/server-fifo
	mkdir run/server-directory
	server_again
	rm -r run/server-fifo run/server-directory
	rm "$FILE"
	says 'client name=foo connected=0 connections=0 packets=0 '
}
@test "nor of another version" {
	left
	patch "$FILE" 8 02
	not_believed
}
@test "nor of another boot" {
	left
	patch "$FILE" 64 58
	not_believed
}
@test "nor of another configuration" {
	left
	patch "$FILE" 200 5858
	not_believed
}
@test "nor when its parts cannot be where it says" {
	left
	patch "$FILE" 48 ffffffffffffff7f
	not_believed
}
@test "nor when it is shorter than it says" {
	left
	truncate -s 20000 "$FILE"
	not_believed
}

@test "the totals are found among hundreds of files of which they have been taken" {
	left
	cp "$FILE" taken
	patch taken 1276 01000000 # inherited
	perl -e 'link "taken", "run/server-9999999.$_" or die for 1 .. 400'
	server_again
	so_far "run/server-$SERVER_PID" 'client name=foo connected=0 connections=1 packets=1 '
}

@test "of the server that runs nothing is taken over by another one" {
	needs_own_sockets "two of them have one configuration"
	begin
	served 127.0.0.2 foo
	cp -r run before
	mkfifo hold
	"$SERVER" -c cfg 2>other.log 3>&- &
	PIDS+=($!)
	until_true grep -q 'listening address' other.log
	[ "$(echo run/server-* | wc -w)" -eq 2 ]
	"$AREA" "run/server-$!" | grep 'client name=foo connected=0 connections=0 '
	"$AREA" "run/server-$SERVER_PID" | grep 'client name=foo connected=0 connections=1 '
	"$AREA" "run/server-$SERVER_PID" | grep 'inherited=0'
}

@test "silence outlives a restart: who was called silent is not called so again, and is heard" {
	begin 'limits: { max-silence = "1s"; };'
	silent() { [ "$(grep -cE " silent client=$2 " log)" -eq "$1" ]; }
	until_true silent 1 foo
	until_true silent 1 bar
	again
	served 127.0.0.3 bar
	wait_log ' heard client=bar seconds='
	until_true silent 2 bar
	silent 1 foo
	never_log ' heard client=foo'
	says 'client name=foo ' silent=1
}

@test "silence over a restart: the log tells the time since the last packet, not since the restart" {
	begin "" "{ $FOO }"
	served 127.0.0.2 foo
	reload 'limits: { max-silence = "3s"; };' "{ $FOO max-silence = \"0s\"; }, { $BAR }"
	wait_log ' silent client=bar seconds='
	config 'status-path = "run"; limits: { max-silence = "1s"; };' "{ $FOO }, { $BAR }"
	again
	wait_log ' silent client=foo seconds='
	[ "$(sed -n 's/.* silent client=foo seconds=//p' log)" -ge 4 ]
}

# outlived: foo (a) records on, without the server that was there
outlived() {
	begin
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	FILE=$(echo run/server-*)
	CHILD=$(child foo)
	kill -KILL "$SERVER_PID"
	await "$SERVER_PID" || true
}
# so_far FILE REGEX…
so_far() {
	local file=$1 all
	shift
	printf -v all '%s.*' "$@"
	"$AREA" "$file" | grep -E "^$all"
}

@test "a recording that outlives its server stays visible, and is counted when it ends" {
	outlived
	[ "$("$AREA" -l "$FILE")" = left ]
	tell a rec
	until_true so_far "$FILE" "child client=foo row=0 pid=$CHILD " 'packets=2 ' 'ended=0 '
	server_again
	so_far "$FILE" server inherited=1
	so_far "run/server-$SERVER_PID" 'client name=foo connected=0 connections=1 packets=0 ' 'heard=1 '
	tell a rec
	until_true so_far "$FILE" "child client=foo row=0 pid=$CHILD " 'packets=3 '
	hang_up a
	until_true so_far "run/server-$SERVER_PID" 'client name=foo connected=0 connections=1 packets=3 bytes=[1-9]' \
		' last-end=unknown reason=peer closed the connection'
	[ ! -e "$FILE" ]
}

# feed: a packet for foo. CONDITION…: until that is true
feed() {
	tell a rec
	"$@"
}

@test "a recording that outlives its server is heard in time: its client is not called silent" {
	begin 'limits: { max-silence = "4s"; };' '{ name = "foo"; address = "127.0.0.2"; }'
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	kill -KILL "$SERVER_PID"
	await "$SERVER_PID" || true
	config 'status-path = "run"; limits: { max-silence = "4s"; };' \
		'{ name = "foo"; address = "127.0.0.2"; }, { name = "baz"; address = "127.0.0.9"; max-silence = "5s"; }'
	server_again
	until_true feed grep -q ' silent client=baz' log
	never_log ' silent client=foo'
}

@test "one that is killed is counted, too; and one that has ended before the next server" {
	outlived
	kill -KILL "$CHILD"
	until_true gone "$CHILD"
	so_far "$FILE" "child client=foo row=0 pid=$CHILD " 'ended=0 '
	server_again
	until_true so_far "run/server-$SERVER_PID" 'client name=foo connected=0 connections=1 packets=1 '
	[ ! -e "$FILE" ]
}

@test "the number of its process has become that of another one: it is no recording" {
	outlived
	kill -KILL "$CHILD"
	until_true gone "$CHILD"
	sleep 1000 3>&- & # a process that lives, and began later
	PIDS+=($!)
	patch "$FILE" $(($(od -An -tu8 -j48 -N8 "$FILE") + 4)) "$(perl -e 'print unpack "H*", pack "V", shift' $!)"
	patch "$FILE" $(($(od -An -tu8 -j48 -N8 "$FILE") + 40)) 0100000000000000
	server_again
	until_true so_far "run/server-$SERVER_PID" 'client name=foo connected=0 connections=1 packets=1 '
	[ ! -e "$FILE" ]
}

@test "a process that was taken over can write nonsense into its page: nobody but its client is wrong" {
	beside_memcheck "it has the memory"
	[ "$(id -u)" -eq 0 ] || skip "needs root, to write into the memory of another process"
	begin 'limits: { max-silence = "1h"; };' "{ $FOO }, { $BAR }"
	two_records
	# with sanitizers the child keeps what the master has, for the leak checker
	grep -q __asan_init "$SERVER" ||
		[ "$(perl -ne '/^([0-9a-f]+)-([0-9a-f]+) .* .*\/server-/ and $n += hex($2) - hex($1); END { print $n }' "/proc/$(child foo)/maps")" \
			-eq "$(getconf PAGESIZE)" ]
	# from the first counter to the end of the page: no number, no text, no sequence can be believed
	nonsense "$(child foo)"
	server_signal USR2
	wait_log 'status client=bar'
	says 'child client=foo ' 'packets=18446744073709551615 '
	says 'child client=bar ' 'packets=1 '
	says "server pid=$SERVER_PID state=running "
	tell b rec
	wait_stored b bar
	says 'child client=bar ' 'packets=2 '
	reload 'limits: { max-silence = "1h"; };' "{ $BAR }, { $FOO }" # which looks at it
	nonsense "$(child foo)"
	kill -KILL "$(child foo)"
	says 'client name=foo connected=0 ' 'last-end=died '
	hang_up b
	says 'client name=bar connected=0 connections=1 packets=2 '
	again
	says 'client name=bar connected=0 connections=1 packets=2 '
}
two_records() {
	live a 127.0.0.2
	live b 127.0.0.3
	tell a pcap rec
	tell b pcap rec
	wait_stored a foo
	wait_stored b bar
}
# nonsense PID: its page of the area is full of ones
nonsense() {
	perl -e 'my $pid = shift;
		open my $maps, "<", "/proc/$pid/maps" or die;
		my ($at) = map { /^([0-9a-f]+)-[0-9a-f]+ rw-s .*\/server-/ ? hex $1 : () } <$maps>;
		open my $memory, "+<", "/proc/$pid/mem" or die;
		sysseek $memory, $at, 0;
		syswrite($memory, "\xff" x 4096) == 4096 or die' "$1"
}

@test "where there is no room for a page, recordings go on, and are seen again when there is" {
	begin
	live b 127.0.0.3
	tell b pcap rec
	wait_stored b bar
	failing "$SERVER_PID" fallocate:error=ENOSPC
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	grep -q 'fallocate.*INJECTED' trace
	says 'child client=bar ' 'packets=1 '
	says_not 'child client=foo ' packets=1
	reload '' "{ $BAR }, { $FOO }" # there is no room for its rows
	wait_log 'warning reason="status-path: there is no room'
	says_not client
	hang_up a
	kill "${PIDS[-1]}" "${PIDS[-2]}" 2>/dev/null || true # strace
	until_true grep -q 'TracerPid:.*0' "/proc/$SERVER_PID/status"
	reload '' "{ $BAR }, { $FOO }"
	says 'client name=foo connected=0 connections=1 packets=1 '
	served 127.0.0.2 foo
	says 'client name=foo connected=0 connections=2 packets=2 '
}

@test "where the directory is none, or others own it, the server says so, and records" {
	needs_one_server "the state of all connections"
	config 'status-path = "nowhere";'
	server_start
	wait_log 'warning reason="status-path: .*/nowhere: No such file or directory"'
	served 127.0.0.2 foo
	"$SERVER" -t -c cfg 2>&1 | grep -E "^.*cfg:[0-9]+: warning: status-path: $PWD/nowhere: No such file or directory: the state is not published"
}

@test "without status-path it is in what the service manager calls the runtime directory" {
	needs_own_sockets "the environment"
	mkdir run
	config
	WRAP=(env "RUNTIME_DIRECTORY=$PWD/run")
	server_start
	says "server pid=[0-9]+ state=running "
	WRAP=()
}

@test "a reader beside 200 children, reloads and a restart always has a consistent picture" {
	beside_memcheck "it would take too long"
	begin 'limits: { per-client = 300; unestablished = 300; };' "{ name = \"many\"; address = \"127.0.16.0/24\"; }, { $BAR }"
	stream pcap >head
	stream rec >body
	mkfifo go end
	herd 127.0.16.1 200 "$PORT" head body <go >herd.out 3>&- &
	PIDS+=($!)
	exec 4>go
	"$AREA" -w run/server-* <end >read 3>&- 4>&- &
	local reader=$!
	PIDS+=("$reader")
	exec 5>end
	says 'client name=many connected=200 connections=200 '
	for i in 1 2 3; do
		reload 'limits: { per-client = 300; unestablished = 300; };' "{ $BAR }, { name = \"x$i\"; address = \"127.0.0.8\"; }, { name = \"many\"; address = \"127.0.16.0/24\"; }"
	done
	echo >&4
	exec 4>&-
	wait_log 'file client=many .*reason=opened' 200
	server_stop
	exec 5>&-
	await "$reader"
	[[ $(cat read) =~ ^[1-9][0-9]+\ 0$ ]] || { cat read >&2; false; }
	says 'client name=many connected=0 connections=200 packets=200 ' 'last-end=stopped'
	server_again
	says 'client name=many connected=0 connections=200 packets=200 '
}
