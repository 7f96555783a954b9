#!/usr/bin/env bats
# Peers that mean harm by number and by manner: a crowd of bad streams at once, floods of what is allowed, urgent data,
# a peer that vanishes, one that never reads. A bystander records through it all and loses nothing.
#
# FULL=1 makes the floods as large as one could wish: minutes.
. "$BATS_TEST_DIRNAME/lib.bash"

entries() { find "$1" -mindepth 1 | wc -l; }
descriptors() { entries "/proc/$SERVER_PID/fd"; }
descriptors_are() { [ "$(descriptors)" -eq "$1" ]; }

# ---- a crowd ----

CROWD='{ name = "crowd"; address = "127.0.9.0/24"; }, { name = "bar"; address = "127.0.0.3"; }'

# Rows: what is refused. REASON, what comes before it, and it. The crowd sends crowd/1, crowd/2 and so on.
N=0
GOOD=() FRAME=() OFFSET=() PACKETS=() REASON=()
declare -gA OFTEN=() # what is known of a good file
row() { # REASON GOOD-FILE [BAD-BYTES-FILE]: without it, crowd/N is there already
	N=$((N + 1))
	REASON[N]=$1
	GOOD[N]=$2
	[ -n "${OFTEN[$2]-}" ] || OFTEN[$2]="$(frames "$2") $(size "$2") $(frames "$2" 1)"
	read -r 'FRAME[N]' 'OFFSET[N]' 'PACKETS[N]' <<<"${OFTEN[$2]}"
	FRAME[N]=$((FRAME[N] + 1))
	[ $# -eq 2 ] || cat "$2" "$3" >"crowd/$N"
}

# all_refused: each with one line that has its reason, frame and offset; what came before is there and readable
all_refused() {
	local before i file line n=0 lines=() files=() wanted=()
	config 'limits: { unestablished = 300; };' "$CROWD"
	server_start
	bystander
	before=$(descriptors)
	[ "$(crowd 127.0.9.1 "$N" "$LISTEN" "$PORT" crowd)" -eq 0 ]
	wait_log 'closed client=crowd ' "$N"
	while read -r line; do
		[[ $line =~ \ peer=127\.0\.9\.([0-9]+): ]]
		i=${BASH_REMATCH[1]}
		[ -z "${lines[i]-}" ] # of each one line
		lines[i]=$line
		n=$((n + 1))
	done < <(grep 'rejected client=crowd ' log)
	[ $n -eq "$N" ]
	for ((i = 1; i <= N; i++)); do
		line=${lines[i]}
		[[ $line =~ reason=\".*(${REASON[i]}).*\"\ frame=${FRAME[i]}\ offset=${OFFSET[i]}$ ]] || { echo "$i: $line" >&2; return 1; }
		file=(done/trace-crowd-127.0.9."$i"-*)
		if [ "${PACKETS[i]}" -eq 0 ]; then
			[ ! -e "${file[0]}" ]
			continue
		fi
		[ ${#file[@]} -eq 1 ]
		[ -e "${GOOD[i]}.want" ] || unframe "${GOOD[i]}" >"${GOOD[i]}.want"
		files+=("${file[0]}")
		wanted+=("${GOOD[i]}.want")
	done
	same_contents
	[ "$(entries "done")" -eq ${#files[@]} ]
	[ "$(entries rec)" -eq 1 ] # the bystander's
	for file in *.want; do
		[ ! -e "$file" ] || readable "$file"
	done
	until_true descriptors_are "$before"
	unharmed
}

# same_contents: each of files has what the one of wanted at its place has
same_contents() {
	local sums=() i
	[ ${#files[@]} -gt 0 ] || return 0
	mapfile -t sums < <(sha256sum "${files[@]}" "${wanted[@]}")
	[ ${#sums[@]} -eq $((2 * ${#files[@]})) ]
	for i in "${!files[@]}"; do
		[ "${sums[i]%% *}" = "${sums[i + ${#files[@]}]%% *}" ] || { cmp "${wanted[i]}" "${files[i]}"; return 1; }
	done
}

# cut GOOD FRAME: ends at every offset inside the frame
cut() {
	local n size
	size=$(size "$2")
	perl -e 'local $/; my ($good, $frame) = map { open my $f, "<:raw", $_ or die; scalar <$f> } @ARGV;
		for my $n (1 .. length($frame) - 1) {
			open my $f, ">:raw", "crowd/$n" or die;
			print $f $good, substr $frame, 0, $n;
			close $f or die;
		}' "$1" "$2"
	for ((n = 1; n < size; n++)); do
		row "truncated: the peer closed $n bytes into a frame" "$1"
	done
}
everywhere() { # GOOD-ITEMS FRAME-ITEM
	mkdir -p crowd
	# shellcheck disable=SC2086
	stream $1 >good
	# shellcheck disable=SC2086
	stream ${1:+number=90} $2 >frame
	cut good frame
	all_refused
}
@test "the first pcap link header ends at every offset" { everywhere '' pcap; }
@test "a later pcap link header ends at every offset" { everywhere 'pcap rec rec=74' pcap,linktype=113; }
@test "the first pcapng link header ends at every offset" { everywhere '' shb+idb; }
@test "a later pcapng link header ends at every offset" { everywhere 'pcap rec' shb+idb+idb,linktype=113; }
@test "a pcap record ends at every offset" { everywhere 'pcap rec rec=74' rec=60; }
@test "a pcapng block ends at every offset" { everywhere 'shb+idb epb epb=61' epb=60; }
@test "several pcapng blocks in one frame end at every offset" { everywhere 'shb+idb epb' data:idb+epb=3,if=1+isb; }

@test "all kinds of bad streams at once" {
	local reason good bad
	mkdir crowd
	: >none
	stream pcap rec rec=74 >P
	stream shb+idb epb epb=61 >G
	while read -r good bad reason; do
		stream number=50 "$bad" >piece
		row "$reason" "$good" piece
	done <<-EOT
		none raw:text=GET_/_HTTP/1.1+hex=0d0a0d0a HTTP
		none raw:text=SSH-2.0-OpenSSH_9.2p1+hex=0d0a SSH
		none raw:hex=16030102000100+zero=512 TLS ClientHello
		none raw:hex=8f3ac1d97751e0b2a4966f0d1e2c3b4a59687786 unknown frame type 143
		none head:zero=0 a link header of 0 bytes
		none head:zero=24 magic
		none rec before any link header
		none pcap,version=2.5 version
		none pcap,size=25 25 bytes
		none shb,bom=4d3c2b1b+idb byte-order magic
		none shb,version=2.0+idb version
		none shb,total=400+idb 400
		none shb+idb,size=15 length of 15
		P data,type=2:rec type 2
		P data,type=255:rec type 255
		P data:zero=0 empty
		P head:zero=24 magic
		P rec=60,caplen=61,len=61 caplen
		P rec=60,caplen=0xffffffff caplen
		P rec,size=15 15 bytes
		P data,send=40:rec truncated
		P raw:hex=010000 truncated
		G epb,total=0 impossible length of 0
		G epb,total=0xfffffffc has 92 left
		G epb,total=91 impossible length of 91
		G epb,trailer=88 begins with length 92, ends with 88
		G epb,if=1 interface
		G epb=60,caplen=0xfffffffd captured length
		G epb,size=28 block of 28
		G data:epb+shb,version=2.0+idb version 2.0
		none shb+idb+epb,if=1 interface 1
		G data:epb+isb+epb,if=1 interface
		G data:zero=0 empty
	EOT
	all_refused
}

# ---- urgent data ----

# urgent PEER-OPTIONS ITEM…: stored as if it were not urgent
urgent() {
	server_start
	bystander
	stream "${@:2}" >s
	# shellcheck disable=SC2086
	peer_send 127.0.0.2 s -o $1
	wait_log 'closed client=foo .*reason="peer closed the connection" '
	never_log 'rejected'
	unframe s | cmp - done/trace-foo-*
	unharmed
}
@test "the last byte is urgent" { urgent '' pcap rec rec; }
@test "every other byte is urgent" { urgent -c2 shb+idb epb epb=61; }
@test "urgent bytes in frame headers, record headers and packets" { urgent '-c13 -p1' pcap rec rec rec rec; }

# ---- what is not known yet ----

@test "a pcapng stream whose interfaces come later: established without a link type" {
	server_start
	stream shb data:idb,linktype=113 epb >s
	peer_send 127.0.0.2 s >end
	wait_log 'closed client=foo .*packets=1 '
	wait_log 'established client=foo peer=127[.]0[.]0[.]2:[0-9]+ format=pcapng$'
	unframe s | cmp - "$(only_file)"
}

# ---- a capture without frames ----

# bare FORMAT ITEM…: the capture file itself is sent, as tcpdump -w - | nc does
bare() {
	local format=$1
	shift
	server_start
	stream "$@" | unframe /dev/stdin >s
	capinfos -t s | grep -q "File type:.*$format"
	peer_send 127.0.0.2 s >end
	wait_log "rejected client=foo .*reason=\"unknown frame type [0-9]+: this looks like a $format file without frames: send it with osmo-pcap-send, as in tcpdump -w - [|] osmo-pcap-send HOST\" frame=1 offset=0"
	no_file
}
@test "a pcap file without frames is named, with what to use instead" { bare pcap pcap rec; }
@test "a pcapng file without frames is named, with what to use instead" { bare pcapng shb+idb epb; }

# ---- what the sender learns ----

# ends HOW REASON ITEM…: after a packet that is stored, the server has read all of the items, and ends the connection so
ends() {
	local how=$1 reason=$2
	shift 2
	[ -e cfg ] || config 'limits: { frame-timeout = 1; };'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	cp a.sent good
	[ $# -eq 0 ] || tell a "$@"
	until_true grep -q . a.end
	[ "$(cat a.end)" = "$how" ]
	wait_log "closed client=foo .*reason=\"?$reason\"? packets=1 "
	unframe good | cmp - "$(only_file)"
}
# bats test_tags=ways
@test "a refused stream ends with a reset, what came before is stored" { ends reset 'the stream was refused' data,type=2:zero=0; }
@test "a frame that does not end in time: a reset" { ends reset 'a frame took longer than 1 seconds' raw:hex=0100; }
@test "a stream that ends within a frame: a reset" {
	server_start
	stream pcap rec raw:hex=0100 >s
	[ "$(peer_send 127.0.0.2 s)" = reset ]
	wait_log 'closed client=foo .*reason="the stream was truncated" packets=1 '
}
@test "a storage error ends with a reset" {
	WRAP=(prlimit --fsize=2000)
	config 'log-level = "notice";' # the log is a file as well
	server_start 2>/dev/null
	live a 127.0.0.2
	tell a pcap rec=4000
	until_true grep -q . a.end
	[ "$(cat a.end)" = reset ]
	wait_log 'error client=foo directory="[^"]*/rec" .*lost-records=1 '
}
@test "a stream that ends between two frames: no reset" {
	server_start
	stream pcap rec >s
	[ "$(peer_send 127.0.0.2 s)" = closed ]
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=1 '
}
@test "idle-timeout is no refusal: no reset" {
	config 'limits: { idle-timeout = 3; };' # as long as it takes to see the packet stored
	ends closed 'no frame for 3 seconds'
}
# bats test_tags=ways
@test "a stop is no refusal: no reset" {
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	kill -TERM "$(child foo)"
	until_true grep -q . a.end
	[ "$(cat a.end)" = closed ]
	stored a foo "done"
}

# ---- one that is not there, one that does not read ----

# It takes as long as the probes do: the first after keepalive, then 90 seconds more.
@test "a peer that vanishes without a word is given up, what it sent is published" {
	as_root # not every kernel lets others attach such a filter
	export PATIENCE=$((PATIENCE > 150 ? PATIENCE : 150))
	config 'limits: { keepalive = 1; };'
	server_start
	live a 127.0.0.2 -v
	bystander
	tell a pcap rec
	wait_stored a foo
	kill -USR2 "${LIVE[a]}"
	until_true grep -q vanished a.end
	wait_log 'closed client=foo .*reason="the connection broke: Connection timed out" packets=1 '
	wait_log 'file client=foo .*reason=error packets=1'
	stored a foo "done"
	until_true gone "$(child foo)"
	unharmed
}

@test "a peer that never reads: its stream is stored, and it would have nothing to read" {
	server_start
	bystander
	stream pcap data,times=300:rec=8000 >s
	[ "$(peer_send 127.0.0.2 s -b 1 -n)" = "closed 0" ]
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=300 '
	unframe s | cmp - done/trace-foo-*
	unharmed
}

# ---- floods ----

flood() { [ -n "${FULL-}" ] && echo "$2" || echo "$1"; } # SHORT FULL: how many
repeated() { perl -e 'local $/; my $all = <STDIN>; print $all for 1 .. $ARGV[0]' "$2" <"$1"; } # FILE TIMES
# The most memory that the child had, in KiB.
peak() { awk '/^VmHWM/ { print $2 }' "/proc/$(child foo)/status"; }
holds() { [ "$(cat rec/trace-foo-* | wc -c)" -eq "$1" ]; }

# records FILE: what it adds to a capture file; `again` is the link header
records() { cat again "$1" | unframe /dev/stdin | tail -c +$(($(size again) - 4 + 1)); }

# swamped LINK-HEADER COUNT THOUSAND-ITEMS ITEM…: these so often that they are so many, between the last items: no
# memory more, no log lines more
swamped() {
	local head=$1 times=$(($2 / 1000)) before sent
	config 'max-file-size = 0; rotate-localtime = "never";'
	server_start
	bystander
	stream "$head" "${@:4}" >begin
	stream number=500 "$3" >thousand
	live a 127.0.0.2
	cat begin >a.in
	# as much as its buffer holds, so that all that it ever needs is there
	stream "$head" >again
	repeated again 60000 >a.in
	until_true holds "$(unframe begin | wc -c)"
	until_true idle
	before=$(peak)
	repeated thousand "$times" >a.in
	cat again >a.in
	stream "${@:4}" >end
	cat end >a.in
	records thousand >body
	{ unframe begin; repeated body "$times"; records end; } >want
	until_true holds "$(size want)"
	[ $(($(peak) - before)) -lt 1024 ] # it sends tens of megabytes
	hang_up a
	sent=$(($(bytes begin) + $(bytes again) * 60001 + $(bytes thousand) * times + $(bytes end)))
	wait_log "closed client=foo .*reason=\"peer closed the connection\" packets=[0-9]+ bytes=$sent files=1 "
	cmp want done/trace-foo-*
	[ "$(grep -c 'client=foo' log)" -eq 5 ] # connected, established, opened, closed, closed
	unharmed
}
bytes() { echo $(($(size "$1") - 4 * $(frames "$1"))); } # of payload
# its socket is empty
idle() { ! ss -Htn "sport = :$PORT and dst 127.0.0.2" | awk '$2 > 0' | grep -q .; }

@test "the same link header a million times: no file more, no memory more" {
	swamped pcap 1000000 head,times=1000:pcap rec
}
@test "the smallest pcap records by the million: stored, no log flood, no memory more" {
	swamped pcap "$(flood 1000000 10000000)" data,times=1000:rec=0 rec
}
@test "the smallest pcapng blocks by the million: stored, no log flood, no memory more" {
	swamped shb+idb "$(flood 500000 10000000)" data,times=1000:block=77,size=12 epb
}

@test "link headers of two formats alternating 10000 times: refused at header-changes-per-minute" {
	local file n=0 m=0
	server_start
	bystander
	stream pcap rec shb+idb epb >one
	stream pcap rec >half
	repeated one 10000 >s
	peer_send 127.0.0.2 s >end
	wait_log 'closed client=foo .*packets=61 .*files=61 '
	# the first header and 60 changes are good, each with its packet
	wait_log "rejected client=foo peer=127.0.0.2:[0-9]+ reason=\"the link header changes too often .*\" frame=123 offset=$((30 * $(size one) + $(size half)))\$"
	[ "$(grep -c rejected log)" -eq 1 ]
	unframe one 1 >want1
	unframe one 2 >want2
	for file in done/trace-foo-*; do
		if cmp -s want1 "$file"; then n=$((n + 1)); else cmp want2 "$file"; m=$((m + 1)); fi
	done
	[ $n -eq 31 ]
	[ $m -eq 30 ]
	unharmed
}

@test "ten thousand connections from unlisted addresses do not disturb a recording, nor flood the log" {
	local before i
	server_start
	bystander
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo # not before it is accepted: its channel is one of the descriptors
	before=$(descriptors)
	knock -a 10000 127.1.0.0 "$LISTEN" "$PORT" 3>&- &
	PIDS+=($!)
	for ((i = 0; i < 1000; i++)); do
		gone "${PIDS[-1]}" && break
		tell a rec
		wait_stored a foo
	done
	await "${PIDS[-1]}"
	[ $i -gt 0 ]
	tell a rec
	wait_stored a foo
	[ "$(grep -c 'refused peer=' log)" -lt 300 ]
	[ "$(grep -c 'connected' log)" -eq 2 ]
	until_true descriptors_are "$before"
	hang_up a
	wait_log 'closed client=foo .*reason="peer closed the connection"'
	unharmed
}

@test "a link header and its interfaces of exactly a megabyte: stored and repeated; 20 bytes more are refused" {
	# 28 + 20, 17 * 60000, 1425 * 20 and 28 bytes
	local interfaces=(shb+idb "data,times=17:idb,n=3000" "idb,n=1425" "idb,size=28") file
	! nm "$SERVER" 2>/dev/null | grep -q __asan_init || skip "a build with sanitizers copies the megabyte for each interface"
	server_start
	bystander
	stream "${interfaces[@]}" epb,if=52426 >first
	stream "${interfaces[@]}" number=7 epb,if=0 >second
	[ "$(unframe first | wc -c)" -eq $((1048576 + 92)) ]
	live a 127.0.0.2
	cat first >a.in
	until_true holds $((1048576 + 92))
	kill -USR1 "$(child foo)"
	wait_log 'file client=foo .*reason=reload packets=1'
	stream number=7 epb,if=0 idb >ending
	cat ending >a.in
	wait_log 'closed client=foo '
	wait_log 'rejected client=foo .*reason="the link header and its interfaces are larger than 1 MiB" frame=23 '
	unframe first >want1
	unframe second >want2
	file=(done/trace-foo-*)
	[ ${#file[@]} -eq 2 ]
	cat "${file[@]}" | cmp -s - <(cat want1 want2) || cat "${file[@]}" | cmp - <(cat want2 want1)
	readable "${file[@]}"
	unharmed
}
