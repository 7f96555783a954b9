# lib: what every behaviour test needs. Sourced by the .bats files.
#
# A test gets a private directory with rec/ and done/, a server on a free port of 127.0.0.1 whose
# clients are other loopback addresses, and waits for log lines, never for a time.

: "${BUILDDIR:=$PWD}"
[[ $BUILDDIR == /* ]] || BUILDDIR=$PWD/$BUILDDIR # each test has a working directory of its own
TESTDIR=${BASH_SOURCE[0]%/*}
[[ $TESTDIR == /* ]] || TESTDIR=$(cd "$TESTDIR" && pwd)
. "$TESTDIR/thrift.bash"
SEND=$BUILDDIR/osmo-pcap-send # what the tests send with
# VALGRIND=1: the programs under test run under memcheck, the server without its sandbox, which would kill valgrind;
# a test fails when memcheck has found an error, and is skipped when it cannot work so.
PROGRAMS=$BUILDDIR
if [ -n "${VALGRIND-}" ]; then
	PROGRAMS=$BUILDDIR/memcheck # test/run has made it
	PATIENCE=${PATIENCE:-300}
fi
SERVER=$PROGRAMS/osmo-pcap-server
export PATIENCE=${PATIENCE:-30} # seconds until a test gives up on an event

# How the server comes to its connections:
#   standalone   it binds the sockets itself
#   activate     systemd-socket-activate passes them to it
#   accept       systemd-socket-activate accepts, and starts a server for each connection
#   superserver  tcpserver does (where IPv6 is needed, socat), with the connection as standard input
: "${VIA:=standalone}"
export PATH=$BUILDDIR/test:$TESTDIR:$PATH # peer, stream and others that are built; those that are scripts

setup() { plain_setup; } # other setups begin with it
plain_setup() {
	begin_in "$BATS_TEST_TMPDIR"
	[ -z "${NO_MEMCHECK-}" ] || beside_memcheck "$NO_MEMCHECK" # of a whole file
}

begin_in() { # DIR [NAME…]: these directories, too, stand in it
	quick
	cd "$1" || return
	mkdir rec 'done' "${@:2}"
	SERVER_PID=
	PIDS=()          # what teardown ends, besides the server
	WRAP=()          # put before the server's command line: env, prlimit …
	LISTEN=127.0.0.1 # where peers connect to
	TOLD=0
	declare -gA LIVE=()
}

# When a test fails, the last lines of the log are shown, and the whole of it is kept (FAILED_LOGS: where).
show_log() {
	local kept=${FAILED_LOGS:-$BUILDDIR/failed-logs}
	local copy=$kept/${BATS_TEST_FILENAME##*/}-$VIA-$BATS_TEST_NUMBER.log
	{ mkdir -p "$kept" && cp log "$copy"; } 2>/dev/null || copy="nowhere: $kept cannot be written"
	echo "# log: the last of $(wc -l <log) lines; all are in $copy"
	tail -n +$((${LOGGED-0} + 1)) log | tail -n 40 | sed 's/^/# /'
}

