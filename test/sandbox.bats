#!/usr/bin/env bats
# What a process of the server cannot do even when its peer has taken it over: forbidden actions, put into the real
# processes, and each of them fails.
. "$BATS_TEST_DIRNAME/lib.bash"

export PATIENCE=90 # a test is many connections, and the one that must not notice stays through all of them
INJECT=$BUILDDIR/test/inject
NO_MEMCHECK="the sandbox would kill it"

# can_inject: this machine lets us, and has what the sandbox is made of.
can_inject() {
	local status=0
	[ -x "$INJECT" ] # built by make check
	"$INJECT" 0 0 >/dev/null 2>inject.err || status=$?
	[ $status -ne 77 ] || skip "$(<inject.err)"
	sleep 600 3>&- &
	PIDS+=($!)
	"$INJECT" $! 39 >/dev/null 2>inject.err || skip "ptrace is not permitted: $(<inject.err)"
	[ -z "${SANITIZED-}" ] && ! grep -q __asan_init "$SERVER" || skip "a build with sanitizers may do more"
}

# recording: foo (a) and bar (b) record; CHILD is foo's process, BASE and DONE its directories.
recording() {
	can_inject
	config 'sandbox = "required";'
	echo secret >secret
	echo finished >done/finished.pcap
	server_start
	live b 127.0.0.3
	tell b pcap rec
	unkilled bar stored b bar
	again
}

# log_above N PATTERN: more lines of the log than that are like it. Looked at without another process, for all these tests
# together hundreds of times.
log_above() {
	local lines line n=0
	mapfile -t lines <log
	for line in "${lines[@]}"; do
		# shellcheck disable=SC2053 # a pattern
		[[ $line != $2 ]] || n=$((n + 1))
	done
	[ $n -gt "$1" ]
}

# killed CLIENT: more often than DEATHS, which dies() has asked for
killed() { log_above "${DEATHS:-0}" "*closed client=$1 *killed by signal*"; }
so_or_killed() {
	local client=$1
	shift
	"$@" || killed "$client"
}

# unkilled CLIENT COMMAND…: waits until COMMAND succeeds; fails at once when the sandbox kills CLIENT's process
# meanwhile for what it needs to record.
unkilled() {
	until_true so_or_killed "$@"
	if killed "$1"; then
		echo "the process of $1 was killed while it did its own work: the sandbox denies what it needs" >&2
		return 1
	fi
}

# again: foo's process anew, as the last one has died of what it tried.
again() {
	live "a$TOLD" 127.0.0.2
	tell "a$TOLD" pcap rec
	unkilled foo log_above "${OPENED:-0}" '*file client=foo *reason=opened*'
	OPENED=$((${OPENED:-0} + 1))
	CHILD=$(child foo)
	BASE=$(descriptor "$CHILD" "$PWD/rec")
	DONE=$(descriptor "$CHILD" "$PWD/done")
}

# descriptor PID PATH: its number
descriptor() {
	local fd
	for fd in /proc/"$1"/fd/*; do
		[ ! "$fd" -ef "$2" ] || { echo "${fd##*/}"; return; }
	done
	return 1
}

# capture: the descriptor of the file that foo's process records
capture() { descriptor "$CHILD" "$PWD/rec/$(sed -n 's/.* file client=foo name=\([^ ]*\) reason=opened$/\1/p' log | tail -n 1)"; }

# dies NAME CALL ARGUMENT…: the process is killed for it.
dies() {
	local what=$1
	shift
	"$INJECT" "$CHILD" "$@" >result
	echo "$what: $(<result)"
	[ "$(<result)" = "killed by signal 31" ]
	until_true killed foo
	DEATHS=$((${DEATHS:-0} + 1))
	again
}

# denied NAME CALL ARGUMENT…: an error of access, and it lives.
denied() {
	local what=$1
	shift
	"$INJECT" "$CHILD" "$@" >result
	echo "$what: $(<result)"
	[[ $(<result) =~ ^-(13|18|1)$ ]]
	not gone "$CHILD"
}

# untouched: neither the recording of another session nor any file has changed.
untouched() {
	[ "$(<secret)" = secret ]
	[ "$(<done/finished.pcap)" = finished ]
	tell b rec
	wait_stored b bar
	never_log 'closed client=bar'
}

