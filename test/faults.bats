#!/usr/bin/env bats
# What breaks around a recording: its process, the server, the disk, limits of the system. Nothing that was
# whole is lost.
. "$BATS_TEST_DIRNAME/lib.bash"

# ---- processes ----

child_dies() {
	two_record pcap rec rec=70
	kill "-$1" "$(child foo)"
	wait_published a foo
	wait_log "foo.*($2|[Ss]ignal $3)"
	wait_log 'file client=foo .*reason=repaired'
	b_goes_on
	# its slot is free, the client is served again
	live a2 127.0.0.2
	tell a2 pcap,linktype=113 rec
	wait_log 'established client=foo' 2
	wait_log 'file client=foo .*reason=opened' 2
}
# bats test_tags=ways
@test "a recording process killed: its file is repaired and published, the signal is logged" { child_dies KILL 'KILL|Killed' 9; }
# bats test_tags=ways
@test "a recording process crashed: its file is repaired and published, the signal is logged" {
	export ASAN_OPTIONS=handle_segv=0 # a build with sanitizers must die of it, too
	child_dies SEGV 'SEGV|Segm' 11
}
# bats test_tags=ways
@test "a recording process killed by its filter: its file is repaired and published, the signal is logged" { child_dies SYS 'SYS|system call' 31; }
# bats test_tags=ways
@test "a recording process aborted: its file is repaired and published, the signal is logged" { child_dies ABRT 'ABRT|Abort' 6; }

# bats test_tags=ways
@test "a recording process killed without a packet leaves no file" {
	server_start
	live a 127.0.0.2
	tell a pcap
	wait_log 'established client=foo'
	kill -KILL "$(child foo)"
	until_true gone "$(child foo)"
	wait_log 'client=foo.*(KILL|[Kk]illed|[Ss]ignal 9)'
	server_stop
	no_file
}

# bats test_tags=ways
@test "many deaths of recording processes leave no zombie and no slot taken" {
	needs_one_server "it has slots, and children that come after"
	config 'limits: { connections = 3; unestablished = 2; };'
	server_start
	local i before after
	before=$(find "/proc/$SERVER_PID/fd" -type l | wc -l)
	for ((i = 1; i <= 20; i++)); do
		live "x$i" 127.0.0.2
		tell "x$i" pcap rec
		wait_log 'file client=foo .*reason=opened' $i
		kill -KILL "$(child foo)"
		wait "${LIVE[x$i]}" || true
	done
	until_true sh -c '[ $(ls done | wc -l) -eq 20 ]'
	no_file rec
	until_true sh -c "! ps -o stat= --ppid $SERVER_PID | grep -q Z"
	after=$(find "/proc/$SERVER_PID/fd" -type l | wc -l)
	[ "$after" -le "$before" ]
	live b 127.0.0.3
	tell b pcap rec
	wait_stored b bar
}

# A program that is started with the signal ignored has children that the kernel reaps itself.
# bats test_tags=ways
@test "started with CHLD ignored: the end of a recording process is noticed" {
	config 'limits: { connections = 1; };'
	WRAP=(env --ignore-signal=CHLD)
	server_start
	stream pcap rec >s
	local i
	for i in 1 2 3; do
		peer_send 127.0.0.2 s >end
		wait_log 'closed client=foo .*packets=1 ' $i
	done
	server_stop
	never_log 'killed'
}

# server_dies: as with kill -9
server_dies() {
	kill -KILL "$SERVER_PID"
	wait "$SERVER_PID" || true
	SERVER_PID=
}

# bats test_tags=ways
@test "the server killed: recordings go on, finish and publish" {
	needs_one_server "recordings that go on without it"
	two_record pcap rec rec=70
	server_dies
	tell a rec
	wait_stored a foo
	hang_up a
	wait_published a foo
	tell b rec
	wait_stored b bar
	hang_up b
	wait_published b bar
}

