#!/usr/bin/env bats
# What a signal does to the server and to what it records.
. "$BATS_TEST_DIRNAME/lib.bash"

# queued N: foo's recording process sleeps while N more packets wait in its socket
queued() {
	local sent
	kill -STOP "$(child foo)"
	tell a "data,times=$1:rec=1000"
	sent=$(($(size a.sent)))
	until_true in_socket $((sent - $(size "$(only_file rec)")))
}
# The kernel's receive queue of foo's connection has at least N bytes.
in_socket() {
	awk -v n="$1" 'function hex(h,  i, v) { for (i = 1; i <= length(h); i++) v = v * 16 + index("123456789ABCDEF", substr(h, i, 1)); return v }
		NR > 1 && $2 ~ /^0100007F:/ && $3 ~ /^0200007F:/ && $4 == "01" { split($5, q, ":"); if (hex(q[2]) > m) m = hex(q[2]) }
		END { exit m < n - 200 }' /proc/net/tcp
}

# ---- stop ----

stop_with() { # SIGNAL: status 0, and what was queued is stored
	config '' '{ name = "foo"; address = "127.0.0.2"; }'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	queued 40
	local pid=$SERVER_PID status=0
	kill "-$1" "$pid"
	[ -z "${2-}" ] || kill "-$2" "$pid"
	wait_log 'stop'
	[ -z "${2-}" ] || kill "-$2" "$pid"
	kill -CONT "$(child foo)"
	await "$pid" || status=$?
	SERVER_PID=
	[ $status -eq 0 ]
	stored a foo "done"
	no_file rec
	wait_log 'file client=foo .*reason=stop packets=41 '
	wait_log 'closed client=foo .*packets=41 '
	await "${LIVE[a]}"
}
@test "TERM: what is queued is stored, everything is published, status 0" { stop_with TERM; }
@test "INT: what is queued is stored, everything is published, status 0" { stop_with INT; }
@test "a second TERM changes nothing" { stop_with TERM TERM; }
@test "INT after TERM changes nothing" { stop_with TERM INT; }

@test "TERM without connections: status 0" {
	server_start
	server_stop
}

@test "TERM with silent connections: status 0, at once" {
	config 'limits: { handshake-timeout = 60; };'
	server_start
	live a 127.0.0.2
	wait_log 'connected|listening'
	server_stop # status 0: it was not necessary to kill what waits for a link header
}

@test "TERM while a session is slow to stop: new connections are refused from then on" {
	two_record
	local pid=$SERVER_PID
	kill -STOP "$(child foo)"
	kill -TERM "$pid"
	wait_log 'closed client=bar'
	stream pcap rec >s
	[ "$(peer_send 127.0.0.4 s)" = refused ]
	kill -CONT "$(child foo)"
	await "$pid"
	SERVER_PID=
}

@test "TERM inside a frame: the whole records before it are kept" {
	two_record
	cp a.sent good
	tell a data,send=50:rec=100
	server_stop
	unframe good | cmp - done/trace-foo-*
	no_file rec
}