O_NEW=$((01 | 0100 | 0200 | 0400000 | 02000000)) # WRONLY CREAT EXCL NOFOLLOW CLOEXEC
AT_FDCWD=0xffffff9c

@test "a session opens nothing but new capture files in its own directory" {
	recording
	local bar
	bar=$(basename rec/trace-bar-*)
	dies "read a file" 257 $AT_FDCWD "=$PWD/secret" 0
	dies "read another client's capture" 257 "$BASE" "=$bar" 0
	dies "write to another client's capture" 257 "$BASE" "=$bar" 1
	dies "truncate another client's capture" 257 "$BASE" "=$bar" $((01 | 01000))
	dies "read a finished capture" 257 "$DONE" =finished.pcap 0
	dies "create in completed-path" 257 "$DONE" =new.pcap $O_NEW 0600
	dies "create somewhere else" 257 $AT_FDCWD "=$PWD/new" $O_NEW 0600
	dies "the old open()" 2 "=$PWD/secret" 0
	dies "openat2()" 437 "$BASE" "=$bar" 0 24
	denied "create above its directory" 257 "$BASE" =../new $O_NEW 0600
	denied "create with an absolute path" 257 "$BASE" "=$PWD/new" $O_NEW 0600
	denied "create in completed-path by way of its own" 257 "$BASE" =../done/new.pcap $O_NEW 0600
	denied "make a new one of a finished one" 257 "$BASE" =../done/finished.pcap $O_NEW 0600 || [ "$(<result)" = -17 ]
	untouched
	[ ! -e new ]
	# what may arrive there by a rename may be made there, but not opened: at most an empty file
	[ ! -s done/new.pcap ]
}

@test "a session changes and removes nothing outside of its own directory" {
	recording
	denied "remove a finished capture" 263 "$BASE" =../done/finished.pcap 0
	denied "remove a file outside" 263 "$BASE" =../secret 0
	denied "publish a file from outside" 316 "$BASE" =../secret "$DONE" =secret 1
	denied "move its file somewhere else" 316 "$BASE" "=$(basename rec/trace-foo-*)" "$DONE" =../stolen 1
	dies "remove in completed-path" 263 "$DONE" =finished.pcap 0
	dies "remove a directory" 263 "$BASE" =../done 0x200
	dies "rename back" 316 "$DONE" =finished.pcap "$BASE" =x 1
	dies "replace a finished capture" 316 "$BASE" "=$(basename rec/trace-bar-*)" "$DONE" =finished.pcap 0
	dies "rename()" 82 "=$PWD/secret" "=$PWD/rec/x"
	dies "link" 265 $AT_FDCWD "=$PWD/secret" "$BASE" =x 0
	dies "link its own into completed-path, as a rename does it here" 265 "$BASE" "=$(basename rec/trace-foo-*)" "$DONE" =x 0
	dies "symbolic link" 266 =/etc/passwd "$BASE" =x
	dies "truncate()" 76 "=$PWD/done/finished.pcap" 0
	dies "chmod()" 90 "=$PWD/secret" 0777
	dies "open its directory to everybody" 91 "$BASE" 0777
	dies "open completed-path to everybody" 91 "$DONE" 0777
	dies "open standard input to everybody" 91 0 0777
	dies "close standard output to others" 91 1 0
	dies "cut the log" 77 2 0
	dies "cut the log" 77 2 0
	dies "write over the log" 18 2 =nonsense 8 0
	untouched
	[ ! -e stolen ]
}

@test "where files are linked, a session links out of its own directory into completed-path only" {
	can_trace
	WRAP=(strace -D -qq -o trace -e trace=renameat2 -e inject=renameat2:error=EINVAL) # the server's trial alone
	recording
	local own
	own=$(basename rec/trace-foo-*)
	"$INJECT" "$CHILD" 265 "$BASE" "=$own" "$DONE" =linked 0 >result
	[ "$(<result)" = 0 ]
	[ done/linked -ef "rec/$own" ]
	"$INJECT" "$CHILD" 265 "$BASE" "=$own" "$DONE" =finished.pcap 0 >result
	[ "$(<result)" = -17 ]
	denied "link a file from outside" 265 "$BASE" =../secret "$DONE" =secret 0
	denied "link somewhere else" 265 "$BASE" "=$own" "$DONE" =../stolen 0
	dies "link back" 265 "$DONE" =finished.pcap "$BASE" =x 0
	dies "link within its directory" 265 "$BASE" "=$(basename rec/trace-bar-*)" "$BASE" =x 0
	dies "link what a link points to" 265 "$BASE" "=$(basename rec/trace-bar-*)" "$DONE" =x 0x400
	dies "link a descriptor" 265 "$(capture)" = "$DONE" =x 0x1000
	dies "remove in completed-path" 263 "$DONE" =finished.pcap 0
	untouched
}

