#!/usr/bin/env bats
# Faults that were found once and must not come back: rare orders of events, errors of the system in the wrong
# place, leftovers of others.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/tls.bash"
bats_require_minimum_version 1.5.0

# ---- helpers ----

# traced STRACE-OPTION…: the server runs under strace, as a child of ours all the same; what was traced is in ./trace.
traced() {
	command -v strace >/dev/null || skip "no strace"
	strace -D -f -q -o /dev/null "$@" true 2>/dev/null || skip "strace is not permitted here, or too old"
	WRAP=(strace -D -f -q -o trace "$@")
	export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" # which a traced process cannot do
}

stopped() { grep -q '^State:.[Tt]' "/proc/$1/status"; }
freeze() {
	kill -STOP "$1"
	until_true stopped "$1"
}

# reloads N: HUP, and the log says for the N-th time that there is a new configuration
reloads() {
	server_signal HUP
	wait_log 'reload clients=' "$1"
}

# A new peer is recorded as ever.
serves() {
	live "new-$1" "$2"
	tell "new-$1" pcap rec
	wait_stored "new-$1" "$1"
}

# ---- the master ----

@test "recording processes that end together leave the master's standard input alone" {
	config 'limits: { per-client = 10; };'
	server_start
	local before round i
	before=$(readlink "/proc/$SERVER_PID/fd/0")
	until_true children_are 0 # the repair of the start is one, too
	for round in 1 2 3; do
		for i in 1 2 3 4; do
			live "x$i" 127.0.0.2
		done
		until_true children_are 4
		# one after the other, so that the master, when it wakes, reads of the death of all of them before it
		# reads that the later ones have closed their end
		freeze "$SERVER_PID"
		hang_up x1
		until_true children_are 1 Z
		for i in 2 3 4; do
			hang_up "x$i"
		done
		until_true children_are 4 Z
		server_signal CONT
		until_true children_are 0
		[ "$(readlink "/proc/$SERVER_PID/fd/0")" = "$before" ] || { echo "round $round" >&2; false; }
	done
	never_log 'bug'
	serves foo 127.0.0.2
}

@test "connections raised by one forty times: so many are served" {
	local i any='{ name = "foo"; address = "127.0.0.0/8"; }'
	config 'limits: { connections = 1; unestablished = 1; per-client = 1; };' "$any"
	server_start
	for ((i = 2; i <= 40; i++)); do
		config "limits: { connections = $i; unestablished = $i; per-client = 1; };" "$any"
		reloads $((i - 1))
	done
	for ((i = 1; i <= 40; i++)); do
		live "x$i" "127.0.2.$i"
		tell "x$i" pcap rec
	done
	wait_log 'file client=foo .*reason=opened' 40
	server_signal USR2
	wait_log 'status connections=40 '
	never_log 'no memory'
}

@test "a log that may not grow any more does not end the master" {
	WRAP=(prlimit --fsize=1000:)
	server_start
	local i
	for ((i = 1; i <= 20; i++)); do
		[ "$(peer_send 127.0.9.9 /dev/null)" != refused ]
	done
	[ "$(size log)" -gt 900 ] # else it was not hindered
	[ "$(size log)" -le 1000 ]
	serves foo 127.0.0.2
}

@test "TERM while accepting rests: the master waits idly for its recordings" {
	beside_memcheck "under strace, too, a child that was stopped does not end"
	traced -e 'trace=accept4,?epoll_wait,?epoll_pwait' -e 'inject=accept4:error=EMFILE:when=2+'
	server_start
	local pid=$SERVER_PID n
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	live b 127.0.0.3 # never accepted, so the rests follow each other
	freeze "$(child foo)"
	n=$(grep -c 'error reason=' log || true)
	wait_log 'error reason=' $((n + 1))
	kill -TERM "$pid"
	wait_log 'stopping connections=1'
	sleep 2 # what it does in this time is counted: longer than a rest
	kill -CONT "$(child foo)"
	wait "$pid"
	SERVER_PID=
	until_true grep -q "^$pid  *+++ exited" trace
	n=$(grep -cE "^$pid  *epoll_p?wait\\(" trace)
	echo "waits: $n" >&2
	[ "$n" -ge 1 ]
	[ "$n" -lt 200 ]
	stored a foo "done"
}