@test "TERM with senders at full rate: each file is a prefix of its stream that ends in a whole record" {
	server_start
	local n
	for n in 2 3; do
		stream pcap data,times=60000:rec=200 >s$n
		peer_send 127.0.0.$n s$n -c 4000 >end$n 3>&- &
		PIDS+=($!)
	done
	wait_log 'file client=foo .*opened'
	wait_log 'file client=bar .*opened'
	server_stop
	no_file rec
	unframe s2 >want
	for f in done/*; do
		cmp -n "$(size "$f")" "$f" want
		[ $((($(size "$f") - 24) % 216)) -eq 0 ]
		readable "$f"
	done
	[ "$(ls done | wc -l)" -eq 2 ]
}

@test "a recording process that does not stop is killed after 9 s; status 1, and nothing is lost" {
	two_record
	local pid=$SERVER_PID status=0 start=$SECONDS
	kill -STOP "$(child foo)"
	kill -TERM "$pid"
	await "$pid" || status=$?
	SERVER_PID=
	[ $status -eq 1 ]
	[ $((SECONDS - start)) -ge 8 ]
	stored b bar "done"
	gone "$(child foo)"
	[ -e "$(echo done/trace-foo-*)" ] || server_again
	until_true stored a foo "done"
}

@test "TERM to one recording process: only that one stops" {
	two_record
	kill -TERM "$(child foo)"
	wait_log 'closed client=foo'
	stored a foo "done"
	tell b rec
	wait_stored b bar
	never_log 'closed client=bar'
}

@test "signals that a recording process ignores" {
	two_record
	local s
	for s in QUIT USR2 PIPE XFSZ; do
		kill -$s "$(child foo)"
	done
	tell a rec
	wait_stored a foo
	never_log 'closed'
}

# ---- the master alone ----

@test "QUIT: the server goes at once, recordings go on" {
	two_record
	local pid=$SERVER_PID status=0
	kill -QUIT "$pid"
	await "$pid" || status=$?
	SERVER_PID=
	[ $status -eq 0 ]
	tell a rec
	tell b rec
	wait_stored a foo
	wait_stored b bar
	hang_up a
	hang_up b
	until_true stored a foo "done"
	until_true stored b bar "done"
	no_file rec
}

@test "QUIT: a new server starts on the same port and leaves the recordings alone" {
	two_record
	local pid=$SERVER_PID
	kill -QUIT "$pid"
	await "$pid"
	FIXED_PORT=$PORT
	config
	server_again
	[ "$PORT" = "$FIXED_PORT" ]
	wait_log ' others recordings=2 reason='
	[ "$(grep -c ' others recordings=2 reason=' log)" -eq 1 ]
	live c 127.0.0.3
	tell c pcap rec
	wait_log 'file client=bar .*opened' 2
	tell a rec
	wait_stored a foo
	never_log 'closed|repaired'
	hang_up a
	until_true stored a foo "done"
	server_stop
	[ "$(tail -n 2 log | sed 's/^[^ ]* //; s/ reason=.*//' | paste -sd,)" = 'others recordings=1,stopped' ]
	tell b rec # still the first server's
	hang_up b
	wait_log 'closed client=bar .*packets=2 '
}

# ---- status ----

@test "the recordings of an earlier server are counted, unfinished files and those of other names are not" {
	config '' '{ name = "foo"; address = "127.0.0.2"; base-path = "more"; }, { name = "bar"; address = "127.0.0.3"; }'
	mkdir more
	server_start
	live a 127.0.0.2
	live b 127.0.0.3
	tell a pcap rec
	tell b pcap rec
	wait_stored a foo more
	wait_stored b bar
	kill -KILL "$SERVER_PID"
	await "$SERVER_PID" || true
	echo other >rec/other.pcap
	chmod 1440 rec/other.pcap
	unframe b.sent >rec/trace-bar-20260101_000000.pcap
	chmod 1440 rec/trace-bar-20260101_000000.pcap
	flock -x rec/other.pcap sleep 600 3>&- &
	PIDS+=($!)
	server_again
	wait_log 'file client=bar name=trace-bar-20260101_000000.pcap reason=repaired'
	wait_log ' others recordings=2 reason='
	[ "$(grep -c ' others recordings=2 reason=' log)" -eq 1 ]
	hang_up a
	hang_up b
	wait_log 'closed client=(foo|bar) ' 2
	server_stop
	[ "$(grep -c ' others ' log)" -eq 1 ]
}
@test "QUIT: a new server that has been started a moment too early waits for the port" {
	needs_own_sockets "its own sockets"
	can_trace
	server_start
	local old=$SERVER_PID
	FIXED_PORT=$PORT
	config ''
	WRAP=(strace -D -f -qq -o trace -e trace=bind)
	start_standalone 2>>log 3>&- &
	SERVER_PID=$!
	until_true grep EADDRINUSE trace
	kill -QUIT "$old"
	wait_log 'listening address=' 2
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .*packets=1 '
}