@test "without completed-path a session removes and renames nothing, as finished captures stay there" {
	can_inject
	config 'sandbox = "required";'
	sed -i 's/ completed-path = "done";//' cfg
	echo finished >rec/finished.pcap
	server_start
	live a 127.0.0.2
	tell a pcap rec
	unkilled foo stored a foo
	CHILD=$(child foo)
	BASE=$(descriptor "$CHILD" "$PWD/rec")
	denied "remove a finished capture" 263 "$BASE" =finished.pcap 0
	denied "remove its own" 263 "$BASE" "=$(basename rec/trace-foo-*)" 0
	"$INJECT" "$CHILD" 316 "$BASE" =finished.pcap "$BASE" =x 1 >result || true
	wait_log 'closed client=foo .*killed by signal 31'
	[ "$(<rec/finished.pcap)" = finished ]
}

@test "a session makes no file that runs as the server" {
	recording
	dies "create one with set-user-ID" 257 "$BASE" =trace $O_NEW 04600
	dies "create one with set-group-ID" 257 "$BASE" =trace $O_NEW 02600
	dies "give its capture set-user-ID" 91 "$(capture)" 04555
	dies "give its capture set-group-ID" 91 "$(capture)" 02555
	untouched
	[ -z "$(find rec done -perm /6000)" ]
}

@test "standard input and output lead a session neither to the log nor to anything else" {
	can_inject
	config 'sandbox = "required";'
	echo secret >secret
	WRAP=(sh -c 'exec "$@" <secret >>log' -)
	server_start
	live a 127.0.0.2
	tell a pcap rec
	unkilled foo stored a foo
	CHILD=$(child foo)
	for pid in "$SERVER_PID" "$CHILD"; do
		[ "$(readlink /proc/"$pid"/fd/0)" = /dev/null ]
		[ "$(readlink /proc/"$pid"/fd/1)" = /dev/null ]
	done
	"$INJECT" "$CHILD" 77 1 0 >result || true
	wait_log 'closed client=foo .*killed by signal 31'
	wait_log 'listening address='
}

@test "a session starts, signals and looks into no process" {
	recording
	dies "fork()" 57
	dies "clone()" 56 17 0 0 0 0
	dies "clone3()" 435 0 0
	dies "vfork()" 58
	dies "execve()" 59 =/bin/sh 0 0
	dies "execveat()" 322 "$BASE" =sh 0 0 0
	dies "signal the master" 62 "$SERVER_PID" 0
	dies "signal another session" 62 "$(child bar)" 9
	dies "signal a thread" 234 "$(child bar)" "$(child bar)" 9
	dies "ptrace()" 101 16 "$(child bar)" 0 0
	dies "read another session's memory" 310 "$(child bar)" 0 0 0 0 0
	dies "a handle on a process" 434 "$SERVER_PID" 0
	untouched
}

@test "a session reaches no network and no other socket" {
	recording
	dies "socket()" 41 2 1 0
	dies "socketpair()" 53 1 1 0 0
	dies "connect()" 42 2 =x 16
	dies "bind()" 49 2 =x 16
	dies "listen()" 50 2 5
	dies "accept()" 43 2 0 0
	dies "send to an address" 44 2 =x 1 0 =y 16
	dies "send descriptors" 46 2 =x 0
	dies "receive descriptors" 47 2 =x 0
	dies "setsockopt(), level of the socket" 54 2 1 8 =x 4
	dies "setsockopt(), another of TCP" 54 2 6 1 =x 4
	dies "prlimit(), another limit than that of CPU time" 302 0 7 0 0
	dies "prlimit(), of another process" 302 1 0 0 0
	untouched
}

