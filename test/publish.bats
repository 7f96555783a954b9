#!/usr/bin/env bats
# osmo-pcap-publish: what subscribers of ZeroMQ get, as the manual page says, and what they cannot do.
. "$BATS_TEST_DIRNAME/lib.bash"
NO_MEMCHECK="threads of libzmq"

PUBLISH=$BUILDDIR/osmo-pcap-publish
FOO='{ name = "foo"; address = "127.0.0.2"; }'
BAR='{ name = "bar"; address = "127.0.0.3"; }'
KNOCK='{ name = "knock"; address = "127.0.0.9"; }'

# settings [SERVER-LINES [CLIENTS [PUBLISHER-LINES]]]
settings() {
	[ -x "$PUBLISH" ] || skip "built without libzmq"
	needs_one_server "one status area"
	mkdir -p run
	config "status-path = \"run\"; log-level = \"debug\"; ${1-}" "${2-$FOO, $BAR}, $KNOCK"
	echo "zeromq-publisher: { ${3-port = ${AT-0};} };" >>cfg
}

# publisher: starts it, in PUBLISHER; WHERE: the endpoint
publisher() {
	"$PUBLISH" -c cfg 2>>plog 3>&- &
	PUBLISHER=$!
	PIDS+=("$PUBLISHER")
	until_true says 'publishing address=' "${TIMES-1}"
	WHERE=$(sed -n 's/.* publishing address=\([^ ]*\) .*/\1/p' plog | tail -n 1)
}
says() { [ "$(grep -cE -- "$1" plog)" -ge "${2-1}" ]; }
stop_publisher() {
	kill -TERM "$PUBLISHER"
	await "$PUBLISHER"
}

# subscriber NAME [ARGUMENT…]: what it gets is in NAME.got; it is one when an event has arrived
subscriber() {
	local name=$1
	shift
	mkdir -p "$name"
	command subscriber -d "$name" "$WHERE" "$@" >"$name.got" 2>"$name.said" 3>&- &
	PIDS+=($!)
	eval "SUBSCRIBER_$name=$!"
	until_true hears "$name"
}
# hears NAME: a recording of the client knock is told to it
hears() {
	stream pcap rec >knock
	peer_send 127.0.0.9 knock >/dev/null
	grep -q '\.knock' "$1.got"
}
# got NAME: what it got besides
got() { grep -vE '^[a-z]+\.v1\.([a-z]+\.)?knock( |$)' "$1.got"; }
has_got() { grep -qE -- "$2" "$1.got"; }
# wait_got NAME REGEX
wait_got() { until_true has_got "$1" "$2" || { cat "$1.got" plog >&2; return 1; }; }
has_lines() { [ "$(grep -cE -- "$2" "$1.got")" -ge "$3" ]; }

# all_of NAME PEER CLIENT [NUMBER]: the file header and all records that PEER has sent, byte for byte
all_of() { unframe "$2.sent" | cmp -s - "$1/$3.${4-1}"; }
wait_all_of() { until_true all_of "$@" || { ls -l "$1" >&2; return 1; }; }

# begin [as settings]: server, publisher, and a subscriber to everything, s
begin() {
	settings "$@"
	server_start
	publisher
	subscriber s
}

@test "a connection is told of, each record with its file header, the file when it is whole, and the end" {
	begin
	live a 127.0.0.2
	wait_got s '^event.v1.connect.foo$'
	tell a pcap rec rec=10 rec
	wait_all_of s a foo
	tell a rec
	wait_all_of s a foo
	hang_up a
	wait_got s '^event.v1.disconnect.foo$'
	wait_published a foo
	got s | sed 's/ [0-9]*$//' >order
	printf '%s\n' event.v1.connect.foo 'data.v1.foo 24' 'data.v1.foo 24' 'data.v1.foo 24' 'data.v1.foo 24' \
		"event.v1.closingtracefile.foo $(echo "$PWD"/done/trace-foo-*)" event.v1.disconnect.foo | diff - order
	[ "$(got s | sed -n 's/^data.v1.foo 24 //p' | sed -n 2p)" -eq 26 ] # the record of 10 bytes and its header
	stop_publisher
	grep -q ' stopped$' plog
}