@test "USR2: a line for every client, and nothing else happens" {
	two_record
	tell a rec
	wait_stored a foo
	wc -l <log >lines
	server_signal USR2
	wait_log 'client=foo .*packets=2 '
	wait_log 'client=bar .*packets=1 '
	tell a rec
	wait_stored a foo
	never_log 'reason=reload|closed'
}

# ---- reload ----

THREE='{ name = "foo"; address = "127.0.0.2"; }, { name = "bar"; address = "127.0.0.3"; }, { name = "new"; address = "127.0.0.4"; }'

# reload [SERVER-LINES [CLIENTS]]: another configuration, and HUP
reload() {
	local n
	n=$(grep -cw reload log || true)
	config "$@"
	server_signal HUP
	wait_log '\<reload\>' $((n + 1))
}

@test "reload: a new client is accepted" {
	two_record
	stream pcap rec >s
	peer_send 127.0.0.4 s
	wait_log 'refused peer=127.0.0.4:'
	reload '' "$THREE"
	served 127.0.0.4 new
	tell a rec
	wait_log 'file client=foo .*opened' 2
	never_log 'closed client=(foo|bar)'
}

@test "reload: a client that is gone is told to finish, and refused from then on" {
	two_record
	tell b rec rec
	wait_stored b bar
	reload '' '{ name = "foo"; address = "127.0.0.2"; }'
	wait_log 'closed client=bar .*packets=3 '
	stored b bar "done"
	stream pcap rec >s
	peer_send 127.0.0.3 s
	wait_log 'refused peer=127.0.0.3:'
	tell a rec
	wait_log 'file client=foo .*opened' 2
	never_log 'closed client=foo'
}

@test "reload: a client of another name is told to finish" {
	two_record
	reload '' '{ name = "foo"; address = "127.0.0.2"; }, { name = "baz"; address = "127.0.0.3"; }'
	wait_log 'closed client=bar '
	served 127.0.0.3 baz
	never_log 'closed client=foo'
}

@test "reload: a client of another address is told to finish" {
	two_record
	reload '' '{ name = "foo"; address = "127.0.0.2"; }, { name = "bar"; address = "127.0.0.33"; }'
	wait_log 'closed client=bar '
	served 127.0.0.33 bar
	never_log 'closed client=foo'
}

@test "reload: running recordings keep their directories, new ones have the new; a line names the client" {
	mkdir rec2
	two_record
	reload '' '{ name = "foo"; address = "127.0.0.2"; base-path = "rec2"; }, { name = "bar"; address = "127.0.0.3"; }'
	wait_log ' kept client=foo keys="base-path" '
	tell a rec=9000
	wait_log 'file client=foo .*opened' 2
	no_file rec2
	hang_up a
	wait_log 'closed client=foo .*packets=2 '
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo rec2
}

@test "reload: an invalid configuration keeps the old one, the errors are logged" {
	two_record
	echo 'colour = 1;' >>cfg
	sed -i 's/127.0.0.3/127.0.0.4/' cfg
	server_signal HUP
	wait_log 'cfg(" line=|:)6.*colour'
	tell a rec
	tell b rec
	wait_log 'reload'
	stream pcap rec >s
	peer_send 127.0.0.4 s
	wait_log 'refused peer=127.0.0.4:'
	hang_up b
	wait_log 'closed client=bar .*reason="peer closed the connection"'
	served 127.0.0.3 bar
	# and once it is right, it is taken
	reload '' "$THREE"
	served 127.0.0.4 new
}

@test "reload: a configuration that is gone keeps the old one" {
	two_record
	rm cfg
	server_signal HUP
	wait_log 'cfg.*No such file'
	tell a rec
	hang_up a
	wait_log 'closed client=foo'
	served 127.0.0.2 foo
}

@test "reload: the working directory was removed, and nothing is relative to it" {
	needs_one_server "a reload for all"
	config
	sed -i "s,\"rec\",\"$PWD/rec\",; s,\"done\",\"$PWD/done\"," cfg
	mkdir gone
	WRAP=(sh -c 'cd gone && exec "$@"' sh)
	server_start -c "$PWD/cfg"
	rmdir gone
	server_signal HUP
	wait_log 'reload clients=2 '
	server_signal HUP
	wait_log 'reload clients=2 ' 2
	server_stop
}