@test "a session gets no executable memory, no privileges and no way around the filter" {
	recording
	dies "map executable memory" 9 0 4096 7 0x22 0xffffffff 0
	dies "make memory executable" 10 0 4096 5
	dies "prctl()" 157 4 1 0 0 0
	dies "setuid()" 105 0
	dies "io_uring" 425 8 =x
	dies "bpf()" 321 0 =x 0
	dies "perf_event_open()" 298 =x 0 0 0 0
	dies "mount()" 165 =a =b =c 0 0
	dies "unshare()" 272 0x10000000
	dies "setrlimit()" 160 7 =x
	dies "a call with the numbers of x32" 0x40000001 2 =x 1
	untouched
}

@test "a session cannot fill the memory" {
	recording
	"$INJECT" "$CHILD" 9 0 $((256 << 20)) 3 0x22 0xffffffff 0 >result # private
	[ "$(<result)" = -12 ]
	"$INJECT" "$CHILD" 9 0 $((256 << 20)) 3 0x21 0xffffffff 0 >result # shared
	[ "$(<result)" = -12 ]
	untouched
}

@test "a session has no memory of the counters of other sessions, and gets none" {
	recording
	local pid at
	for pid in "$CHILD" "$(child bar)"; do
		# shared memory is the page of its counters, and one of the log
		perl -ne '/^([0-9a-f]+)-([0-9a-f]+) .* \/dev\/zero / and $n += hex($2) - hex($1); END { print $n }' \
			"/proc/$pid/maps" >size
		[ "$(<size)" -gt 0 ]
		[ "$(<size)" -le $((2 * $(getconf PAGESIZE))) ]
	done
	# of all slots the pages lie side by side: a mapping that grew would have the next ones
	for at in $(sed -n 's/^\([0-9a-f]*\)-.* \/dev\/zero .*/\1/p' "/proc/$CHILD/maps"); do
		"$INJECT" "$CHILD" 25 "0x$at" 4096 8192 1 >result
		[ "$(<result)" = -12 ]
	done
	not gone "$CHILD"
	untouched
}

@test "a session that does not store creates no file" {
	can_inject
	config 'sandbox = "required";' '{ name = "foo"; address = "127.0.0.2"; store = false; }'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_log 'established client=foo'
	CHILD=$(child foo)
	"$INJECT" "$CHILD" 257 -1 =x $O_NEW 0600 >result
	[ "$(<result)" = "killed by signal 31" ]
}

@test "the master starts no program, traces no process, and enters no namespace" {
	can_inject
	config 'sandbox = "required";'
	server_start
	CHILD=$SERVER_PID
	denied "execve()" 59 =/bin/sh 0 0
	denied "ptrace()" 101 16 1 0 0
	denied "unshare()" 272 0x10000000
	denied "mount()" 165 =a =b =c 0 0
	denied "clone() with a namespace" 56 0x10000011 0 0 0 0
	server_stop
}

keeper_there() { KEEPER=$(pgrep -P "$SERVER_PID"); }

@test "the keeper opens no file, not even that of the key, and reaches no other process" {
	local k
	as_root # only root may trace it
	can_inject
	command -v openssl >/dev/null || skip "no openssl"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=server -days 2 \
		-keyout server.key -out server.crt 2>/dev/null
	config 'sandbox = "required"; tls: { allow-auth = "none"; server-cert = "server.crt"; server-key = "server.key"; };' \
		'{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	server_start
	for k in "257 $AT_FDCWD =$PWD/server.key 0" "59 =/bin/sh 0 0" "41 2 1 0" "62 $SERVER_PID 9" "57" "46 2 =x 0"; do
		until_true keeper_there
		# shellcheck disable=SC2086
		"$INJECT" "${KEEPER%%$'\n'*}" $k >result
		echo "$k: $(<result)"
		[ "$(<result)" = "killed by signal 31" ]
		wait_log 'keeper pid=' "$((++KEEPERS))"
	done
}