# bats test_tags=ways
@test "the server killed: a new one starts at once, on the same port, and leaves what is recorded alone" {
	needs_one_server "recordings that go on without it"
	two_record pcap rec rec=70
	server_dies
	FIXED_PORT=$PORT
	config
	server_again
	[ "$PORT" -eq "$FIXED_PORT" ]
	live c 127.0.0.2
	tell c pcap,linktype=113 rec
	wait_log 'file client=foo .*reason=opened' 2
	tell a rec
	tell b rec
	hang_up a
	hang_up b
	wait_log 'closed client=foo .*packets=3 '
	wait_log 'closed client=bar .*packets=2 '
	never_log 'repaired'
	unframe a.sent >want
	local f n=0
	for f in done/trace-foo-*; do
		cmp -s "$f" want && n=$((n + 1))
	done
	[ $n -eq 1 ]
	stored b bar "done"
}

# everything_dies: the server first, so that it repairs nothing
everything_dies() {
	local a b
	a=$(child foo)
	b=$(child bar)
	kill -STOP "$SERVER_PID"
	kill -KILL "$a" ${b:+"$b"}
	server_dies
	until_true gone "$a"
}

# bats test_tags=ways
@test "everything killed: the next start repairs and publishes, and serves meanwhile" {
	needs_one_server "its start, without a connection"
	two_record pcap rec rec=70
	everything_dies
	[ "$(mode rec/trace-foo-*)" = 1440 ]
	server_again
	wait_published a foo
	wait_published b bar
	[ "$(grep -c 'file client=.*reason=repaired' log)" -eq 2 ]
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
}

# repaired NAME: the server has published it
repaired() { until_true test -e "done/$1" && until_true test ! -e "rec/$1"; }