# ---- what is recorded ----

@test "locks that fail: a storage error, and no file is left" {
	traced -e trace=flock -e inject=flock:error=ENOLCK
	server_start
	live a 127.0.0.2
	tell a pcap rec
	ended() { log_has 'closed client=foo' || [ "$(find rec -type f | wc -l)" -gt 50 ]; }
	until_true ended
	wait_log 'client=foo.*No locks available'
	no_file
}

# torn_stays DIR-OF-REC-AND-DONE: what foo sent (./sent) made its file end within a record, and cutting failed
torn_stays() {
	local f
	wait_log 'closed client=foo .*cutting the capture file'
	no_file "$1/done"
	f=$(only_file "$1/rec")
	[ "$(mode "$f")" = 1440 ]
	[ $((($(size "$f") - 24) % 9016)) -ne 0 ] # else nothing was torn
	server_stop
	[ "$(mode "$f")" = 1440 ]
	WRAP=()
	server_again
	wait_log 'file client=foo .*reason=repaired'
	no_file "$1/rec"
	f=$(only_file "$1/done")
	[ "$(mode "$f")" = 440 ]
	[ $((($(size "$f") - 24) % 9016)) -eq 0 ]
	[ "$(size "$f")" -gt 9000 ]
	unframe sent | cmp -n "$(size "$f")" - "$f"
}

torn_by_full_disk() {
	mkdir full
	mount -t tmpfs -o size=256k tmpfs full
	mkdir full/rec full/done
	config '' '{ name = "foo"; address = "127.0.0.2"; base-path = "full/rec"; completed-path = "full/done"; }'
	server_start
	stream pcap data,times=60:rec=9000 >sent # more than fits
	peer_send 127.0.0.2 sent
	torn_stays full
}
@test "disk full, and the torn record cannot be cut off: unpublished until repair can" {
	traced -e trace=ftruncate -e inject=ftruncate:error=EIO
	inside torn_by_full_disk torn_stays
}

@test "a file size limit, and the torn record cannot be cut off: unpublished until repair can" {
	traced -e trace=ftruncate -e inject=ftruncate:error=EIO
	WRAP+=(prlimit --fsize=20000:)
	config 'max-file-size = 0;'
	server_start
	stream pcap data,times=3:rec=9000 >sent
	peer_send 127.0.0.2 sent
	torn_stays .
}

@test "a recording process killed after a reload to another base-path: published where its own configuration says" {
	mkdir rec2 done2
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	sed -i 's/"rec"/"rec2"/; s/"done"/"done2"/' cfg
	reloads 1
	tell a rec=70
	wait_log 'file client=foo .*reason=opened' 2
	kill -KILL "$(child foo)"
	wait_log 'file client=foo .*reason=repaired packets=1 '
	no_file rec rec2 done2
	[ "$(packets done/*)" -eq 2 ]
}

# ---- repair ----

# as_it_is FILE OFFSET: it was published whole, with an error that names where records end
as_it_is() {
	wait_log 'file client=foo .*reason=repaired'
	no_file rec
	cmp "$1" "$(only_file)"
	wait_log "error.* client=foo .*no record begins at offset $2: published as it is"
}

@test "an unfinished file whose beginning is zero is published as it is" {
	stream pcap data,times=100:rec >s
	unframe s >want
	dd if=/dev/zero of=want bs=4096 count=1 conv=notrunc status=none
	unfinished trace-foo-20250101_000000.pcap <want
	server_start
	as_it_is want 0
}