@test "reload: the time zone of the system has changed: new recordings and the log have the new one" {
	needs_one_server "a reload for all"
	local zones=/usr/share/zoneinfo
	[ -e $zones/Asia/Tokyo ] && [ -e /etc/localtime ] || skip "no time zones here"
	unshare -Urm true 2>/dev/null || skip "no user namespaces here"
	cp $zones/Asia/Tokyo next
	cp $zones/UTC zone
	touch -d '1 hour ago' zone
	# shellcheck disable=SC2016
	WRAP=(env -u TZ unshare -Urm sh -c 'mount --bind zone "$(readlink -f /etc/localtime)" && exec "$@"' sh)
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_log '^[^ ]*[+]0000 file client=foo '
	cat next >zone
	server_signal HUP
	wait_log '^[^ ]*[+]0900 reload clients=2 '
	live b 127.0.0.3
	tell b pcap rec
	wait_log '^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):[^ ]*[+]0900 file client=bar name=trace-bar-\1\2\3_\4'
	server_stop
}

@test "reload: half a configuration keeps the old one" {
	two_record
	head -c 100 cfg >half
	mv half cfg
	server_signal HUP
	wait_log 'cfg(" line=|:)[0-9]+.*syntax'
	hang_up a
	wait_log 'closed client=foo'
	served 127.0.0.2 foo
}

@test "reload: a directory that is missing keeps the old configuration" {
	two_record
	config '' '{ name = "foo"; address = "127.0.0.2"; base-path = "nowhere"; }, { name = "new"; address = "127.0.0.4"; }'
	server_signal HUP
	wait_log 'nowhere.*No such file'
	stream pcap rec >s
	peer_send 127.0.0.4 s
	wait_log 'refused peer=127.0.0.4:'
	tell b rec
	hang_up b
	wait_log 'closed client=bar .*packets=2 '
	mkdir nowhere
	server_signal HUP
	served_again 127.0.0.4 new
}
@test "reload: a base-path that was removed and made again is the new directory" {
	server_start
	rmdir rec
	mkdir rec
	reload ''
	served 127.0.0.2 foo
	ls done/trace-foo-*
}

@test "reload: another port: the new one listens, the old one does not, recordings go on" {
	two_record
	local old=$PORT
	FIXED_PORT=$(free_port)
	reload ''
	wait_log "listening address=127.0.0.1:$FIXED_PORT\$"
	stream pcap rec >s
	PORT=$old
	closes() { [ "$(peer_send 127.0.0.2 s)" = refused ]; }
	until_true closes
	PORT=$FIXED_PORT
	tell a rec
	wait_log 'file client=foo .*opened' 2
	hang_up a
	wait_log 'closed client=foo'
	served 127.0.0.2 foo
	never_log 'closed client=bar'
}

@test "reload: from one address to all, and back, on the same port" {
	needs_own_sockets "its own sockets"
	local ip
	for ip in 127.0.0.1 ::1; do
		[ $ip = 127.0.0.1 ] || grep -q . /proc/net/if_inet6 || continue
		LISTEN=$ip
		FIXED_PORT=$(free_port)
		config ''
		server_start
		LISTEN=0.0.0.0
		[ $ip = 127.0.0.1 ] || LISTEN=::
		reload ''
		wait_log "reload clients="
		LISTEN=$ip
		reload ''
		[ "$(grep -c 'reload clients=' log)" -eq 2 ]
		never_log 'in use'
		server_stop
	done
}

@test "reload: a port that is taken keeps the old configuration" {
	server_start
	local old=$PORT
	mkdir other
	cp cfg other.cfg
	"$SERVER" -c other.cfg 2>other.log 3>&- &
	PIDS+=($!)
	until_true grep -q 'listening address=' other.log
	FIXED_PORT=$(sed -n 's/.*listening address=.*:\([0-9]*\)$/\1/p' other.log)
	config '' "$THREE"
	server_signal HUP
	wait_log 'in use'
	PORT=$old
	served 127.0.0.2 foo
	stream pcap rec >s
	peer_send 127.0.0.4 s
	wait_log 'refused peer=127.0.0.4:'
}