# doorman_begins: another one waits; CHILD, and CONNECTION, the descriptor that it reads
doorman_begins() {
	local fd inode
	live "d$((++DOORMEN))" 127.0.0.9
	until_true another_waits
	for fd in /proc/"$CHILD"/fd/*; do
		[ -S "$fd" ] || continue
		inode=$(readlink "$fd")
		! grep -q " ${inode//[^0-9]/} " /proc/net/tcp || CONNECTION=${fd##*/}
	done
	[ -n "$CONNECTION" ]
}
another_waits() { CHILD=$(doorman) && [ -n "$CHILD" ] && ! gone "$CHILD"; }

@test "a doorman opens, starts and reaches nothing, and says nothing to its peer" {
	local call
	can_inject
	echo secret >secret
	config 'sandbox = "required"; proxies = "127.0.0.9"; limits: { handshake-timeout = 300; };'
	server_start
	live b 127.0.0.3
	tell b pcap rec
	wait_stored b bar
	for call in "257 $AT_FDCWD =$PWD/secret 0" "2 =$PWD/secret 0" "257 $AT_FDCWD =$PWD/new $O_NEW 0600" "59 =/bin/sh 0 0" "57" \
		"56 17 0 0 0 0" "62 $SERVER_PID 9" "101 16 1 0 0" "41 2 1 0" "42 0 =x 16" "46 0 =x 0" "47 0 =x 0" "0 0 =x 1" \
		"45 0 =x 1 0 0 0" "54 0 1 13 =x 8" "262 $AT_FDCWD =/etc =x 0" "263 $AT_FDCWD =$PWD/secret 0" "302 0 7 0 0"; do
		doorman_begins
		# shellcheck disable=SC2086
		"$INJECT" "$CHILD" $call >result
		echo "$call: $(<result)"
		[ "$(<result)" = "killed by signal 31" ]
		wait_log "closed client=. peer=127.0.0.9:[0-9]+ pid=$CHILD reason=\"killed by signal 31"
	done
	doorman_begins
	denied "write() to the connection" 1 "$CONNECTION" =hello 5
	denied "send() to the connection" 44 "$CONNECTION" =hello 5 0 0 0
	confined "$CHILD"
	printf 'PROXY TCP4 127.0.0.2 127.0.0.1 1 1\r\n' >"d$DOORMEN.piece"
	put_in "d$DOORMEN"
	: >"d$DOORMEN.sent"
	tell "d$DOORMEN" pcap rec
	wait_stored "d$DOORMEN" foo
	untouched_by_doormen
}
untouched_by_doormen() {
	[ "$(<secret)" = secret ]
	[ ! -e new ]
	tell b rec
	wait_stored b bar
	never_log 'closed client=bar| refused '
}

# confined PID: it has no new privileges, and a filter.
confined() { grep -q '^NoNewPrivs:.1' "/proc/$1/status" && grep -q '^Seccomp:.2' "/proc/$1/status"; }

@test "master and session are confined, and 'off' means off" {
	config 'sandbox = "required";'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	unkilled foo stored a foo
	confined "$SERVER_PID"
	confined "$(child foo)"
	server_stop
	config 'sandbox = "off";'
	server_start
	grep -q '^Seccomp:.0' "/proc/$SERVER_PID/status" || skip "something around us has a filter already"
}

# without CALL ERROR: a kernel that lacks it, for a server started from now on
without() {
	command -v strace >/dev/null || skip "no strace"
	# leaks cannot be looked for beside strace
	WRAP=(env "ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0" strace -f -qq -o /dev/null
		-e "trace=$1" -e "inject=$1:error=$2")
}

@test "a kernel without Landlock: 'best-effort' says so once and records, with seccomp" {
	config 'sandbox = "best-effort";'
	without landlock_create_ruleset EOPNOTSUPP
	server_start
	[ "$(grep -c 'kernel lacks: Landlock' log)" -eq 1 ]
	live a 127.0.0.2
	tell a pcap rec
	unkilled foo stored a foo
	confined "$(child foo)"
	[ "$(grep -c 'kernel lacks' log)" -eq 1 ]
}

@test "a kernel without Landlock: 'required' does not start" {
	local status=0
	config 'sandbox = "required";'
	without landlock_create_ruleset EOPNOTSUPP
	"${WRAP[@]}" "$SERVER" -c cfg 2>out || status=$?
	[ "$status" -eq 78 ]
	grep 'error: the sandbox is required, and this kernel lacks Landlock' out
	status=0
	"${WRAP[@]}" "$SERVER" -t -c cfg 2>out || status=$?
	[ "$status" -eq 78 ]
}