@test "an unfinished file with a wrong block in the middle is published as it is" {
	stream shb+idb data,times=10:epb >good
	stream shb+idb data,times=10:epb epb,trailer=48 data,times=600:epb >s
	unframe s >want
	unfinished trace-foo-20250101_000000.pcapng <want
	server_start
	as_it_is want "$(unframe good | wc -c)"
}

@test "an unfinished file of a header only is removed, and the log says so" {
	stream pcap rec >s
	unframe s | head -c 24 | unfinished trace-foo-20250101_000000.pcap
	server_start
	wait_log 'file client=foo name=trace-foo-20250101_000000.pcap reason=removed '
	no_file
}

# ---- reload ----

# listeners PORT: how many sockets listen there
listeners() { awk -v port="$(printf ':%04X$' "$1")" '$4 == "0A" && $2 ~ port { n++ } END { print n + 0 }' /proc/net/tcp; }

@test "two servers reloaded to the same port: only the first one gets it" {
	local second port
	mkdir rec2 done2
	server_start
	sed 's/"rec"/"rec2"/; s/"done"/"done2"/' cfg >cfg2
	"$SERVER" -c cfg2 2>log2 3>&- &
	second=$!
	PIDS+=("$second")
	until_true grep -q 'listening address=' log2
	port=$(free_port)
	sed -i "s/port = 0/port = $port/" cfg cfg2
	reloads 1
	kill -HUP "$second"
	until_true grep -q ' reload ' log2
	grep 'the old configuration stays' log2
	grep "cannot listen on 127.0.0.1:$port: Address already in use" log2
	[ "$(listeners "$port")" -eq 1 ]
	# each still serves where it listens
	PORT=$port
	serves foo 127.0.0.2
	PORT=$(sed -n 's/.* listening address=.*:\([0-9]*\)$/\1/p' log2)
	stream pcap rec >s
	peer_send 127.0.0.3 s
	until_true compgen -G 'done2/trace-bar-*'
}

# trials N: the names of files with which the rename was tried, N of them
trials() {
	[ "$(sed -n 's/.*openat([0-9]*, "\([.]osmo-pcap-server-try-[0-9a-f]\{16\}\)".*/\1/p' trace | sort -u | wc -l)" -eq "$1" ]
}
@test "no session can foresee the name with which a reload tries base-path" {
	beside_memcheck "strace is beside it"
	can_trace
	WRAP=(strace -D -f -qq -o trace -e trace=openat)
	server_start
	local n
	for n in 1 2; do
		server_signal HUP
		wait_log 'reload clients=' $n
	done
	trials 3
	no_file
	[ -z "$(find rec 'done' -name '.*' -type f)" ]
}

# A port that is free on all addresses, and that no connection is given: below those the system hands out.
free_everywhere() {
	perl -MSocket -e 'for (1 .. 1000) {
			my $port = 10000 + int rand 20000;
			socket(my $s, AF_INET, SOCK_STREAM, 0);
			bind($s, pack_sockaddr_in($port, INADDR_ANY)) and print("$port\n"), exit 0;
		}
		exit 1'
}

@test "reload from some addresses to all: a connection that waits in the queue of a replaced socket is recorded" {
	FIXED_PORT=$(free_everywhere)
	config
	sed -i 's/ip = "[^"]*"/ip = [ "127.0.0.1", "127.0.0.9" ]/' cfg
	server_start
	sed -i 's/ip = [^;]*;//' cfg
	freeze "$SERVER_PID"
	server_signal HUP # first, so that it is read before the connection is
	live a 127.0.0.2
	tell a pcap rec
	server_signal CONT
	wait_log 'reload clients='
	hang_up a
	wait_published a foo
}

# ---- configuration ----

@test "an include that includes itself ten times is refused quickly" {
	config '@include "loop"
'
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		echo "@include \"loop\" # $i"
	done >loop
	run timeout "$PATIENCE" "$SERVER" -t -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *loop:*"nested too deep"* ]]
}

