# send: what the tests of osmo-pcap-send share. Sourced by them; the other end is socat, not the server.

bats_require_minimum_version 1.5.0
. "$BATS_TEST_DIRNAME/thrift.bash"

# A private directory with FIFOs: log, that the other end writes and $LOG reads; input, that $IN feeds.
begin() {
	quick
	SEND=${BUILDDIR:-.}${VALGRIND:+/memcheck}/osmo-pcap-send
	[[ $SEND == /* ]] || SEND=$BATS_TEST_DIRNAME/../$SEND
	cd "$BATS_TEST_TMPDIR" || return
	PIDS=()
	mkfifo log input
	exec {IN}</dev/null
}

teardown() {
	local pid
	for pid in "${PIDS[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
}

# send ARGUMENTS…: the program, to PORT; its status must be WANT (default: 0)
send() {
	run -"${WANT:-0}" "$SEND" -p "$PORT" "$@"
}

# heard TEXT: waits until the log has a LINE with it
heard() {
	while read -r -t "$SOON" LINE <&"$LOG"; do
		[[ $LINE != *"$1"* ]] || return 0
	done
	echo "no '$1' in the log of the other end" >&2
	return 1
}

# take N: waits for the next N bytes from $GOT and prints them as hexadecimal text.
take() {
	timeout "$SOON" dd bs=1 count="$1" status=none <&"$GOT" | xxd -p | tr -d '\n'
}

# message: the next line that the sender writes to the FIFO "err", which $ERR reads
message() {
	local line
	read -r -t "$SOON" line <&"$ERR" || return
	printf '%s\n' "$line"
}

SOON=${PATIENCE:-30} # seconds until a test gives up on an event