@test "pcapng: the header is section and interfaces; an interface that comes later is data, and then in the header" {
	begin
	live a 127.0.0.2
	tell a shb+idb epb
	wait_all_of s a foo
	hang_up a
	wait_got s '^event.v1.disconnect.foo$'
	[ "$(got s | grep -c '^data')" -eq 1 ]
	live b 127.0.0.3
	tell b shb+idb epb idb,linktype=113 epb,if=1
	until_true has_lines s '^data.v1.bar' 3
	got s | sed -n 's/^data.v1.bar \([0-9]*\) .*/\1/p' >heads
	[ "$(sed -n 1p heads)" -eq "$(sed -n 2p heads)" ]
	[ "$(sed -n 2p heads)" -lt "$(sed -n 3p heads)" ]
	hang_up b
}

@test "across rotation nothing is lost and nothing comes twice, and each file is told of" {
	begin 'max-file-size = "1000";'
	live a 127.0.0.2
	tell a pcap rec=300 rec=300 rec=300
	for _ in 1 2 3 4; do
		tell a rec=300 rec=300 rec=300 rec=300
	done
	hang_up a
	wait_got s '^event.v1.disconnect.foo$'
	all_of s a foo
	got s | sed -n 's/^event.v1.closingtracefile.foo //p' | sort >told
	printf '%s\n' "$PWD"/done/trace-foo-* | sort | diff - told
	[ "$(wc -l <told)" -ge 5 ]
	[ "$(got s | grep -c '\.connect\.foo')" -eq 1 ]
	[ "$(got s | grep -c '\.disconnect\.foo')" -eq 1 ]
}

@test "two clients, a name with dots and one of a network: each topic has its own records" {
	begin '' '{ name = "a.b.c"; address = "127.0.0.2"; }, { name = "net"; address = "127.0.8.0/24"; }'
	subscriber t data.v1.a.b event.v1
	live a 127.0.0.2
	live b 127.0.8.7
	tell a pcap rec rec
	tell b pcap,dlt=113 rec=5
	wait_all_of s a a.b.c
	wait_all_of s b net-127.0.8.7
	tell a rec
	tell b rec
	hang_up a
	hang_up b
	wait_got s '^event.v1.disconnect.a.b.c$'
	wait_got s '^event.v1.disconnect.net-127.0.8.7$'
	all_of s a a.b.c
	all_of s b net-127.0.8.7
	wait_got t '^event.v1.disconnect.net-127.0.8.7$'
	all_of t a a.b.c
	not grep data.v1.net t.got
	not grep -E 'connect\.(net|a|a\.b)$' s.got
}

@test "a subscriber that comes later gets the file header with the next record" {
	begin
	live a 127.0.0.2
	tell a pcap rec rec
	wait_all_of s a foo
	subscriber t
	tell a rec=77
	wait_got t '^data.v1.foo 24 93$'
	[ "$(size t/foo.1)" -eq $((24 + 93)) ]
	hang_up a
}

@test "a connection that is shorter than a look is told of all the same, in order" {
	begin
	kill -STOP "$PUBLISHER"
	stream pcap rec >s1
	peer_send 127.0.0.2 s1 >/dev/null
	wait_log 'closed client=foo '
	wait_log 'file client=foo '
	kill -CONT "$PUBLISHER"
	wait_got s '^event.v1.disconnect.foo$'
	got s | cut -d ' ' -f 1 | diff - <(printf '%s\n' event.v1.connect.foo data.v1.foo event.v1.closingtracefile.foo event.v1.disconnect.foo)
	unframe s1 | cmp - s/foo.1
}

@test "a subscriber that takes nothing costs nothing: all is recorded, and others get it" {
	begin '' "$FOO, $BAR" 'port = 0; queue = 10;'
	command subscriber -s "$WHERE" 3>&- &
	PIDS+=($!)
	live a 127.0.0.2
	tell a pcap "data,times=500:rec=8000"
	tell_again_data() { tell a "data,times=500:rec=8000"; }
	for _ in 1 2 3 4 5 6; do tell_again_data; done
	hang_up a
	wait_log 'closed client=foo .*packets=3500 '
	wait_published a foo
	# While nobody is waited for, s may have lost some of it, events too; now nothing is in its way any more.
	hears_bar() { peer_send 127.0.0.3 knock >/dev/null; has_got s '^event.v1.connect.bar$'; }
	until_true hears_bar
	has_lines s '^data.v1.foo 24 8016$' 10
	kill -0 "$PUBLISHER"
}