# all_cuts EXTENSION ITEM…: the last record is cut at every offset. The rest stays.
all_cuts() {
	needs_one_server "its start, without a connection"
	local ext=$1 n k=0 name
	shift
	stream "$@" >s
	unframe s >whole
	stream "${@:1:$#-1}" >s
	unframe s >want
	for ((n = $(size want); n < $(size whole); n++)); do
		k=$((k + 1))
		name=rec/trace-foo-20250101_000000-$k.$ext
		head -c "$n" whole >"$name"
		mark_unfinished "$name"
	done
	cp whole "rec/trace-foo-20250101_000000.$ext"
	mark_unfinished "rec/trace-foo-20250101_000000.$ext"
	server_start
	wait_log 'file client=foo .*reason=repaired' $((k + 1))
	no_file rec
	cmp whole "done/trace-foo-20250101_000000.$ext"
	rm "done/trace-foo-20250101_000000.$ext"
	for f in done/*; do
		cmp want "$f"
		[ "$(mode "$f")" = 440 ]
		k=$((k - 1))
	done
	[ $k -eq 0 ]
}
@test "a pcap file cut at every offset of its last record: the whole records stay" { all_cuts pcap pcap rec rec=70 rec=9; }
@test "a big-endian pcap file cut at every offset of its last record" { all_cuts pcap pcap,be,ns rec rec=70 rec=9; }
@test "a pcapng file cut at every offset of its last block" { all_cuts pcapng shb+idb epb epb=70 epb=9; }
@test "a big-endian pcapng file cut at every offset of its last block" { all_cuts pcapng shb,be+idb epb epb=70 epb=9; }

# no_whole_record N…: files cut after so many bytes, all before the end of the first record
no_whole_record() {
	needs_one_server "its start, without a connection"
	local n k=0
	stream pcap rec >s
	unframe s >whole
	for n; do
		k=$((k + 1))
		head -c "$n" whole >rec/trace-foo-20250101_000000-$k.pcap
	done
	mark_unfinished rec/*
	server_start
	until_true no_file
}
# bats test_tags=ways
@test "an empty file and one cut inside its header are removed" { no_whole_record 0 1 23; }
@test "a file of a header and no whole record is removed" { no_whole_record 24 25 40 99; }

# bats test_tags=ways
@test "what is repaired gets the next free number when its name is taken" {
	needs_one_server "its start, without a connection"
	stream pcap rec >s
	unframe s >rec/trace-foo-20250101_000000.pcap
	echo precious >done/trace-foo-20250101_000000.pcap
	mark_unfinished rec/*
	server_start
	repaired trace-foo-20250101_000000_001.pcap
	unframe s | cmp - done/trace-foo-20250101_000000_001.pcap
	[ "$(cat done/trace-foo-20250101_000000.pcap)" = precious ]
}

# bats test_tags=ways
@test "files that an earlier version has numbered keep their names, or get the next number as it is now" {
	needs_one_server "its start, without a connection"
	stream pcap rec >s
	unframe s >rec/trace-foo-20250101_000000-1.pcap
	unframe s >rec/trace-foo-20250101_000000-12.pcap
	echo precious >done/trace-foo-20250101_000000-12.pcap
	mark_unfinished rec/*
	server_start
	repaired trace-foo-20250101_000000-1.pcap
	repaired trace-foo-20250101_000000_013.pcap
	wait_log 'name=trace-foo-20250101_000000_013.pcap was=trace-foo-20250101_000000-12.pcap reason=repaired'
	unframe s | cmp - done/trace-foo-20250101_000000-1.pcap
	unframe s | cmp - done/trace-foo-20250101_000000_013.pcap
	[ "$(cat done/trace-foo-20250101_000000-12.pcap)" = precious ]
	no_file rec
}

# bats test_tags=ways
@test "a marked file that another process holds locked is left alone" {
	needs_one_server "its start, without a connection"
	stream pcap rec >s
	unframe s >rec/trace-foo-20250101_000000.pcap
	unframe s >rec/trace-foo-20250101_000001.pcap
	mark_unfinished rec/*
	mkfifo hold
	flock -F rec/trace-foo-20250101_000000.pcap cat hold 3>&- &
	PIDS+=($!)
	until_true sh -c '! flock -n rec/trace-foo-20250101_000000.pcap true'
	server_start
	repaired trace-foo-20250101_000001.pcap
	[ "$(mode rec/trace-foo-20250101_000000.pcap)" = 1440 ]
	never_log 'foo-20250101_000000'
}

@test "unfinished files of another user are left alone, and once the log says so" {
	needs_one_server "its start, without a connection"
	as_root
	stream pcap rec >s
	unframe s | tee rec/trace-foo-20250101_000000.pcap >rec/trace-foo-20250101_000001.pcap
	unframe s >rec/trace-foo-20250101_000002.pcap
	chown 4321 rec/*0.pcap rec/*1.pcap
	mark_unfinished rec/*
	server_start
	repaired trace-foo-20250101_000002.pcap
	wait_log ' warning file=trace-foo-2025.* reason="2 unfinished files belong to another user: left alone"'
	two_record_deaths
	[ "$(grep -c 'another user' log)" -eq 1 ]
	[ "$(find rec -name '*.pcap' | wc -l)" -eq 2 ]
}
# another round of repair
two_record_deaths() {
	live a 127.0.0.2
	tell a pcap rec
	wait_log 'file client=foo .*reason=opened'
	kill -KILL "$(child foo)"
	wait_log 'file client=foo .*reason=repaired' 2
}

@test "what is not marked, not ours by name, or not a file is left alone" {
	needs_one_server "its start, without a connection"
	stream pcap rec >s
	unframe s >one
	head -c 50 one >cut
	cp cut rec/trace-foo-20250101_000000.pcap
	chmod 440 rec/*
	local name
	for name in trace-foo-20250101_000000.pcap.bak other-foo-20250101_000000.pcap trace-foo.pcap \
		trace-foo-2025010_000000.pcap trace-foo-20250101_000000.txt .trace-foo-20250101_000000.pcap \
		trace-foo-20250101_000000-x.pcap; do
		cp cut "rec/$name"
		mark_unfinished "rec/$name"
	done
	mkdir -m 1755 rec/trace-foo-20250101_000001.pcap
	cp cut elsewhere
	mark_unfinished elsewhere
	ln -s ../elsewhere rec/trace-foo-20250101_000002.pcap
	mkfifo -m 600 rec/trace-foo-20250101_000003.pcap
	chmod +t rec/trace-foo-20250101_000003.pcap
	cp one rec/trace-foo-20250101_000009.pcap
	mark_unfinished rec/trace-foo-20250101_000009.pcap
	ls -l --time-style=full-iso rec elsewhere | grep -vE '000009|total|rec:' >before
	server_start
	repaired trace-foo-20250101_000009.pcap
	ls -l --time-style=full-iso rec elsewhere | grep -vE 'total|rec:' | cmp - before
	[ "$(ls done)" = trace-foo-20250101_000009.pcap ]
}

@test "what is repaired goes to the client whose files have the name, and to no other" {
	needs_one_server "its start, without a connection"
	mkdir private net
	config '' '{ name = "foo"; address = "127.0.0.2"; completed-path = "private"; },
		{ name = "net"; address = [ "127.0.9.0/24", "fd00::/64" ]; completed-path = "net"; }'
	stream pcap rec >s
	local name at=20250101_000000.pcap
	for name in foo foo-bar foo-127.0.0.2 net net-127.0.9.7 net-127.0.8.7 net-fd00__7 net-fd01__7 net-7 else; do
		unframe s >"rec/trace-$name-$at"
	done
	mark_unfinished rec/*
	server_start
	wait_log 'reason=repaired' 10
	[ "$(cd private && echo *)" = "trace-foo-$at" ]
	[ "$(cd net && echo *)" = "trace-net-127.0.9.7-$at trace-net-$at trace-net-fd00__7-$at" ]
	[ "$(find 'done' -type f | wc -l)" -eq 6 ]
}

# bats test_tags=ways
# repairs: pid is the process that repairs, if it has not ended
repairs() {
	pid=$(children)
	[ -n "$pid" ] || log_has ' reason=repaired '
}
@test "repair that is told to stop with all the others finishes its file first" {
	beside_memcheck "strace is beside it"
	needs_one_server "its start, without a connection"
	can_trace
	stream pcap rec >s
	unframe s >rec/trace-foo-20250101_000000.pcap
	mark_unfinished rec/*
	WRAP=(strace -D -f -qq -o trace -e trace=flock,kill -e inject=flock:delay_enter=2000000)
	server_start
	local pid
	wait_log 'whether an earlier server still records is not known' # another process has asked, and was delayed as well
	until_true repairs
	# shellcheck disable=SC2086 # none, or more
	kill -TERM "$SERVER_PID" $pid
	repaired trace-foo-20250101_000000.pcap
	wait_log 'file client=foo .*reason=repaired'
}

# ---- the disk ----

# tiny DIR SIZE: rec and done of foo on one small filesystem, the others elsewhere
tiny() {
	mkdir full
	mount -t tmpfs -o "size=$1" tmpfs full
	mkdir full/rec full/done
	config "${2-}" '{ name = "foo"; address = "127.0.0.2"; base-path = "full/rec"; completed-path = "full/done"; },
		{ name = "bar"; address = "127.0.0.3"; }'
}

disk_full() {
	tiny 1m 'limits: { frame-timeout = 1; handshake-timeout = 1; };'
	dd if=/dev/zero of=full/ballast bs=4096 count=128 status=none
	server_start
	prompt b 127.0.0.3 pcap rec
	prompt a 127.0.0.2 pcap rec
	tell a data,times=100:rec=9000 # more than fits
	wait_log 'disk is full|No space left'
	readable "$(only_file full/rec)"
	b_goes_on
	wait_stored b bar
	grep -c foo log >lines
	[ "$(grep -cE 'disk is full|No space left' log)" -eq 1 ]
	# nothing stirs while it is full, for longer than a frame may take to come
	live c 127.0.0.3
	until_true test -s c.end
	kill -0 "$(child foo)"
	[ ! -s a.end ]
	rm full/ballast
	wait_stored a foo full/rec
	[ "$(grep -cE 'disk is full|No space left' log)" -ge 1 ]
	tell a rec
	hang_up a
	wait_log 'closed client=foo .*packets=102 .*files=1 '
	stored a foo full/done
	# once when it began, once when it ended
	[ $(($(grep -c foo log) - $(cat lines))) -eq 3 ]
}
# bats test_tags=ways
@test "disk full: the client waits, and goes on in the same file when there is room; others do not notice" { inside disk_full tiny; }

disk_full_first() {
	tiny 256k
	server_start
	dd if=/dev/zero of=full/ballast bs=4096 status=none || true
	live a 127.0.0.2
	live b 127.0.0.3
	tell b pcap rec
	tell a pcap data,times=3:rec=5000
	wait_log 'disk is full|No space left'
	b_goes_on
	rm full/ballast
	wait_stored a foo full/rec
	hang_up a
	wait_log 'closed client=foo .*packets=3 .*files=1 '
	stored a foo full/done
}
@test "disk full before the first packet: nothing is lost" { inside disk_full_first tiny; }

no_inodes() {
	tiny 1m,nr_inodes=5
	server_start
	touch full/1 full/2 || true
	live a 127.0.0.2
	tell a pcap rec
	wait_log 'disk is full|No space left'
	rm full/1 full/2
	wait_stored a foo full/rec
	hang_up a
	wait_log 'closed client=foo .*packets=1 .*files=1 '
}
@test "no room for a new file: the client waits" { inside no_inodes tiny; }

# replaced_while_full: foo's process a waits for room, and b has taken its place
replaced_while_full() {
	tiny 1m 'limits: { handshake-timeout = 11; };'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo full/rec
	dd if=/dev/zero of=full/ballast bs=4096 status=none 2>/dev/null || true
	# more than the file's page has room for, and so little that it is sent at once: what a sender still holds
	# when it is replaced is not the server's
	tell a data,times=3:rec=9000
	wait_log 'disk is full|No space left'
	live b 127.0.0.2
	tell b pcap
	wait_log 'established client=foo' 2
}
full_and_replaced() {
	replaced_while_full
	# longer than a child that is to finish may take: then it would be killed
	live c 127.0.0.3
	until_true test -s c.end
	kill -0 "$(child foo 1)"
	never_log 'lost|killed|closed client=foo'
	rm full/ballast
	wait_log 'closed client=foo .*reason="replaced" packets=4 .*files=1 '
	stored a foo full/done
	never_log 'lost|killed'
}
# bats test_tags=ways
@test "a session that a newer connection has replaced waits for a full disk, too: nothing is lost" {
	needs_one_server "its older connections"
	inside full_and_replaced tiny replaced_while_full
}
full_replaced_stop() {
	replaced_while_full
	server_stop
	wait_log 'client=foo .*lost-records='
	never_log 'killed'
}
# bats test_tags=ways
@test "a full disk, replaced, then stopped: given up, the lost records are counted" {
	needs_one_server "its older connections"
	inside full_replaced_stop tiny replaced_while_full
}

log_cut() {
	mkdir full
	mount -t tmpfs -o size=64k tmpfs full
	ln -s full/log log
	server_start
	dd if=/dev/zero of=full/ballast bs=4096 status=none 2>/dev/null || true
	size() { stat -L -c %s log; }
	grown() { [ "$(size)" -gt "$1" ]; }
	local before
	until [ -n "$(tail -c 1 log)" ]; do # a line is cut
		before=$(size)
		[ $((before % 4096)) -ne 0 ] || truncate -s -4096 full/ballast # the last one just fitted
		server_signal USR2
		until_true grown "$before"
	done
	rm full/ballast
	live a 127.0.0.2
	tell a pcap rec # a child writes next
	wait_log '^[-0-9]+T[:.0-9+-]+ connected client=foo '
	server_signal USR2
	wait_log '^[-0-9]+T[:.0-9+-]+ log lost=1$'
}
# bats test_tags=ways
@test "a log file on a full disk: a line that was cut is lost, the next one begins on its own" {
	needs_one_server "one log for all"
	inside log_cut tiny
}

start_without_inodes() {
	tiny 1m,nr_inodes=5
	touch full/1 full/2
	server_start
	grep -E '^cfg:[0-9]+: warning: completed-path .*: tried without a file, none can be created in base-path .*: No space left' log
	live a 127.0.0.2
	tell a pcap rec
	wait_log 'disk is full|No space left on device: waiting'
	rm full/1 full/2
	wait_stored a foo full/rec
	hang_up a
	wait_log 'closed client=foo .*packets=1 .*files=1 '
	stored a foo full/done
}
# bats test_tags=ways
@test "no room for a file at the start: a warning, the client waits" {
	needs_one_server "its start, without a connection"
	inside start_without_inodes tiny
}

disk_full_stop() {
	tiny 256k
	server_start
	live a 127.0.0.2
	tell a pcap rec
	tell a data,times=60:rec=9000
	wait_log 'disk is full|No space left'
	local status=0 f
	server_stop || status=$? # one that is killed for its delay says nothing of records
	wait_log 'client=foo .*lost'
	f=$(compgen -G 'full/*/trace-foo-*')
	readable "$f"
	unframe a.sent | cmp -n "$(size "$f")" - "$f"
}
# bats test_tags=ways
@test "stopped while the disk is full: given up before it is killed, the lost records are counted" { inside disk_full_stop tiny; }