teardown() { plain_teardown; }
plain_teardown() {
	local pid
	disown -a # bash would say of each that it was killed
	if [ -n "$SERVER_PID" ] && [ ${#WRAP[@]} -gt 0 ]; then
		# strace(1), say, does not take the server with it
		# shellcheck disable=SC2046 # several
		put_down $(ps -o pid= --ppid "$SERVER_PID")
	fi
	server_kill
	for pid in "${PIDS[@]}"; do
		put_down "$pid"
	done
	if [ -e log ]; then
		[ "$PWD" = "$BATS_FILE_TMPDIR" ] || put_down_children
		[ -n "${BATS_TEST_COMPLETED:-}" ] || show_log >&2
	fi
	[ -z "${VALGRIND-}" ] || memcheck_is_content
}

memcheck_is_content() { # [DIR]: of the programs that were started there (default: by this test)
	local logs=${1-$BATS_TEST_TMPDIR}.memcheck
	if grep -lrE 'ERROR SUMMARY: [1-9]' "$logs" 2>/dev/null; then
		cat "$logs"/* >&2
		return 1
	fi
}

# beside_memcheck WHY: skips a test that cannot work there
beside_memcheck() { [ -z "${VALGRIND-}" ] || skip "beside memcheck: $1"; }

# put_down PID…: kills what this test has started. A number may belong to another process by now: the working
# directory tells.
put_down() {
	local pid mine=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}
	for pid; do
		[ -e "/proc/$pid/cwd" ] || continue # gone, or a zombie
		[ "/proc/$pid/cwd" -ef "$mine" ] || [[ $(readlink "/proc/$pid/cwd") == "$mine"/* ]] || continue
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# put_down_children: those that the log tells of
put_down_children() {
	local lines line
	mapfile -t lines <log
	for line in "${lines[@]}"; do
		[[ $line != *"connected client="*" pid="* ]] || put_down "${line##* pid=}"
	done
}

# ---- the server ----

# config [SERVER-LINES [CLIENTS]]: writes ./cfg. Default clients: foo 127.0.0.2, bar 127.0.0.3.
config() {
	local off=
	[ -z "${VALGRIND-}" ] || [[ ${1-} == *sandbox* ]] || off='sandbox = "off";'
	printf '%s\n' \
		'server: {' \
		"	ip = \"$LISTEN\"; port = ${FIXED_PORT:-0}; base-path = \"rec\"; completed-path = \"done\"; $off" \
		"	${1-}" \
		'};' \
		"clients = ( ${2-$DEFAULT_CLIENTS} );" >cfg
}
DEFAULT_CLIENTS='{ name = "foo"; address = "127.0.0.2"; }, { name = "bar"; address = "127.0.0.3"; }'

# Starts the server with ./cfg and sets PORT. Arguments go to the server.
server_start() {
	[ -e cfg ] || config ""
	: >log
	server_again "$@"
}

# The same once more: the log goes on.
server_again() {
	local before=0
	[ ! -s log ] || before=$(grep -c "listening address=" log || true)
	PORT=${FIXED_PORT:-}
	[ "$VIA" = standalone ] || PORT=${PORT:-$(free_port)}
	"start_$VIA" "$@" 2>>log 3>&- &
	SERVER_PID=$!
	if [ "$VIA" != standalone ]; then
		until_true listened_to "$PORT"
	fi
	if [ "$VIA" = activate ]; then
		poke
	fi
	if ! per_connection; then
		wait_log 'listening address=' $((before + 1))
		PORT=$(<log) # of several the last
		PORT=${PORT##* listening address=}
		PORT=${PORT%%$'\n'*}
		PORT=${PORT##*:}
	fi
}

start_standalone() { exec "${WRAP[@]}" "$SERVER" -c cfg "$@"; }
start_activate() { exec systemd-socket-activate "${ACTIVATE[@]}" -l "$(listen_at)" "${WRAP[@]}" "$SERVER" -c cfg "$@"; }
start_accept() { exec systemd-socket-activate "${ACTIVATE[@]}" --accept -l "$(listen_at)" "${WRAP[@]}" "$SERVER" -c cfg "$@"; }
start_superserver() {
	if [[ $(listen_at) == [0-9]*.* ]]; then
		exec tcpserver -HR -l 0 -b 128 -c 200 "$LISTEN" "$PORT" "${WRAP[@]}" "$SERVER" -i -c cfg "$@"
	fi
	local all=
	[[ $(listen_at) == *:* ]] || all=,ipv6only=0
	printf '#!/bin/bash\nexec' >one
	printf ' %q' "${WRAP[@]}" "$SERVER" -i -c cfg "$@" >>one
	chmod +x one
	exec socat "TCP6-LISTEN:$PORT,fork,backlog=128${all:-,bind=[$LISTEN]}$all" EXEC:./one,nofork
}
ACTIVATE=(-E ASAN_OPTIONS -E TZ) # it passes no other variables on

# listen_at: ADDRESS:PORT to listen on, or PORT alone for all addresses, as cfg has it
listen_at() {
	grep -q 'ip = ' cfg || { echo "$PORT"; return; }
	case $LISTEN in
	*:*) echo "[$LISTEN]:$PORT" ;;
	*) echo "$LISTEN:$PORT" ;;
	esac
}

# listened_to PORT: a socket listens there
listened_to() {
	local port file _ here state
	printf -v port %04X "$1"
	for file in /proc/net/tcp /proc/net/tcp6; do
		[ ! -e "$file" ] || while read -r _ here _ state _; do
			[[ $here != *:"$port" || $state != 0A ]] || return 0
		done <"$file"
	done
	return 1
}

# systemd-socket-activate starts the server with the first connection: one without a byte. What it says, and what the
# server says of that connection, is no matter of the tests: blanks instead, in place, for others append to the log.
poke() {
	perl -MIO::Socket::IP -e 'my $s = IO::Socket::IP->new(PeerHost => shift, PeerPort => shift) or die "connect: $!\n";
		my $port = $s->sockport;
		shutdown $s, 1;
		sysread $s, my $byte, 1;
		open my $log, "+<", "log" or die;
		my $text = do { local $/; <$log> };
		while ($text =~ /^(?:Listening on |Communication attempt on |Execing |.* peer=\S*:$port ).*/mg) {
			seek $log, $-[0], 0;
			print $log " " x ($+[0] - $-[0]);
		}' "$LISTEN" "$PORT"
}

# per_connection: every connection has a server of its own
per_connection() { [ "$VIA" = accept ] || [ "$VIA" = superserver ]; }

# needs_one_server REASON; needs_own_sockets REASON: the test says what it cannot have
needs_one_server() { ! per_connection || skip "VIA=$VIA: no server that has all connections: $1"; }
needs_own_sockets() { [ "$VIA" = standalone ] || skip "VIA=$VIA: the server does not bind: $1"; }

# servers: the process numbers of all of them
servers() {
	if per_connection; then
		ps -o pid= --ppid "$SERVER_PID" || true
	else
		echo "$SERVER_PID"
	fi
}

# fake_clock 'YYYY-MM-DD HH:MM:SS': the local time for a server started from now on, or already running; it stands
# still. ZONE: its time zone. CLOCK_FORMAT: another format of the time, such as %s.
fake_clock() {
	local lib
	lib=$(compgen -G '/usr/lib/*/faketime/libfaketime.so.1') || skip "no libfaketime"
	echo "$1" >clock.new
	mv clock.new clock
	WRAP=(env "LD_PRELOAD=$lib" "FAKETIME_TIMESTAMP_FILE=$PWD/clock" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
		${CLOCK_FORMAT:+"FAKETIME_FMT=$CLOCK_FORMAT"} "TZ=${ZONE:-UTC}" "ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0")
}

# free_port: one on which nothing listens now
free_port() {
	perl -MSocket=:all -e 'my $s;
		if (socket($s, AF_INET6, SOCK_STREAM, 0) && bind($s, pack_sockaddr_in6(0, IN6ADDR_ANY))) {
			print((unpack_sockaddr_in6(getsockname $s))[0], "\n"); # of both families, all addresses
			exit;
		}
		socket($s, AF_INET, SOCK_STREAM, 0);
		bind($s, pack_sockaddr_in(0, INADDR_ANY));
		print((unpack_sockaddr_in(getsockname $s))[0], "\n")'
}

server_kill() {
	[ -n "$SERVER_PID" ] || return 0
	# shellcheck disable=SC2046 # several
	! per_connection || put_down $(servers)
	put_down "$SERVER_PID"
}

# Orderly stop; returns the server's exit status (0 if every connection has its own).
server_stop() {
	local pid=$SERVER_PID all one
	! per_connection || all=$(servers)
	SERVER_PID=
	PIDS+=("$pid") # one that does not stop must not stay either
	kill -TERM "$pid"
	if ! per_connection; then
		await "$pid"
		return
	fi
	for one in $all; do
		kill -TERM "$one" 2>/dev/null || true
	done
	for one in $all; do
		until_true gone "$one"
	done
}

# SIGNAL: to the master, or all of them.
server_signal() {
	local all=$SERVER_PID
	! per_connection || all=$(servers)
	# shellcheck disable=SC2086 # several
	kill "-$1" $all
}

# child CLIENT [K]: the process of that client's K-th connection (default: the last).
child() {
	local lines line pids=()
	mapfile -t lines <log
	for line in "${lines[@]}"; do
		[[ ! $line =~ " connected client=$1 ".*" pid="([0-9]+)$ ]] || pids+=("${BASH_REMATCH[1]}")
	done
	[ ${#pids[@]} -lt "${2-1}" ] || echo "${pids[${2-0} - 1]}" # 0 - 1: the last
}

# doorman: the process that reads the header of a proxy (127.0.0.9 or 10) and waits: its number
doorman() {
	local n
	n=$(grep -c ' status connections=' log || true)
	kill -USR2 "$SERVER_PID"
	wait_log ' status connections=' $((n + 1))
	tail -n +"$(grep -n ' status connections=' log | sed -n '$s/:.*//p')" log |
		sed -n 's/.* status client=? peer=127.0.0.\(9\|10\):.* pid=\([0-9]*\) .*/\2/p' | tail -n 1
}
doorman_waits() {
	local pid
	pid=$(doorman)
	[ -n "$pid" ] && ! gone "$pid"
}

# ---- two that record ----

# two_record [STREAM-ITEM…]: foo (a) records these (default: pcap rec), bar (b) a packet.
two_record() {
	[ $# -gt 0 ] || set -- pcap rec
	server_start
	live a 127.0.0.2
	live b 127.0.0.3
	tell a "$@"
	tell b pcap rec
	wait_stored a foo
	wait_stored b bar
}

# b_goes_on: what happened to foo is nothing to bar
b_goes_on() {
	tell b rec
	wait_stored b bar
	never_log 'closed client=bar|rejected|client=bar.*error'
}

# served ADDRESS CLIENT: a connection from there, of one packet, is stored to its end.
served() {
	local n
	n=$(grep -c "closed client=$2 .*packets=1 " log || true)
	stream pcap rec >s
	peer_send "$1" s >end
	wait_log "closed client=$2 .*packets=1 " $((n + 1))
}

# served_again ADDRESS CLIENT: one of the next connections is: the server needs a while until it can.
served_again() { until_true served_soon "$@"; }
served_soon() { PATIENCE=1 served "$@"; }

# A bystander records while others misbehave.
bystander() { # PATIENCE: as long as that takes
	live bystander 127.0.0.3
	tell bystander pcap rec
	wait_stored bystander bar
}

# unharmed [CLIENT [HANG-UP-COMMAND]]: the bystander, a connection of CLIENT (default: bar), has lost nothing.
unharmed() {
	tell bystander rec
	wait_stored bystander "${1-bar}"
	"${2-hang_up}" bystander
	bystander_complete "${1-bar}"
}
bystander_complete() {
	wait_log "closed client=$1 .*reason=\"peer closed the connection\" packets=$(frames bystander.sent 1) "
	stored bystander "$1" "done"
	never_log "rejected client=$1|killed|signal|internal"
}

# ---- a table: many rows on one server ----
#
# For tests that need a server with the default configuration, and one connection. Such a test is a row: it says with
# row_sends what is sent, and then checks what became of it. The first row that runs starts the server and a bystander,
# and sends all rows of the file, each from an address and by a client of its own, so that its log lines and files are
# its own. The bystander, client bar, sends a record after each of them. A test that has written ./cfg is no row of the
# table: it has a server of its own, and is otherwise the same.
#
# A test is a row if its name is in front of a single "{" and its first command is one of ROW_COMMANDS, which the file
# sets: functions that begin with row_sends. teardown_file calls table_stop, the last test
# bystander_unharmed.

# row_sends 'GOOD ITEMS' 'BAD ITEMS' ['WANTED ITEMS']: sets CLIENT and FROM, WANT, a file with what the client's capture
# file must be: of WANTED, else of GOOD; FRAMES, SIZE and PACKETS of GOOD; RECORDED, the length that the bystander's file
# must have; ROW_LOG, the lines of the log about the client, up to its end, and about the bystander. Where rows are only
# listed, nothing behind it is run.
row_sends() {
	if [ -n "${LISTING-}" ]; then
		printf '%s\t%s\t%s\n' "$1" "$2" "${3-}"
		exit
	fi
	local row=1 i names
	if [ -e cfg ]; then
		CLIENT=foo FROM=127.0.0.2
		server_start
		bystander
		printf '127.0.0.2\t%s\t%s\t%s\n' "$1" "$2" "${3-}" | rows "$LISTEN" "$PORT"
		wait_stored bystander bar
		unframe bystander.sent >bystander.want
	else
		table_start || return
		cd "$BATS_FILE_TMPDIR" || return
		mapfile -t names <names
		row=
		for i in "${!names[@]}"; do
			[ "${names[i]}" != "$BATS_TEST_DESCRIPTION" ] || row=$((i + 1))
		done
		[ -n "$row" ] || { echo "not listed as a row" >&2; return 1; }
		CLIENT=row$row FROM=127.0.10.$row
	fi
	WANT=row/$row.want
	read -r FRAMES SIZE PACKETS RECORDED <"row/$row.facts"
	until_true row_closed
}
row_closed() {
	mapfile -t ROW_LOG < <(grep -E "client=(bar|$CLIENT) " log)
	in_row_log " closed client=$CLIENT "
}
# in_row_log REGEX: FOUND, the lines of the row's log that match, of which there are some
in_row_log() {
	local line
	FOUND=()
	for line in "${ROW_LOG[@]}"; do
		[[ ! $line =~ $1 ]] || FOUND+=("$line")
	done
	[ ${#FOUND[@]} -gt 0 ]
}

# row_unharmed: the bystander's recording went on after the row
row_unharmed() {
	cmp -n "$RECORDED" bystander.want rec/trace-bar-*
	[ "$(size rec/trace-bar-*)" -ge "$RECORDED" ]
	mapfile -t ROW_LOG < <(grep -E "client=(bar|$CLIENT) " log) # as it is now
	if in_row_log "client=(bar|$CLIENT) .*(killed|signal|internal)|(closed|rejected) client=bar"; then
		printf '%s\n' "${FOUND[@]}" >&2
		return 1
	fi
}

# table_rows: NAME<tab>GOOD<tab>BAD<tab>WANTED of each row of the file
table_rows() {
	local LISTING=1 line name body
	while IFS= read -r line; do
		[[ $line =~ ^@test\ \"(.*)\"\ \{(.*)$ ]] || continue
		name=${BASH_REMATCH[1]} body=${BASH_REMATCH[2]}
		if [[ $body == *\} ]]; then
			body=${body%\}}
		else
			while IFS= read -r line && [ "$line" != "}" ]; do
				[[ $line == $'\t#'* ]] || body+=$'\n'$line
			done
		fi
		read -r line _ <<<"${body#$'\n'}"
		[[ " $ROW_COMMANDS " == *" ${line%;} "* ]] || continue
		printf '%s\t%s\n' "$name" "$(eval "$body")"
	done <"$BATS_TEST_FILENAME"
}

table_start() {
	local table=$BATS_FILE_TMPDIR i names BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR # where processes belong that the test leaves
	export BATS_TEST_TMPDIR
	if [ -d "$table/rec" ]; then
		[ -e "$table/table" ] || echo "the table was not sent: see the first row" >&2
		[ -e "$table/table" ]
		return
	fi
	begin_in "$table"
	(set +T; trap - DEBUG; table_rows) >rows # bats' own trap would make it slow
	cut -f 1 rows >names
	mapfile -t names <names
	config '' "$(for ((i = 1; i <= ${#names[@]}; i++)); do echo "{ name = \"row$i\"; address = \"127.0.10.$i\"; },"; done)
		{ name = \"bar\"; address = \"127.0.0.3\"; }"
	server_start
	PATIENCE=$((PATIENCE * 100)) bystander # as long as all rows take
	cut -f 2- rows | awk '{ print "127.0.10." NR "\t" $0 }' | rows "$LISTEN" "$PORT"
	wait_stored bystander bar || true # which rows show it
	unframe bystander.sent >bystander.want
	declare -p SERVER_PID PIDS PORT LIVE | sed 's/^declare/declare -g/' >table # -g: it is read within functions
	SERVER_PID= PIDS=() # they are the file's, not this test's
}

# bystander_unharmed: nothing of the bystander's is missing at the end
bystander_unharmed() {
	table_start || return
	cd "$BATS_FILE_TMPDIR" || return
	. ./table
	kill -USR1 "${LIVE[bystander]}"
	SERVER_PID= PIDS=()
	bystander_complete bar
}

table_stop() {
	cd "$BATS_FILE_TMPDIR" || return
	[ -e table ] || return 0
	. ./table
	kill -TERM "$SERVER_PID"
	until_true gone "$SERVER_PID"
	put_down_children
	put_down "${PIDS[@]}"
	[ -z "${VALGRIND-}" ] || memcheck_is_content "$BATS_FILE_TMPDIR"
}

# ---- waiting ----

# until_true COMMAND…: polls until it succeeds, the longer it takes the less often: on a busy machine the polling of some
# tests is what others wait for.
until_true() {
	local end=$((SECONDS + PATIENCE)) milliseconds=20 pause
	until "$@" 2>/dev/null; do
		if [ $SECONDS -ge $end ]; then
			echo "gave up waiting for: $*" >&2
			"$@"
			return
		fi
		printf -v pause 0.%03d "$milliseconds"
		nap "$pause"
		milliseconds=$((milliseconds < 200 ? milliseconds * 3 / 2 : 200))
	done
}

# nap SECONDS: as sleep, but no process: it reads from a FIFO into which nobody writes. The FIFO is open only meanwhile, so
# that no program under test has it.
nap() {
	local silent=$BATS_FILE_TMPDIR.silent
	[ -p "$silent" ] || mkfifo "$silent" 2>/dev/null || [ -p "$silent" ] # another may have been faster
	read -r -t "$1" <>"$silent" || true
}

# wait_log REGEX [COUNT]: waits until that many lines match. A short log, that of most tests, is looked at without
# another process.
log_has() {
	local lines line n=0
	mapfile -t -n 65 lines <log
	if [ ${#lines[@]} -gt 64 ]; then
		[ "$(grep -cE -m "${2:-1}" -- "$1" log)" -ge "${2:-1}" ]
		return
	fi
	for line in "${lines[@]}"; do
		[[ ! $line =~ $1 ]] || n=$((n + 1))
	done
	[ $n -ge "${2:-1}" ]
}
wait_log() { until_true log_has "$1" "${2:-1}"; }

# never_log REGEX: no such line so far.
never_log() {
	if grep -E -- "$1" log >&2; then
		return 1
	fi
}

# not COMMAND…: it fails. A bare "!" would not end a test.
not() { ! "$@"; }

gone() { # PID, which may be a zombie still
	local line
	[ -e "/proc/$1/status" ] || return 0
	while read -r line; do
		[[ $line != State:* ]] || { [[ $line == *Z* ]]; return; }
	done 2>/dev/null <"/proc/$1/status" || return 0
}

# await PID: its exit status, as wait, but not for ever.
await() { until_true gone "$1" && wait "$1"; }

# ---- peers ----

# peer_send ADDRESS FILE [PEER-OPTIONS…]: sends the bytes from the address.
peer_send() {
	local from=$1 file=$2
	shift 2
	peer -s "$from" "$@" "$LISTEN" "$PORT" <"$file"
}

# live NAME ADDRESS [PEER-OPTIONS…]: connects; then tell NAME sends something, hang_up NAME closes. What was
# sent is in NAME.sent, how the server ended it in NAME.end.
live() {
	local name=$1 from=$2
	shift 2
	[ -p "$name.in" ] || mkfifo "$name.in"
	: >"$name.sent"
	peer -s "$from" -l "$name.in" "$@" "$LISTEN" "$PORT" >"$name.end" 3>&- &
	LIVE[$name]=$!
	PIDS+=($!)
}

# tell NAME STREAM-ITEM…
tell() {
	local name=$1
	shift
	stream -t "$name" "$PATIENCE" "number=$TOLD" "$@"
	TOLD=$((TOLD + 1000))
}

# put_in NAME: the piece NAME.piece goes to the peer, as tell puts it. Opening the FIFO waits for a reader, so that stands
# under the timeout too.
put_in() {
	cat "$1.piece" >>"$1.sent"
	timeout "$PATIENCE" tee "$1.in" <"$1.piece" >/dev/null
}

# prompt NAME ADDRESS STREAM-ITEM…: like live and tell, but it sends right after it has connected: for deadlines of a
# second, in which a busy machine starts no process.
prompt() {
	stream "number=$TOLD" "${@:3}" >"$1.first"
	TOLD=$((TOLD + 1000))
	live "$1" "$2" -f "$1.first"
	cat "$1.first" >>"$1.sent"
}

# tell_again NAME TIMES: the last piece so many times more; large amounts are quick that way.
tell_again() {
	local i
	for ((i = 0; i < $2; i++)); do
		put_in "$1"
	done
}

hang_up() {
	kill -USR1 "${LIVE[$1]}"
	await "${LIVE[$1]}"
}

# stored NAME CLIENT [DIR]: all that NAME sent stands in the one file of CLIENT in DIR (default: rec).
stored() {
	local f=("${3:-rec}/trace-$2"-*)
	[ ${#f[@]} -eq 1 ] && [ -e "${f[0]}" ] && command unframe -c "${f[0]}" <"$1.sent"
}
wait_stored() {
	until_true stored "$@" || { ls -l rec 'done' >&2; return 1; }
}

# published NAME CLIENT: the same in done/, with the mark gone, and nothing of CLIENT is left in rec/.
published() {
	stored "$1" "$2" "done" && [ "$(mode done/trace-"$2"-*)" = 440 ] && ! compgen -G "rec/trace-$2-*" >/dev/null
}
wait_published() {
	until_true published "$@" || { ls -l rec 'done' >&2; return 1; }
}

# at TIME STREAM-ITEM…: when the server's clock shows TIME, foo (a) sends it. Waits until it is stored.
at() {
	fake_clock "$1"
	if [ -z "$SERVER_PID" ]; then
		server_start
		live a 127.0.0.2
	fi
	tell a "${@:2}"
	until_true all_there
}
all_there() { # in as many files as it may be, each with a pcap file header
	local f n=0
	for f in rec/trace-foo-* done/trace-foo-*; do
		[ ! -e "$f" ] || n=$((n + $(size "$f") - 24))
	done
	[ $((n + 24)) -eq "$(unframe a.sent | wc -c)" ]
}

# ---- the system ----

can_trace() {
	command -v strace >/dev/null || skip "no strace"
	strace -f -qq -o /dev/null true 2>/dev/null || skip "strace is not permitted here"
	export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" # which a traced process cannot do
}

# failing PID INJECTION…: from now on, inside of the sandbox; what was traced is in ./trace
failing() {
	local pid=$1 what options=()
	shift
	can_trace
	for what; do
		options+=(-e "inject=$what")
	done
	strace -qq -y -o trace -e "trace=$(printf '%s\n' "$@" | sed 's/:.*//' | paste -sd,)" "${options[@]}" -p "$pid" 3>&- &
	PIDS+=($!)
	until_true grep -q 'TracerPid:.*[1-9]' "/proc/$pid/status"
}

# has_titles: the kernel lets a process say where its command line lies (prctl(2): PR_SET_MM, PR_SET_MM_MAP_SIZE)
has_titles() {
	beside_memcheck "it has the arguments"
	[ "$(uname -m)" = x86_64 ] || skip "the number of prctl(2) is another one here"
	perl -e '$size = pack "I", 0; exit(syscall(157, 35, 15, $size, 0, 0) != 0)' || skip "the kernel has no PR_SET_MM_MAP"
}

# titled TEXT: a child of the server has that title
titled() {
	local pid
	for pid in $(ps -o pid= --ppid "$SERVER_PID"); do
		tr '\0' '\n' <"/proc/$pid/cmdline"
	done | grep -qx "osmo-pcap-server: $1"
}

# failing_children CALL…: with ENOSYS, in the processes that the server starts from now on; traced as by failing
failing_children() {
	local calls
	can_trace
	calls=$(printf '%s\n' "$@" | paste -sd,)
	strace -f -qq -o trace -e "trace=$calls" -e "inject=$calls:error=ENOSYS" -p "$SERVER_PID" 3>&- &
	PIDS+=($!)
	until_true grep -q 'TracerPid:.*[1-9]' "/proc/$SERVER_PID/status"
}

# inside FUNCTION [OTHERS…]: runs it in a user and mount namespace of its own, with WRAP as it is. OTHERS: functions of
# the .bats file that it calls.
inside() {
	unshare -Urm true 2>/dev/null || skip "no user namespaces here"
	unshare -Urm bash -eu -c '
		. "$1/lib.bash"
		set -eE
		PIDS=() LISTEN=127.0.0.1 TOLD=0 SERVER_PID=
		declare -gA LIVE=()
		trap "BATS_TEST_COMPLETED=1; teardown" EXIT
		eval "$2"
		"$3"' - "$TESTDIR" "$(declare -f "$@"; declare -p WRAP)" "$1" 3>&-
}

# children: of the master; children_are N [STATE]: so many are in that state, by ps(1)
children() { ps -o pid= --ppid "$SERVER_PID"; }
children_are() { [ "$(ps -o stat= --ppid "$SERVER_PID" | grep -c "^${2-}")" -eq "$1" ]; }

cpu() { awk '{ print $14 + $15 }' "/proc/$SERVER_PID/stat"; } # hundredths of a second

# ---- files ----

# unframe FILE [K], frames FILE [TYPE]: as the program test/unframe
unframe() { command unframe "${2:-1}" <"$1"; }
frames() { command unframe -n "${2-}" <"$1"; }

if enable -f finfo finfo 2>/dev/null; then
	size() { finfo -s "$1"; }
else
	size() { stat -c %s "$1"; }
fi
mode() { stat -c %a "$1"; }

# The only file in done/ (or the directory given).
only_file() {
	local f=("${1:-done}"/*)
	if [ ${#f[@]} -ne 1 ] || [ ! -e "${f[0]}" ]; then
		ls -l "${1:-done}" >&2
		return 1
	fi
	echo "${f[0]}"
}

# recorded [STREAM]: its capture (default: that of ./s) is the only file in done/.
recorded() {
	local f
	f=$(only_file) && command unframe -c "$f" <"${1-s}"
}

# mark_unfinished FILE…: as a dead writer leaves them: marked, unlocked.
mark_unfinished() { chmod 1440 "$@"; }
# unfinished NAME <BYTES: such a file in rec/
unfinished() {
	cat >"rec/$1"
	mark_unfinished "rec/$1"
}

# no_file [DIR…]: nothing in the directories (default: rec and done).
no_file() {
	[ $# -gt 0 ] || set -- rec 'done'
	[ -z "$(find "$@" -mindepth 1)" ] || { find "$@" -ls >&2; return 1; }
}

# packets FILE…: how many packets tcpdump reads from each, added up.
packets() {
	local f n=0 k
	for f; do
		k=$(tcpdump --count -nr "$f" 2>/dev/null)
		n=$((n + ${k%% *}))
	done
	echo "$n"
}

# readable FILE…: each, by libpcap or capinfos.
readable() {
	local f
	for f; do
		tcpdump --count -nr "$f" >/dev/null 2>&1 || capinfos -Mc "$f" >/dev/null || return
	done
}

# ---- the installation ----

# make_var NAME…: what they are in this build, such as sbindir, one a line. Each call reads the whole Makefile.
make_var() {
	{
		printf 'include Makefile\nshow-variables:\n'
		# shellcheck disable=SC2016
		printf '\t@echo "$(%s)"\n' "$@"
	} | env -u MAKEFLAGS -u MAKELEVEL make -s -C "$BUILDDIR" -f - show-variables
}

# make_install DIR [TARGET]: install, or uninstall, with DIR as the root.
make_install() { env -u MAKEFLAGS -u MAKELEVEL make -s -C "$BUILDDIR" "${2-install}" DESTDIR="$1" >make.out; }

# open_to_nobody: as root; makes this directory one that the user nobody may enter.
open_to_nobody() {
	as_root
	getent passwd nobody >/dev/null || skip "no user nobody"
	local d=$PWD
	while [ "$d" != / ] && ! runuser -u nobody -- test -x "$PWD"; do
		[[ $d != "$BATS_RUN_TMPDIR"* ]] || chmod o+x "$d"
		d=$(dirname "$d")
	done
	runuser -u nobody -- test -x "$PWD" || skip "nobody may not enter $BATS_RUN_TMPDIR"
}

as_root() { [ "$(id -u)" -eq 0 ] || skip "needs root"; }