@test "what has piled up comes all at once, many times what may wait, and whoever takes it loses nothing" {
	begin '' "$FOO" 'port = 0; queue = 200;'
	live a 127.0.0.2
	tell a pcap rec
	wait_all_of s a foo
	kill -STOP "$(the_sender)"
	tell a data,times=20000:rec
	hang_up a
	wait_published a foo
	kill -CONT "$(the_sender)"
	wait_got s '^event.v1.disconnect.foo$'
	[ "$(got s | grep -c '^data')" -eq 20001 ]
	all_of s a foo
}

@test "a file header of nearly a megabyte is in memory once, however many records wait for a subscriber" {
	settings
	server_start
	publisher
	subscriber s event.v1
	subscriber t
	kill -STOP "$SUBSCRIBER_t"
	live a 127.0.0.2
	tell a shb+idb
	local i long
	long=$(printf '41%.0s' {1..60000})
	for i in {1..14}; do
		tell a "idb,opt=1/60000/$long"
	done
	tell a epb
	tell a data,times=1500:idb+epb
	hang_up a
	wait_got s '^event.v1.disconnect.foo$'
	[ "$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$(the_sender)/status")" -lt 300000 ]
	not says 'error '
}

@test "the publisher is started again: what comes from then on, with its file header" {
	AT=$(free_port)
	begin
	live a 127.0.0.2
	tell a pcap rec rec
	wait_all_of s a foo
	stop_publisher
	tell a rec=50
	wait_stored a foo
	TIMES=2 publisher
	subscriber t
	tell a rec=60
	wait_got t '^data.v1.foo 24 76$'
	not grep '^data.v1.foo 24 66' t.got
	# the one before has connected again by itself
	wait_got s '^data.v1.foo 24 76$'
	hang_up a
	wait_got t '^event.v1.disconnect.foo$'
	not grep 'connect.foo' <(grep '\.connect\.foo' t.got)
}

@test "the server is started again: the end of each connection is told, and the next" {
	begin
	live a 127.0.0.2
	tell a pcap rec
	wait_all_of s a foo
	server_stop
	wait_got s '^event.v1.disconnect.foo$'
	has_got s "^event.v1.closingtracefile.foo $PWD/done/trace-foo-"
	FIXED_PORT= server_again
	live b 127.0.0.3
	tell b pcap rec rec
	wait_all_of s b bar
	has_got s '^event.v1.connect.bar$'
	hang_up b
	wait_got s '^event.v1.disconnect.bar$'
}

# the server's process is the first of its own namespace, as in a container: each time its pid there is 1
@test "a server that is started again with the pid of the one before: its first connection is another one" {
	unshare -pf true 2>/dev/null || skip "no namespaces of pids here"
	settings
	WRAP=(unshare -pf --kill-child=KILL)
	server_start
	live a 127.0.0.2
	tell a pcap rec
	publisher
	subscriber s
	kill -STOP "$PUBLISHER"
	kill -KILL "$SERVER_PID"
	until_true gone "$SERVER_PID"
	server_again
	live b 127.0.0.3
	tell b pcap rec
	wait_log 'established client=bar'
	kill -CONT "$PUBLISHER"
	wait_all_of s b bar
	has_got s '^event.v1.connect.bar$'
	wait_got s '^event.v1.disconnect.foo$'
	hang_up b
	wait_got s '^event.v1.disconnect.bar$'
}

@test "the master is killed: recordings that outlive it are published, and their end is told" {
	begin
	live a 127.0.0.2
	tell a pcap rec
	wait_all_of s a foo
	kill -KILL "$SERVER_PID"
	until_true gone "$SERVER_PID"
	tell a rec rec
	wait_all_of s a foo
	hang_up a
	wait_got s '^event.v1.disconnect.foo$'
	all_of s a foo
	[ "$(got s | grep -c '\.connect\.foo')" -eq 1 ]
	[ "$(got s | grep -c '\.disconnect\.foo')" -eq 1 ]
}