@test "an include that the user of the server may not read: -t as root says which" {
	open_to_nobody
	chown nobody rec 'done'
	config 'user = "nobody";
@include "secret"
'
	echo 'max-snaplen = 4711;' >secret
	chmod 644 cfg secret
	timeout "$PATIENCE" "$SERVER" -t -c cfg # what else could be wrong is not
	chmod 600 secret
	run timeout "$PATIENCE" "$SERVER" -t -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *secret*"cannot be read by user nobody: Permission denied"* ]]
}

# ---- pid-file ----

@test "-D that fails after it has bound its port leaves no pid-file" {
	FIXED_PORT=$(free_port)
	config "pid-file = \"$PWD/pid\";"
	rmdir 'done'
	run timeout "$PATIENCE" "$SERVER" -c cfg -D </dev/null 3>&-
	[ "$status" -eq 78 ]
	[ ! -e pid ]
}

@test "a server that starts while its predecessor removes the pid-file has one of its own" {
	local second
	FIXED_PORT=$(free_port)
	config "pid-file = \"$PWD/pid\";"
	timeout "$PATIENCE" "$SERVER" -c cfg -D >out 2>&1 </dev/null 3>&-
	SERVER_PID=$(cat pid)
	# the second one has opened the file, and not yet locked it
	traced -P "$PWD/pid" -e trace=openat -e inject=openat:signal=SIGSTOP:when=1
	FIXED_PORT=$(free_port)
	config "pid-file = \"$PWD/pid\";"
	"${WRAP[@]}" "$SERVER" -c cfg -D >out2 2>&1 </dev/null 3>&- &
	PIDS+=($!)
	until_true grep -q 'stopped by SIGSTOP' trace
	second=$(sed -n 's/^\([0-9]*\) .*stopped by SIGSTOP.*/\1/p' trace)
	PIDS+=("$second")
	server_signal TERM
	until_true gone "$SERVER_PID"
	[ ! -e pid ]
	kill -CONT "$second"
	until_true test -s pid
	[ "$(cat pid)" -eq "$second" ]
}

# ---- a disk that fails while a file grows ----

# The kernel reports such an error once, to the first sync: not to the one on publication.
@test "a disk error while a long file grows: the file is not published as if it were on the disk" {
	traced -e trace=sync_file_range -e inject=sync_file_range:error=EIO:when=2
	server_start
	live a 127.0.0.2
	tell a pcap
	tell a data,times=500:rec=8900
	tell_again a 3
	wait_stored a foo
	hang_up a
	wait_log 'closed client=foo'
	wait_log 'error client=foo file=trace-foo.*reason="Input/output error" closed=closed left-in='
	[ "$(grep -c 'sync_file_range(' trace)" -eq 2 ]
	stored a foo
	[ "$(mode "$(only_file rec)")" = 440 ] # no mark: repair must not publish it either
}

@test "a filesystem that cannot write back a part of a file: all is left to the sync on publication" {
	traced -e trace=sync_file_range -e inject=sync_file_range:error=EINVAL
	server_start
	live a 127.0.0.2
	tell a pcap
	tell a data,times=500:rec=8900
	tell_again a 4
	wait_stored a foo
	hang_up a
	wait_log 'closed client=foo'
	never_log 'error'
	[ "$(grep -c 'sync_file_range(' trace)" -eq 1 ]
	stored a foo 'done'
}

# ---- thousands of quiet clients ----

@test "a second of silence gives the buffer of a connection back; what comes later is recorded as ever" {
	beside_memcheck "strace sees its memory"
	! nm "$SERVER" 2>/dev/null | grep -q __asan_init || skip "the sanitizer keeps what is freed"
	traced -e trace=munmap
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	until_true grep -q 'munmap(0x[0-9a-f]*, 786432) *= 0' trace
	tell a rec 'data,send=50:rec'
	until_true sh -c '[ "$(stat -c %s rec/*)" -eq 176 ]'
	sleep 1.5 # within a frame nothing is given back: nothing happens that could be waited for
	[ "$(grep -c 'munmap(0x[0-9a-f]*, 786432)' trace)" -eq 1 ]
}