# bats test_tags=ways
@test "a file size limit of the system: a new file, then a storage error" {
	config 'max-file-size = 0;'
	WRAP=(prlimit --fsize=20000)
	server_start
	live b 127.0.0.3
	tell b pcap rec
	wait_stored b bar
	stream pcap data,times=20:rec=3000 >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	local f=(done/trace-foo-*) n
	[ ${#f[@]} -gt 1 ]
	readable "${f[@]}"
	for n in "${f[@]}"; do
		[ "$(size "$n")" -le 20000 ]
	done
	[ "$(packets "${f[@]}")" -eq 20 ]
	b_goes_on
}

@test "a file size limit below one packet: a storage error, others go on" {
	config 'max-file-size = 0;'
	WRAP=(prlimit --fsize=2000)
	server_start
	live b 127.0.0.3
	tell b pcap rec
	wait_stored b bar
	stream pcap rec rec=5000 rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	grep 'foo' log | grep -iE 'file too large|EFBIG|storage'
	[ "$(packets done/trace-foo-*)" -eq 1 ]
	b_goes_on
}

# bats test_tags=ways
@test "base-path renamed while recording: goes on in the same directory" {
	two_record pcap rec rec=70
	mv rec moved
	mkdir rec
	tell a rec
	wait_stored a foo moved
	server_signal USR1
	wait_log 'file client=bar .*reason=reload'
	tell b rec=99
	wait_log 'file client=bar .*reason=opened' 2
	hang_up a
	wait_log 'closed client=foo'
	stored a foo "done"
	no_file rec
}

# bats test_tags=ways
@test "base-path removed: a storage error when a file is needed, others go on" {
	needs_one_server "directories that it opened at its start"
	mkdir rec2
	config '' '{ name = "foo"; address = "127.0.0.2"; base-path = "rec2"; }, { name = "bar"; address = "127.0.0.3"; }'
	server_start
	rmdir rec2
	live b 127.0.0.3
	tell b pcap rec
	wait_stored b bar
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	grep 'foo' log | grep -E 'No such file|storage'
	b_goes_on
}

# ---- limits of the system ----

# bats test_tags=ways
@test "no descriptors left: peers are closed, the processor is idle, service goes on" {
	beside_memcheck "it has need of them, too"
	needs_one_server "descriptors and processes of its own are used up"
	config 'limits: { connections = 100; per-client = 100; };' \
		'{ name = "foo"; address = "127.0.0.0/8"; store = false; }'
	WRAP=(prlimit --nofile=24)
	server_start
	local i before
	for ((i = 1; i <= 40; i++)); do
		live "x$i" "127.0.2.$i"
	done
	wait_log 'Too many open files|no process could be started|descriptors'
	live y 127.0.3.1
	until_true sh -c '[ "$(cat x*.end y.end | wc -l)" -gt 0 ]'
	before=$(cpu)
	sleep 1 # a second of nothing to do
	[ $(($(cpu) - before)) -lt 20 ]
	[ "$(wc -l <log)" -lt 150 ]
	for ((i = 1; i <= 40; i++)); do
		kill -KILL "${LIVE[x$i]}" 2>/dev/null || true
	done
	served_again 127.0.4.1 foo
}

# bats test_tags=ways
@test "no descriptor even to accept with: peers are closed, the processor is idle, service goes on" {
	beside_memcheck "it has need of them, too"
	needs_one_server "descriptors and processes of its own are used up"
	two_record pcap rec rec=70
	local free=0 before # the lowest number that is not in use: as many as it may have
	while [ -L "/proc/$SERVER_PID/fd/$free" ]; do
		free=$((free + 1))
	done
	prlimit --pid "$SERVER_PID" --nofile=$free:
	live c 127.0.0.2
	until_true test -s c.end
	wait_log 'descriptors'
	before=$(cpu)
	live d 127.0.0.2
	live e 127.0.0.3
	until_true test -s d.end
	until_true test -s e.end
	[ $(($(cpu) - before)) -lt 20 ]
	b_goes_on
	prlimit --pid "$SERVER_PID" --nofile=100:
	served_again 127.0.0.2 foo
}

# As many processes as it has, and not one more.
no_more_processes() {
	needs_one_server "descriptors and processes of its own are used up"
	two_record pcap rec rec=70
	prlimit --pid "$SERVER_PID" --nproc=1:
	stream pcap rec >s
	local i before
	live c 127.0.0.2
	until_true test -s c.end
	wait_log 'Resource temporarily unavailable|no process could be started'
	before=$(cpu)
	for ((i = 0; i < 50; i++)); do
		peer_send 127.0.0.2 s >end
	done
	[ $(($(cpu) - before)) -lt 50 ]
	[ "$(wc -l <log)" -lt 60 ]
	b_goes_on
	prlimit --pid "$SERVER_PID" --nproc=1000:
	live d 127.0.0.2
	tell d pcap,linktype=113 rec
	wait_log 'established client=foo' 2
}
# bats test_tags=ways
@test "no process can be made: refused peers are closed, service goes on" {
	if [ "$(id -u)" -eq 0 ]; then
		skip "needs an ordinary user"
	fi
	no_more_processes
}

# bats test_tags=ways
@test "fork fails: refused peers are closed, service goes on" {
	beside_memcheck "it has need of them, too"
	needs_one_server "descriptors and processes of its own are used up"
	command -v strace >/dev/null || skip "no strace"
	strace -o /dev/null true 2>/dev/null || skip "strace is not permitted here"
	server_start
	strace -qq -o trace -e trace=clone,clone3,fork,vfork -e inject=clone,clone3,fork,vfork:error=EAGAIN -p "$SERVER_PID" 3>&- &
	local tracer=$!
	PIDS+=($tracer)
	until_true grep -q 'TracerPid:.*[1-9]' "/proc/$SERVER_PID/status"
	stream pcap rec >s
	local i
	for i in 1 2 3; do
		peer_send 127.0.0.2 s >end
	done
	wait_log 'Resource temporarily unavailable|no process could be started'
	no_file
	kill -TERM "$tracer"
	await "$tracer" || true
	served_again 127.0.0.2 foo
}

# bats test_tags=ways
@test "fork fails: repair for the configuration before a reload is not forgotten" {
	beside_memcheck "it has need of them, too"
	needs_one_server "reloads"
	can_trace
	server_start
	until_true no_children # the first round
	stream pcap rec >s
	unframe s >rec/trace-foo-20260101_000000.pcap
	chmod 1440 rec/trace-foo-20260101_000000.pcap
	mkdir next
	sed -i 's/"rec"/"next"/' cfg
	strace -qq -o trace -e trace=clone -e inject=clone:error=EAGAIN:when=1 -p "$SERVER_PID" 3>&- &
	PIDS+=($!)
	until_true grep -q 'TracerPid:.*[1-9]' "/proc/$SERVER_PID/status"
	server_signal HUP
	wait_log 'error reason="repair cannot be started"'
	wait_log 'file client=foo name=trace-foo-20260101_000000.pcap reason=repaired packets=1 '
}
no_children() { [ -z "$(ps -o pid= --ppid "$SERVER_PID")" ]; }

# bats test_tags=ways
@test "a log that is not read: recording goes on, and the lost lines are counted when it is read again" {
	needs_one_server "a log that it opened at its start"
	config 'max-file-size = 90;' # a file for every packet
	mkfifo pipe
	cat pipe >>log 3>&- &
	local reader=$!
	PIDS+=("$reader")
	WRAP=(bash -c 'exec "$@" 2>pipe' -)
	server_start
	kill -STOP "$reader"
	stream pcap data,times=1200:rec=60 >s
	peer_send 127.0.0.2 s >end
	until_true sh -c '[ $(ls done | wc -l) -eq 1200 ]'
	live b 127.0.0.3
	tell b pcap rec
	until_true stored b bar
	kill -CONT "$reader"
	hang_up b
	tell_and_wait() { peer_send 127.0.0.3 s2 >end; log_has 'lost|missed|dropped|not written'; }
	stream pcap rec >s2
	until_true tell_and_wait
}

@test "what repair was interrupted in has the client's mode in the end" {
	needs_one_server "its start, without a connection"
	config '' '{ name = "foo"; address = "127.0.0.2"; file-permission-mask = "0040"; }, { name = "bar"; address = "127.0.0.3"; }'
	stream pcap rec rec >s
	local name
	for name in foo bar; do
		unframe s | head -c 150 >rec/trace-$name-20250101_000000.pcap
	done
	chmod 1640 rec/trace-bar-* # while it is cut
	chmod 1440 rec/trace-foo-* # while it is recorded
	server_start
	wait_log 'reason=repaired' 2
	[ "$(mode done/trace-bar-*)" = 440 ]
	[ "$(mode done/trace-foo-*)" = 40 ]
}
@test "what is left in the directories of the former configuration is repaired when there are other directories" {
	needs_one_server "a reload"
	mkdir rec2 done2
	config
	stream pcap rec rec >s
	unframe s >rec/trace-foo-20250101_000000.pcap
	mark_unfinished rec/trace-foo-*
	server_start
	wait_log 'reason=repaired'
	unframe s >rec/trace-bar-20250101_000000.pcap
	mark_unfinished rec/trace-bar-*
	sed -i 's/"rec"/"rec2"/; s/"done"/"done2"/' cfg
	server_signal HUP
	wait_log 'file client=bar .*reason=repaired'
	unframe s | cmp - done/trace-bar-20250101_000000.pcap
}

@test "no descriptor even to accept with: the spare one is there again after each peer that was closed" {
	beside_memcheck "it has need of them, too"
	needs_one_server "descriptors of its own are used up"
	two_record
	local free=0 n before
	while [ -L "/proc/$SERVER_PID/fd/$free" ]; do
		free=$((free + 1))
	done
	prlimit --pid "$SERVER_PID" --nofile=$free:
	open_now() { find "/proc/$SERVER_PID/fd/" -type l | sort; }
	open_now >before
	for n in 1 2 3; do
		live c$n 127.0.0.2
		until_true test -s c$n.end
		open_now | cmp - before
	done
	[ "$(grep -c 'reason="no descriptors are left"' log)" -eq 3 ]
	b_goes_on
}
