#!/usr/bin/env bats
# What the server does without the system calls that are newer than Linux 4.18, or that the filter of an old container
# does not know: it records without them, or it does not start and says why. Never does it start and record nothing.
. "$BATS_TEST_DIRNAME/lib.bash"

DENY=$BUILDDIR/test/deny
NO_MEMCHECK="it makes calls of its own"
# A server that does not start frees nothing.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=server -days 2 \
		-keyout server.key -out server.crt 2>/dev/null
	chmod 600 server.key
}

# of SANDBOX: a configuration with a plain client and one with TLS
of() {
	config "sandbox = \"$1\"; tls: { allow-auth = \"none\";
			server-cert = \"$BATS_FILE_TMPDIR/server.crt\"; server-key = \"$BATS_FILE_TMPDIR/server.key\"; };" \
		'{ name = "foo"; address = "127.0.0.2"; }, { name = "bar"; address = "127.0.0.3"; tls = true; }'
}
# without_tls SANDBOX: with a plain client, and without completed-path
without_tls() {
	config "sandbox = \"$1\";" '{ name = "foo"; address = "127.0.0.2"; }'
	sed -i 's/ completed-path = "done";//' cfg
}

# denied CALL ERROR: for what is started from now on
denied() {
	[ -x "$DENY" ] # built by make check
	"$DENY" "$1" "$2" true || skip "no filter can be set here"
	WRAP=("$DENY" "$1" "$2")
}

both_are_recorded() {
	stream pcap rec >s
	server_start
	peer_send 127.0.0.2 s
	timeout "$PATIENCE" socat -u FILE:s "OPENSSL:$LISTEN:$PORT,bind=127.0.0.3,verify=0" 2>>socat.log
	wait_log 'file client=foo .*reason=closed packets=1 '
	wait_log 'file client=bar .*reason=closed packets=1 '
	[ "$(packets done/*)" -eq 2 ]
	server_stop
	rm -f done/*
}

# records CALL SANDBOX…: whichever error it answers
records() {
	local call=$1 sandbox error
	shift
	for sandbox; do
		of "$sandbox"
		for error in EPERM ENOSYS; do
			denied "$call" $error
			"${WRAP[@]}" "$SERVER" -t -c cfg
			both_are_recorded
		done
	done
}

# does_not_start REASON CALL ERROR: and -t says the same
does_not_start() {
	local how status
	denied "$2" "$3"
	for how in -c '-t -c'; do
		status=0
		# shellcheck disable=SC2086 # options
		"${WRAP[@]}" timeout "$PATIENCE" "$SERVER" $how cfg >out 2>&1 || status=$?
		cat out
		[ "$status" -eq 78 ]
		grep -E "error: .*$1" out
	done
}

# refuses REASON CALL SANDBOX…: to start, whichever error it answers
refuses() {
	local reason=$1 call=$2 sandbox
	shift 2
	for sandbox; do
		of "$sandbox"
		does_not_start "$reason" "$call" EPERM
		does_not_start "$reason" "$call" ENOSYS
	done
}

ALL=(required best-effort off)
ERROR='(Operation not permitted|Function not implemented)$'

@test "close_range refused: descriptors are closed one by one" { records close_range "${ALL[@]}"; }
@test "faccessat2 refused: directories are examined without it" { records faccessat2 "${ALL[@]}"; }
@test "clone3 refused: processes are forked without it" { records clone3 "${ALL[@]}"; }
@test "rseq refused: it records" { records rseq "${ALL[@]}"; }
@test "statx refused: it records" { records statx "${ALL[@]}"; }

@test "landlock_create_ruleset refused: 'required' does not start" {
	refuses 'the sandbox is required, and this kernel lacks Landlock' landlock_create_ruleset required
}
@test "landlock_create_ruleset refused: the others record" { records landlock_create_ruleset best-effort off; }
@test "landlock_add_rule refused: it does not start, except with 'off'" {
	refuses "sandbox: Landlock rules cannot be made: $ERROR" landlock_add_rule required best-effort
	records landlock_add_rule off
}
@test "landlock_restrict_self refused: it does not start, except with 'off'" {
	refuses "the sandbox of the key keeper cannot be entered: Landlock: $ERROR" landlock_restrict_self required best-effort
	without_tls best-effort
	does_not_start "no child can record here: Landlock: $ERROR" landlock_restrict_self EPERM
	records landlock_restrict_self off
}

@test "renameat2 refused: files are linked into completed-path" { records renameat2 "${ALL[@]}"; }
@test "renameat2 and linkat refused: it does not start" {
	local error status
	of required
	for error in EPERM ENOSYS; do
		status=0
		denied renameat2 $error
		"${WRAP[@]}" "$DENY" linkat $error timeout "$PATIENCE" "$SERVER" -c cfg >out 2>&1 || status=$?
		cat out
		[ "$status" -eq 78 ]
		grep -E 'error: completed-path .* without replacing another \(renameat2\), nor linked: (Operation not permitted|Invalid argument)$' out
	done
}
@test "getrandom refused: it does not start with TLS" {
	refuses "getrandom.*: $ERROR" getrandom "${ALL[@]}"
}
@test "neither renameat2 nor getrandom is needed without TLS and completed-path" {
	local call error
	stream pcap rec >s
	without_tls required
	for call in renameat2 getrandom; do
		for error in EPERM ENOSYS; do
			denied $call $error
			server_start
			peer_send 127.0.0.2 s
			wait_log 'file client=foo .*reason=closed packets=1 '
			server_stop
		done
	done
}

@test "descriptors that can be closed in no way: it does not start" {
	as_root
	! nm "$SERVER" 2>/dev/null | grep -q __asan_init || skip "sanitizers need /proc themselves"
	without_tls off
	denied close_range EPERM
	unshare -m true || skip "no mount namespace"
	run unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' - "${WRAP[@]}" "$SERVER" -c cfg
	echo "$output"
	[ "$status" -eq 78 ]
	grep 'error: no child can record here: descriptors cannot be closed: close_range(2), /proc/self/fd: No such file' <<<"$output"
}

@test "without close_range no child has a descriptor that is not its own" {
	local fd
	config 'sandbox = "required";'
	denied close_range EPERM
	server_start
	live b 127.0.0.3
	tell b pcap rec
	wait_log 'file client=bar .*reason=opened'
	live a 127.0.0.2
	tell a pcap rec
	wait_log 'file client=foo .*reason=opened'
	for fd in /proc/"$(child foo)"/fd/*; do
		readlink "$fd"
	done >has
	# the connection, its channels, the two directories, the file, the signals, the log
	[ "$(sort has | grep -c socket:)" -eq 2 ]
	[ "$(grep -c "^$PWD/rec$" has)" -eq 1 ]
	[ "$(grep -c "^$PWD/done$" has)" -eq 1 ]
	not grep -E 'eventpoll|landlock' has
}