@test "without a status area recordings tell of connections, across rotation" {
	settings 'max-file-size = "1000";'
	sed -i 's/status-path = "run"; //' cfg
	[ ! -d /run/osmo-pcap-server ] || skip "there is one here"
	"$PUBLISH" -t -c cfg >out 2>&1
	grep 'warning: status-path: /run/osmo-pcap-server: .*recordings alone tell of connections' out
	server_start
	publisher
	subscriber s
	live a 127.0.0.2
	tell a pcap rec=300 rec=300 rec=300 rec=300 rec=300 rec=300 rec=300
	tell a rec=300 rec=300 rec=300 rec=300
	wait_all_of s a foo
	hang_up a
	wait_got s '^event.v1.disconnect.foo$'
	[ "$(got s | grep -c '\.connect\.foo')" -eq 1 ]
	[ "$(got s | grep -c '\.disconnect\.foo')" -eq 1 ]
	[ "$(got s | head -n 1)" = event.v1.connect.foo ]
}

@test "a socket in the file system is made anew, and removed at the end" {
	settings '' "$FOO" "bind = \"ipc://$PWD/socket\";"
	perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "socket", Listen => 1) or die' # left by another
	[ -S socket ]
	server_start
	publisher
	[ "$WHERE" = "ipc://$PWD/socket" ]
	subscriber s
	live a 127.0.0.2
	tell a pcap rec
	wait_all_of s a foo
	hang_up a
	run ! timeout "$PATIENCE" "$PUBLISH" -c cfg
	[[ $output == *"cannot listen on ipc://$PWD/socket: Address already in use"* ]]
	stop_publisher
	[ ! -e socket ]
}

@test "a port that is taken, a group that is missing, directories that cannot be read: told at the start" {
	begin
	sed -i "s/port = 0;} *};/};/; s/zeromq-publisher: .*/zeromq-publisher: { port = ${WHERE##*:}; };/" cfg
	run -1 timeout "$PATIENCE" "$PUBLISH" -c cfg
	[[ $output == *"cannot listen on 127.0.0.1:${WHERE##*:}: Address already in use"* ]]
	sed -i '/^zeromq-publisher/d' cfg
	run -78 "$PUBLISH" -t -c cfg
	[[ $output == *'there is no zeromq-publisher group'* ]]
	settings
	mv 'done' away
	run -78 "$PUBLISH" -t -c cfg
	[[ $output == *"done: No such file"* ]]
	mv away 'done'
}