@test "reload: the same port stays open all the time" {
	two_record
	FIXED_PORT=$PORT
	reload ''
	served 127.0.0.2 foo
	[ "$PORT" = "$FIXED_PORT" ]
}

@test "reload: what needs a restart is a warning" {
	beside_memcheck "the sandbox is off already"
	server_start
	reload 'sandbox = "off";'
	wait_log 'warning.*sandbox'
	served 127.0.0.2 foo
}

@test "a hundred reloads leave descriptors and processes as they were" {
	two_record
	reload ''
	reload ''
	local before after i
	before=$(find "/proc/$SERVER_PID/fd" -type l | wc -l)
	for ((i = 0; i < 100; i++)); do
		n=$(grep -cw reload log || true)
		server_signal HUP
		wait_log '\<reload\> clients' $((i + 3))
	done
	# a former configuration's directories stay until repair has been there
	as_many() { after=$(find "/proc/$SERVER_PID/fd" -type l | wc -l) && [ "$before" -eq "$after" ]; }
	until_true as_many
	tell a rec
	tell b rec
	hang_up a
	wait_log 'closed client=foo .*packets=2 '
}

# ---- the port, and what is left ----

# nobody_shares ADDRESS: no other program can bind the server's port there, if it wants to share it, too
nobody_shares() {
	perl -MSocket=:all -e 'socket(my $s, AF_INET, SOCK_STREAM, 0) or die;
		setsockopt($s, SOL_SOCKET, SO_REUSEPORT, 1) or die;
		exit !!bind($s, pack_sockaddr_in($ARGV[1], inet_aton($ARGV[0])))' "$1" "$PORT"
}
# taken ADDRESS [SOCAT-OPTIONS]: another program listens there on the port
taken() {
	socat "TCP-LISTEN:$PORT,bind=$1${2-}" /dev/null 3>&- &
	PIDS+=($!)
	until_true grep -q "$(printf ': 0500007F:%04X ' "$PORT")" /proc/net/tcp
}
# shares: how many of the server's listening sockets let others share their port
shares() {
	perl -e 'opendir my $dir, "/proc/$ARGV[0]/fd" or die;
		my $pid = syscall 434, $ARGV[0] + 0, 0; # pidfd_open, pidfd_getfd
		my ($listening, $shared) = (0, 0);
		for (grep { /^\d+$/ } readdir $dir) {
			(readlink("/proc/$ARGV[0]/fd/$_") // "") =~ /^socket/ or next;
			my $fd = syscall 438, $pid, $_ + 0, 0;
			exit 77 if $fd < 0;
			open my $s, "+<&=", $fd or die;
			my ($accepts, $port) = map { unpack "i", getsockopt($s, 1, $_) // "\0" x 4 } 30, 15; # SO_ACCEPTCONN, SO_REUSEPORT
			$listening += $accepts;
			$shared += $accepts && $port;
		}
		print "$shared of $listening\n"' "$SERVER_PID"
}
@test "reload: a port that was bound beside an older socket is shared no more" {
	needs_own_sockets "its own sockets"
	FIXED_PORT=$(free_port)
	config ''
	server_start
	shares >before || skip "the sockets of the server cannot be looked at here"
	[ "$(cat before)" = "0 of 1" ]
	LISTEN=0.0.0.0
	reload ''
	wait_log 'reload clients='
	[ "$(shares)" = "0 of 1" ]
}
@test "reload: no other program can share the port when the new address is taken, and the old one still accepts" {
	needs_own_sockets "its own sockets"
	FIXED_PORT=$(free_port)
	config ''
	server_start
	taken 127.0.0.5
	LISTEN=0.0.0.0
	reload ''
	wait_log 'in use'
	nobody_shares 127.0.0.1
	[ "$(shares || echo "0 of 1")" = "0 of 1" ]
	LISTEN=127.0.0.1
	config ''
	sed -i 's/ip = "127.0.0.1"/ip = [ "127.0.0.1", "127.0.0.5" ]/' cfg
	server_signal HUP
	wait_log 'in use' 2
	served 127.0.0.2 foo
}
@test "reload: another user, group or pid-file is a warning" {
	server_start
	reload 'pid-file = "other";'
	wait_log 'warning.*pid-file changes with a restart only'
	reload 'user = "nobody";'
	wait_log 'warning.*user and group change with a restart only'
	wait_log 'warning.*pid-file changes with a restart only' 2
	reload 'user = "nobody"; group = "daemon";'
	wait_log 'warning.*user and group change with a restart only' 2
	reload 'user = "nobody"; group = "daemon";'
	[ "$(grep -c 'with a restart only' log)" -eq 4 ]
}
@test "a stop is begun once, and a HUP after TERM reloads nothing" {
	needs_one_server "its own recordings"
	two_record
	local pid=$SERVER_PID status=0
	kill -STOP "$(child foo)"
	kill -TERM "$pid"
	wait_log ' stopping '
	kill -TERM "$pid"
	kill -HUP "$pid"
	kill -USR2 "$pid"
	wait_log ' status connections='
	[ "$(grep -c ' stopping ' log)" -eq 1 ]
	never_log ' reload |listening.*listening'
	[ "$(grep -c ' listening ' log)" -eq 1 ]
	kill -CONT "$(child foo)"
	await "$pid" || status=$?
	SERVER_PID=
	[ $status -eq 0 ]
}
@test "a recording process that even KILL does not end: the server ends all the same, with status 1" {
	needs_one_server "it stops all"
	can_trace
	two_record
	local pid=$SERVER_PID status=0 tracer
	strace -qq -o trace -p "$(child foo)" 3>&- &
	tracer=$!
	PIDS+=($tracer)
	until_true grep -q 'TracerPid:.*[1-9]' "/proc/$(child foo)/status"
	kill -STOP $tracer # its end is first the tracer's to know
	kill -TERM "$pid"
	await "$pid" || status=$?
	gone "$pid" # else that was not its status
	SERVER_PID=
	kill -KILL $tracer
	[ $status -eq 1 ]
	wait_log 'error reason="1 children did not stop: killed"'
	stored b bar "done"
}
@test "a recording process has a session of its own: what a terminal sends goes to the master alone" {
	needs_one_server "its own recordings"
	two_record
	[ "$(ps -o sid= -p "$(child foo)" | tr -d ' ')" = "$(child foo)" ]
	[ "$(ps -o sid= -p "$(child bar)" | tr -d ' ')" = "$(child bar)" ]
}
@test "a recording that has lasted through reloads leaves no descriptor of its configuration" {
	needs_one_server "its own recordings"
	two_record
	local before
	before=$(find "/proc/$SERVER_PID/fd" -type l | wc -l)
	reload ''
	reload ''
	hang_up a
	hang_up b
	wait_log 'closed client=' 2
	as_before() { [ "$(find "/proc/$SERVER_PID/fd" -type l | wc -l)" -eq $((before - 2)) ]; } # two channels
	until_true as_before
}

@test "TERM with connections that have sent nothing yet: they are not waited for, status 0" {
	needs_one_server "it stops all"
	config 'limits: { handshake-timeout = 100; };'
	server_start
	live a 127.0.0.2
	live b 127.0.0.3
	silent() { server_signal USR2 && log_has ' status connections=2 unestablished=2'; }
	until_true silent
	server_stop
	wait_log 'stopping connections=2'
	never_log 'did not stop'
}

@test "reload: an address that another program would share is taken all the same" {
	needs_own_sockets "its own sockets"
	FIXED_PORT=$(free_port)
	config ''
	server_start
	taken 127.0.0.5 ,reuseport
	sed -i 's/ip = "127.0.0.1"/ip = [ "127.0.0.1", "127.0.0.5" ]/' cfg
	server_signal HUP
	wait_log 'in use'
	never_log 'reload clients='
}