@test "a sandbox that cannot be entered ends the connection, not the server" {
	config 'sandbox = "best-effort";'
	server_start
	failing_children landlock_restrict_self
	stream pcap rec >s
	peer_send 127.0.0.2 s || true
	wait_log 'error client=foo peer=.* reason="the sandbox cannot be entered: Landlock: Function not implemented"'
	wait_log 'closed client=foo .*internal error'
	no_file
	not gone "$SERVER_PID"
}

@test "repair is confined before it opens anything" {
	command -v strace >/dev/null || skip "no strace"
	config 'sandbox = "required";'
	stream pcap rec rec >s
	unframe s | head -c 150 >rec/trace-foo-20260101_000000.pcap
	chmod 1400 rec/trace-foo-20260101_000000.pcap
	WRAP=(strace -f -qq -o trace -e 'trace=prctl,landlock_restrict_self,openat,renameat2,setsid')
	server_start
	wait_log 'reason=repaired'
	local pid
	pid=$(awk '/renameat2.*trace-foo-20260101/ { print $1 }' trace)
	[ -n "$pid" ]
	awk -v pid="$pid" '$1 == pid { print $2 }' trace | grep -vE 'setsid|PR_SET_MM|PR_SET_NAME' | sed 's/(.*//' >calls
	[ "$(head -n 3 calls | tr '\n' ' ')" = "prctl landlock_restrict_self prctl " ]
	grep -q openat calls
}

@test "what a reload makes for the master alone no child has" {
	can_trace
	! grep -q __asan_init "$SERVER" || skip "with sanitizers all memory is malloc's"
	config 'sandbox = "required";'
	WRAP=(strace -D -qq -o trace -e trace=madvise)
	server_start
	local before
	before=$(grep -c MADV_DONTFORK trace)
	[ "$before" -ge 2 ]
	server_signal HUP
	wait_log ' reload clients='
	[ "$(grep -c MADV_DONTFORK trace)" -ge $((before + 2)) ]
	not grep 'MADV_DONTFORK) *= -1' trace
}

@test "the limits of a session: no core, no process, few descriptors; master and keeper keep theirs" {
	recording
	local pid
	for pid in "$CHILD" "$(child bar)"; do
		grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits"
		grep -qE '^Max processes +0 +0 ' "/proc/$pid/limits"
		grep -qE '^Max open files +64 +64 ' "/proc/$pid/limits"
	done
	not grep -qE '^Max open files +64 ' "/proc/$SERVER_PID/limits"
}

@test "a session looks at no file but its own, and asks devices nothing" {
	recording
	dies "stat() of any path" 262 $AT_FDCWD "=$PWD/secret" =bufferbufferbuffer 0
	dies "stat() that follows a link" 262 "$BASE" =x =bufferbufferbuffer 0
	dies "statx()" 332 $AT_FDCWD "=$PWD/secret" 0 0 =bufferbufferbuffer
	dies "ask a terminal" 16 2 0x5401 =bufferbufferbuffer
	dies "put a character into a terminal" 16 2 0x5412 =x
	untouched
}

@test "without Landlock and completed-path the filter alone keeps finished captures" {
	can_inject
	can_trace
	config 'sandbox = "best-effort";'
	sed -i 's/ completed-path = "done";//' cfg
	echo finished >rec/finished.pcap
	WRAP=(strace -D -qq -o /dev/null -e trace=landlock_create_ruleset -e inject=landlock_create_ruleset:error=EOPNOTSUPP)
	server_start
	wait_log 'kernel lacks: Landlock'
	live a 127.0.0.2
	tell a pcap rec
	unkilled foo stored a foo
	CHILD=$(child foo)
	BASE=$(descriptor "$CHILD" "$PWD/rec")
	"$INJECT" "$CHILD" 263 "$BASE" =finished.pcap 0 >result
	[ "$(<result)" = -1 ]
	"$INJECT" "$CHILD" 263 "$BASE" "=$(basename rec/trace-foo-*)" 0 >result
	[ "$(<result)" = -1 ]
	[ "$(<rec/finished.pcap)" = finished ]
}