@test "garbage, half a handshake and a million bytes of subscriptions harm nobody" {
	begin
	live a 127.0.0.2
	tell a pcap rec
	wait_all_of s a foo
	perl -MIO::Socket::INET -e '
		$SIG{PIPE} = "IGNORE";
		my ($at) = shift =~ m{tcp://(.*)};
		my $greeting = "\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL" . "\0" x 16 . "\0" x 32;
		my $ready = "\4\x19\5READY\x0bSocket-Type\0\0\0\3SUB";
		for my $bytes ("GET / HTTP/1.1\r\n\r\n", "\0" x 100000, "\xff" x 64, "\x16\3\1\0\5hello", substr($greeting, 0, 20), $greeting,
			$greeting . "\4\xff", $greeting . $ready . "\2\xff\xff\xff\xff\xff\xff\xff\xff", $greeting . $ready . "\0\5\1" . "x" x 4,
			$greeting . $ready . "\2\0\0\0\0\0\x10\0\0" . "\1" x 1048576) {
			my $s = IO::Socket::INET->new(PeerAddr => $at, Timeout => 5) or die;
			print $s $bytes;
			$s->flush;
			shutdown $s, 1;
			push @open, $s;
		}' "$WHERE"
	tell a rec rec
	wait_all_of s a foo
	hang_up a
	wait_got s '^event.v1.disconnect.foo$'
	not grep -E 'error|warning' <(grep -v 'running as root' plog)
}

# the_sender: the process that talks to subscribers, which alone has threads
the_sender() {
	local pid
	for pid in $(ps -o pid= --ppid "$PUBLISHER"); do
		[ "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)" -le 1 ] || echo "$pid"
	done
}

@test "the sender dies: it is told, and another one publishes what comes from then on" {
	AT=$(free_port)
	begin
	live a 127.0.0.2
	tell a pcap rec
	wait_all_of s a foo
	kill -KILL "$(the_sender)"
	until_true says 'error reason="the process that talks to subscribers has ended'
	subscriber t
	tell a rec=60
	wait_got t '^data.v1.foo 24 76$'
	hang_up a
	wait_got t '^event.v1.disconnect.foo$'
	wait_published a foo
}

@test "a capture that is finished while there is no sender is not published once more" {
	AT=$(free_port)
	begin
	live a 127.0.0.2
	tell a pcap rec
	wait_all_of s a foo
	kill -KILL "$(the_sender)"
	until_true says 'error reason="the process that talks to subscribers has ended'
	hang_up a
	wait_published a foo
	subscriber t
	[ "$(grep -c 'following client=foo' plog)" -eq 1 ]
	not says 'published client=foo'
}

@test "processes that parse have no file but their own, and no right to open one" {
	begin
	live a 127.0.0.2
	tell a pcap rec
	wait_all_of s a foo
	local pid sender
	sender=$(the_sender)
	for pid in $(ps -o pid= --ppid "$PUBLISHER"); do
		grep -q '^NoNewPrivs:.*1' "/proc/$pid/status"
		[ -n "$(make_var SANITIZE)" ] || grep -q '^Seccomp:.*2' "/proc/$pid/status"
		find "/proc/$pid/fd" -type l -printf '%l\n' | grep -E '^/' | grep -v '^/dev/null$' >files || true
		if [ "$pid" = "$sender" ]; then
			[ ! -s files ]
		else
			[ "$(cat files)" = "$(echo "$PWD"/rec/trace-foo-*)" ]
		fi
	done
	hang_up a
}

@test "a process that reads a capture and says without end that it cannot fills no log and keeps nobody from his work" {
	begin
	live a 127.0.0.2
	tell a pcap rec
	wait_all_of s a foo
	local pid sender
	sender=$(the_sender)
	for pid in $(ps -o pid= --ppid "$PUBLISHER"); do
		[ "$pid" != "$sender" ] || continue
		perl -e 'print pack("LL", 4, 0) x 200000' >"/proc/$pid/fd/3" # PARCEL_TROUBLE
	done
	until_true says 'warning client=foo path='
	live b 127.0.0.3
	tell b pcap rec
	wait_all_of s b bar
	[ "$(grep -c 'warning client=foo' plog)" -eq 1 ]
	hang_up a
	hang_up b
	stop_publisher
}

@test "a capture that is none is told of, and published as far as it can be read" {
	begin
	{ stream pcap rec rec >b; unframe b; head -c 100 /dev/zero | tr '\0' '\377'; } >broken
	left trace-foo-20200101_000000.pcap
	until_true says 'warning client=foo path=.*cannot be read as a capture'
	unframe b | cmp - s/foo.1
	head -c 1000 /dev/urandom >broken
	left trace-bar-20200101_000000.pcap
	until_true says 'warning client=bar path='
	not grep '^data.v1.bar' s.got
	rm rec/trace-bar-* rec/trace-foo-*
	wait_got s '^event.v1.disconnect.bar$'
	not grep closingtracefile <(got s)
}
# left NAME: ./broken, as a writer that has died leaves it
left() {
	mark_unfinished broken
	mv broken "rec/$1"
}

@test "a reload: clients that are new are published, a wrong configuration changes nothing" {
	begin '' "$FOO"
	echo 'nonsense' >>cfg
	kill -HUP "$PUBLISHER"
	until_true says 'not reloaded'
	settings '' "$FOO, { name = \"new\"; address = \"127.0.0.4\"; base-path = \"other\"; completed-path = \"other\"; }" 'port = 0; queue = 7;'
	kill -HUP "$PUBLISHER"
	until_true says 'reload clients=3'
	until_true says 'change with a restart only'
	until_true says 'waiting reason=.*other: No such file'
	mkdir other
	server_signal HUP
	wait_log ' reload clients=3'
	live a 127.0.0.4
	tell a pcap rec
	wait_all_of s a new
	hang_up a
	wait_got s "^event.v1.closingtracefile.new $PWD/other/trace-new-"
}

@test "directories for which the kernel has no watch are told of, once" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	unshare -Ur sh -c 'echo 1 >/proc/sys/user/max_inotify_watches' 2>/dev/null || skip "no user namespaces"
	settings
	server_start
	unshare -Ur sh -c 'echo 1 >/proc/sys/user/max_inotify_watches && exec "$@"' - "$PUBLISH" -c cfg 2>>plog 3>&- &
	PUBLISHER=$!
	PIDS+=("$PUBLISHER")
	until_true says 'waiting reason="fs.inotify.max_user_watches is reached'
	until_true says 'publishing address='
	sed -n 's/.*\(waiting reason="fs.inotify\).*/\1/p' plog >told
	[ "$(wc -l <told)" -eq 1 ]
}

