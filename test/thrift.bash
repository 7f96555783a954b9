# thrift: what makes a test cost less of the processor, and tells nothing less. Sourced by what the tests share.

# OpenSSL (socat, openssl) reads all authorities of the system at every start, which takes ten times as long as what the
# tests want of it. They name theirs.
export SSL_CERT_FILE=/dev/null

# Each test takes the time of its start, for an option of bats that is not in use.
get_mills_since_epoch() { echo "$((${EPOCHREALTIME/[.,]/} / 1000))"; }

# quick: before every command bats notes where the test is, for the line that it names when the command fails: that
# takes a quarter of the processor time of the tests. From here on it is noted when one has failed.
quick() {
	declare -F bats_capture_stack_trace bats_error_trap >/dev/null || return 0
	trap - DEBUG
	trap failed_here ERR
}
failed_here() {
	bats_check_status_from_trap # it takes the status of what has failed: first
	[ -n "$BATS_DEBUG_LAST_STACK_TRACE_IS_VALID" ] || bats_capture_stack_trace
	BATS_DEBUG_LAST_STACK_TRACE_IS_VALID=1
}
