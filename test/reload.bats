#!/usr/bin/env bats
# Errors of the system in every file that a reload opens and reads, one after the other: the server runs on with the
# configuration that it has, or with all of the new one, and the recordings with it.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/tls.bash"

setup_file() { # fewer certificates than tls.bash makes
	mkdir -p "$BATS_FILE_TMPDIR/pki/authorities"
	cd "$BATS_FILE_TMPDIR/pki" || return
	authority ca
	cp ca.crt authorities
	certificate server ca 'tls_www_server\nexpiration_days = 50\ndns_name = localhost'
	certificate revoked ca 'tls_www_client\nexpiration_days = 50'
	revocations ca.crl ca 'crl_next_update = 30\ncrl_number = 1' revoked.crt
	chmod 600 ./*.key
}

# Everything that a configuration can name is there.
everything() {
	needs_one_server "a reload"
	beside_memcheck "nobody traces it there"
	can_trace
	config '@include "more.cfg"
	' '
	@include "clients.cfg"
	'
	cat >more.cfg <<-EOT
		@include "tls.cfg"
		max-snaplen = 9000;
	EOT
	cat >tls.cfg <<-EOT
		tls: { capath = "pki/authorities"; crlfile = "pki/ca.crl"; server-cert = "pki/server.crt"; server-key = "pki/server.key"; };
	EOT
	echo "$DEFAULT_CLIENTS, { name = \"any\"; address = \"127.0.0.4\"; tls = true; }" >clients.cfg
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_log 'file client=foo .*reason=opened'
	SENT=1 FAILED=0 LOADED=0
}

# reload_with STRACE-OPTIONS…: one reload, whose new lines of the log are then in ./lines
reload_with() {
	local tracer before
	before=$(wc -l <log)
	strace -f -qq -o trace "$@" -p "$SERVER_PID" 3>&- &
	tracer=$!
	PIDS+=("$tracer")
	until_true grep -q 'TracerPid:.*[1-9]' "/proc/$SERVER_PID/status"
	server_signal HUP
	until_true sh -c "tail -n +$((before + 1)) log | grep -q ' reload '" || return
	kill "$tracer"
	wait "$tracer" 2>/dev/null || :
	tail -n +$((before + 1)) log >lines
}

# all_fail ERROR CALL…: the first of the calls of a reload fails, then the second, …, until there is none left
all_fail() {
	local error=$1 calls=$2 n
	for ((n = 1; ; n++)); do
		reload_with -e "trace=$calls" -e "inject=$calls:error=$error:when=$n" || {
			echo "call $n of $calls: $error: no reload" >&2
			cat trace >&2
			return 1
		}
		not gone "$SERVER_PID"
		not gone "${LIVE[a]}"
		tell a rec
		SENT=$((SENT + 1))
		grep -q INJECTED trace || break
		if grep -q 'reload reason="failed: the old configuration stays"' lines; then
			FAILED=$((FAILED + 1))
			grep -qE ' error file=.*(/|")(cfg|more\.cfg|tls\.cfg|clients\.cfg|pki/[a-z./]+|rec|done)[": ]' lines || {
				cat trace lines >&2
				return 1
			}
		else
			LOADED=$((LOADED + 1))
			grep -q 'reload clients=3 finished=0' lines || {
				cat trace lines >&2
				return 1
			}
		fi
	done
	[ "$n" -ge "$3" ] # there were so many
	grep -q 'reload clients=3 finished=0' lines
}

# all_recorded: every packet that was sent, by the same process
all_recorded() {
	hang_up a
	wait_log "closed client=foo .*packets=$SENT "
	[ "$(cat done/trace-foo-* | wc -c)" -gt 0 ]
	[ "$(grep -c 'connected client=foo' log)" -eq 1 ]
	echo "$FAILED reloads failed, $LOADED did not"
	[ "$FAILED" -ge "$1" ]
	server_stop
}

@test "every file that a reload opens is gone" {
	everything
	all_fail ENOENT open,openat 10
	all_recorded 9
}
@test "every file that a reload opens cannot be opened" {
	everything
	all_fail EIO open,openat 10
	all_recorded 9
}
@test "every read of a reload fails" {
	everything
	all_fail EIO read 10
	all_recorded 8
}
@test "every read of a reload fails, as if the file were gone" {
	everything
	all_fail ENOENT read 10
	all_recorded 8
}
@test "the directory of authorities cannot be read to its end" {
	everything
	all_fail EIO getdents64 2
	all_recorded 2
}