@test "-D: in the background when subscribers can connect; the pid file is there until the end" {
	AT=$(free_port)
	settings '' "$FOO" "port = $AT; pid-file = \"$PWD/pid\";"
	"$PUBLISH" -D -c cfg 2>out
	listened_to "$AT"
	PIDS+=("$(cat pid)")
	kill -TERM "$(cat pid)"
	until_true test ! -e pid
}

@test "it says that it is ready, and tells what its version and its options are" {
	settings
	perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => "notify") or die;
		open my $f, ">", "listens"; close $f; $s->recv(my $b, 500); open $f, ">", "told"; print $f $b;' 3>&- &
	PIDS+=($!)
	until_true test -e listens
	NOTIFY_SOCKET=$PWD/notify publisher
	until_true grep -q 'READY=1' told
	stop_publisher
	"$PUBLISH" -V | grep -E '^osmo-pcap-publish [0-9.]+ \(libzmq 4\.[0-9.]+\)$'
	"$PUBLISH" -h | grep -q 'usage: osmo-pcap-publish'
	run -2 "$PUBLISH" -D -t
	[[ $output == 'osmo-pcap-publish: -D and -t exclude each other; see '* ]]
	run -2 "$PUBLISH" operand
	[[ $output == 'osmo-pcap-publish: unexpected argument: operand (the configuration is named with -c); see '* ]]
}

# example LANGUAGE: that of the manual page, for the client foo and this publisher
example() {
	sed -n "/^In $1:/,/^\.Ed/p" "$TESTDIR/../man/osmo-pcap-publish.8" |
		sed -e '1,2d' -e '$d' -e 's/\\e/\\/g' -e 's/bsc-north/foo/' -e "s|tcp://127.0.0.1:5555|$WHERE|"
}

@test "the example in Python writes what is recorded from now on into a capture" {
	/usr/bin/python3 -c 'import zmq' 2>/dev/null || skip "no pyzmq"
	settings
	server_start
	publisher
	example Python >example.py
	/usr/bin/python3 example.py 3>&- &
	PIDS+=($!)
	live a 127.0.0.2
	tell a pcap rec
	more() { tell a rec && [ -s live.pcap ]; }
	until_true more
	tell a rec rec
	as_sent() { cmp <(tail -c 152 live.pcap) <(unframe a.sent | tail -c 152); } # the last two
	until_true as_sent
	tcpdump --count -nr live.pcap
}

@test "the example in C prints what happens" {
	settings
	server_start
	publisher
	example C >example.c
	echo 'int main(void) { return !zmq_ctx_new(); }' | "${CC:-cc}" -include zmq.h -x c - -o probe -lzmq || skip "no libzmq to build with"
	"${CC:-cc}" -Wall -Werror -o example example.c -lzmq
	./example >s.got 3>&- &
	PIDS+=($!)
	until_true hears s
	live a 127.0.0.2
	tell a pcap rec
	wait_got s '^event.v1.connect.foo $'
	hang_up a
	wait_got s '^event.v1.closingtracefile.foo .*/done/trace-foo-'
}