@test "an unfinished file with a gap of terabytes does not hold up the repair of the others" {
	stream pcap rec=8000,n=8 rec=1368 >s
	unframe s >whole.pcap
	[ "$(size whole.pcap)" -eq 65536 ] # a gap begins with a block
	unfinished trace-foo-20260101_000001.pcap <whole.pcap
	unfinished trace-foo-20260101_000002.pcap <whole.pcap
	truncate -s 4T rec/trace-foo-* || skip "no files of this size here"
	echo behind >>rec/trace-foo-20260101_000002.pcap
	head -c -5 whole.pcap | unfinished trace-foo-20260101_000003.pcap
	server_start
	wait_log 'reason=repaired' 3
	cmp whole.pcap done/trace-foo-20260101_000001.pcap
	# what stands behind the gap is not thrown away
	wait_log 'error client=foo file=trace-foo-20260101_000002.pcap reason="no record begins at offset 65536: '
	[ "$(tail -c 7 done/trace-foo-20260101_000002.pcap)" = behind ]
	readable done/trace-foo-20260101_000003.pcap
}

# ---- processes that do not obey ----

@test "a recording process that is told to finish and does not: killed after 9 s, its file published, others go on" {
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	live b 127.0.0.3
	tell b pcap rec
	wait_stored b bar
	local pid
	pid=$(child foo)
	kill -STOP "$pid"
	config "" '{ name = "bar"; address = "127.0.0.3"; }'
	server_signal HUP
	wait_log "error client=foo peer=127[.]0[.]0[.]2:[0-9]+ pid=$pid reason=\"did not finish within 9 seconds: killed\""
	wait_log "closed client=foo .*reason=\"killed by signal 9"
	wait_log 'file client=foo .*reason=repaired packets=1 '
	until_true stored a foo "done"
	[ "$(grep -c 'did not finish' log)" -eq 1 ]
	tell b rec
	hang_up b
	wait_log 'closed client=bar .*packets=2 '
	never_log 'did not finish.*client=bar|client=bar.*did not finish'
}

# ---- clients that write in small pieces ----

@test "TLS: what comes of a handshake is acknowledged at once, and a flight goes out as one" {
	traced -e trace=setsockopt,sendto
	tls_config
	server_start
	live a 127.0.0.3
	tell a raw:hex=160301 # a ClientHello begins
	until_true grep -q 'setsockopt(.*TCP_QUICKACK, \[1\]' trace
	grep -q 'setsockopt(.*TCP_NODELAY, \[1\]' trace
	stream pcap rec >s
	tls_send 127.0.0.2 foo s
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=1 '
	grep -q 'sendto(.*MSG_MORE' trace
}

# ---- clients that come back all at once ----

@test "a keeper that is busy is waited for: no connection is refused" {
	tls_config "$X509 $OWN" 'limits: { connections = 1000; unestablished = 1000; handshake-timeout = 120; };' \
		'{ name = "net"; address = "127.1.0.0/16"; tls = true; }'
	server_start
	local keeper
	keeper=$(keeper)
	kill -STOP "$keeper"
	printf '\026\003\001' >head # a ClientHello begins
	printf x >body
	mkfifo quiet
	local quiet
	exec {quiet}<>quiet # nothing comes, and no end
	herd 127.1.0.1 600 "$PORT" head body <quiet >herd.out 3>&- &
	PIDS+=($!)
	# more than the channel holds: the master waits, not for events
	until_true grep -q poll_schedule "/proc/$SERVER_PID/wchan"
	kill -CONT "$keeper"
	served_all() { server_signal USR2; log_has 'status connections=600 '; }
	until_true served_all
	never_log ' refused client='
}
