#!/usr/bin/env bats
# A listed client's packets end up in capture files.
. "$BATS_TEST_DIRNAME/lib.bash"

# sent ITEM…: foo sends the stream; when it has ended, the only file in done/ is what it must be.
sent() {
	stream "$@" >s
	server_start
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .*reason="peer closed the connection"'
	unframe s >want
	cmp want "$(only_file)"
	no_file rec
}

replay() {
	local stream=$BATS_TEST_DIRNAME/streams/$1.stream
	server_start
	peer_send 127.0.0.2 "$stream"
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=30 '
	unframe "$stream" >want
	cmp want "$(only_file)"
	no_file rec
}

# bats test_tags=ways
@test "the recorded stream lo-pcap becomes its payloads, byte for byte" { replay lo-pcap; }
@test "the recorded stream any-pcap becomes its payloads, byte for byte" { replay any-pcap; }
@test "the recorded stream lo-pcapng becomes its payloads, byte for byte" { replay lo-pcapng; }

@test "tcpdump and capinfos read what was recorded" {
	server_start
	peer_send 127.0.0.2 "$BATS_TEST_DIRNAME/streams/lo-pcap.stream"
	wait_log 'closed client=foo'
	[ "$(packets done/*)" -eq 30 ]
	capinfos -Mc "$(only_file)" | grep -q 'Number of packets: *30$'
}

# bats test_tags=ways
@test "an unlisted address is refused and nothing is stored" {
	server_start
	peer_send 127.0.0.9 "$BATS_TEST_DIRNAME/streams/lo-pcap.stream"
	wait_log 'refused peer=127.0.0.9:[0-9]+ reason="not in the client list"'
	no_file
}

# ---- formats ----

magic() {
	sent "$1" rec rec=74 rec=1 rec=9000
	[ "$(xxd -p -l 4 "$(only_file)")" = "$2" ]
	[ "$(packets "$(only_file)")" -eq 4 ]
	[[ $(only_file) == *.pcap ]]
}

@test "little-endian microseconds are kept" { magic pcap d4c3b2a1; }
@test "big-endian microseconds are kept" { magic pcap,be a1b2c3d4; }
@test "little-endian nanoseconds are kept" { magic pcap,ns 4d3cb2a1; }
@test "big-endian nanoseconds are kept" { magic pcap,be,ns a1b23c4d; }

@test "a pcapng stream becomes a .pcapng file" {
	sent shb+idb epb epb=61 epb=62 epb=63
	[[ $(only_file) == *.pcapng ]]
	[ "$(packets "$(only_file)")" -eq 4 ]
}

@test "a big-endian pcapng section is kept" {
	sent shb,be+idb epb epb=61
	[ "$(packets "$(only_file)")" -eq 2 ]
}

@test "pcapng interfaces of different link types stand in one file" {
	sent shb+idb,linktype=1+idb,linktype=113,snaplen=2000+idb,linktype=1,snaplen=68 epb epb,if=1 epb,if=2 epb
	capinfos -Mc "$(only_file)" | grep -q 'Number of packets: *4$'
	[ "$(capinfos -MI "$(only_file)" | grep -c '^Interface #')" -eq 3 ]
}

@test "an interface that came in a data frame is repeated in the next file" {
	server_start
	live a 127.0.0.2
	tell a number=0 shb+idb epb idb,linktype=113 number=1 epb,if=1
	wait_stored a foo
	server_signal USR1
	wait_log 'file client=foo .*reason=reload'
	tell a number=2 epb,if=1 epb
	wait_log 'file client=foo .*reason=opened' 2
	hang_up a
	wait_log 'closed client=foo'
	stream shb+idb epb idb,linktype=113 epb,if=1 >s1
	stream shb+idb idb,linktype=113 number=2 epb,if=1 epb >s2
	unframe s1 >want1
	unframe s2 >want2
	local f=(done/*) n=0
	[ ${#f[@]} -eq 2 ]
	for file in "${f[@]}"; do
		capinfos -Mc "$file" | grep -q 'Number of packets: *2$'
		cmp -s "$file" want1 && n=$((n + 1))
		cmp -s "$file" want2 && n=$((n + 10))
	done
	[ $n -eq 11 ]
}

# ---- segments ----

segments() {
	stream "${@:2}" >s
	server_start
	peer_send 127.0.0.2 s "$1"
	wait_log 'closed client=foo .*reason="peer closed the connection"'
	recorded
}

# bats test_tags=ways
@test "a pcap stream in segments of one byte" { segments -c1 pcap rec rec=74 rec=0 rec=200; }
@test "a pcapng stream in segments of one byte" { segments -c1 shb+idb+idb epb epb=74,if=1 isb; }
@test "a stream in segments that end inside headers" { segments -c7 pcap data,times=100:rec=50; }
# bats test_tags=ways
@test "a megabyte in one write" { segments -c2000000 pcap,snaplen=9000 data,times=150:rec=9000; }

# ---- link headers ----

@test "a repeated link header changes nothing" {
	sent pcap rec head,times=3:pcap rec pcap rec
	wait_log 'file client=foo .*reason=opened'
	never_log 'reason=link-header'
}

@test "a changed link header starts a new file and loses nothing" {
	stream pcap,linktype=1 rec rec=70 pcap,linktype=113 rec=80 shb+idb epb >s
	server_start
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .* files=3 '
	wait_log 'file client=foo name=trace-foo-[0-9_-]+.pcap reason=link-header packets=2 '
	wait_log 'file client=foo name=trace-foo-[0-9_-]+.pcap reason=link-header packets=1 '
	wait_log 'file client=foo name=trace-foo-[0-9_-]+.pcapng reason=closed packets=1 '
	local n=0 file k
	for file in done/*; do
		for k in 1 2 3; do
			unframe s $k | cmp -s - "$file" && n=$((n + 10 ** k))
		done
	done
	[ $n -eq 1110 ]
}

@test "link headers without a packet leave no file" {
	stream pcap pcap,linktype=113 shb+idb pcap >s
	server_start
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .*packets=0 .*files=0 '
	no_file
}

@test "the file line counts packets and bytes" {
	sent pcap rec=100 rec=200
	wait_log "file client=foo name=$(basename "$(only_file)") reason=closed packets=2 bytes=$(size want)\$"
	wait_log 'closed client=foo peer=127.0.0.2:[0-9]+ .*packets=2 .*files=1 '
}

# ---- clients ----

have_ipv6() { grep -qs '^0\{31\}1 ' /proc/net/if_inet6 || skip "no ::1 here"; }

@test "ip = :: is all addresses of IPv6 and none of IPv4, for which 0.0.0.0 stands beside it" {
	have_ipv6
	needs_own_sockets "which addresses they have"
	both() { config '' '{ name = "foo"; address = [ "127.0.0.2", "::1" ]; }'; sed -i "s/ip = [^;]*;/ip = $1;/" cfg; }
	stream pcap rec >s
	both '"::"'
	server_start
	wait_log 'listening address=\[::\]:'
	LISTEN=::1 peer_send ::1 s
	wait_log 'closed client=foo peer=\[::1\]:.* packets=1 '
	not bash -c "exec 9<>/dev/tcp/127.0.0.1/$PORT"
	server_stop
	both '[ "::", "0.0.0.0" ]'
	server_again
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo peer=127.0.0.2:.* packets=1 '
}

# add_interface: eth7, of whichever kind there is
add_interface() { ip link add eth7 type dummy 2>/dev/null || ip link add eth7 type bridge; }
# In a network namespace of its own, where both interfaces have fe80::15.
link_local() {
	local zone=$1 FIXED_PORT
	ip link set lo up
	add_interface
	ip link set eth7 up
	ip addr add fe80::15/64 dev lo nodad
	ip addr add fe80::15/64 dev eth7 nodad
	FIXED_PORT=$(free_port)
	config '' '{ name = "six"; address = "fe80::15"; }'
	sed -i "s/ip = \"[^\"]*\"/ip = [ \"fe80::15%lo\", \"fe80::15%$zone\" ]/" cfg
	stream pcap rec >s
	unframe s >six.pcap
	server_start
	wait_log 'listening address=' 2
	sed -n 's/.*listening address=//p' log | sed 's/:[0-9]*$//' | sort >on
	printf '%s\n' '[fe80::15%eth7]' '[fe80::15%lo]' | diff - on
	for zone in lo eth7; do
		"$SEND" -q -p "$PORT" "fe80::15%$zone" six.pcap
	done
	wait_log 'file client=six .*reason=closed packets=1 ' 2
	wait_log 'closed client=six peer=\[fe80::15\]:' 2
	# of two sockets that differ in the interface alone a reload keeps one
	sed -i 's/ip = .*\]/ip = "fe80::15%eth7"/' cfg
	server_signal HUP
	wait_log ' reload clients='
	wait_log 'listening address=' 3
	"$SEND" -q -p "$PORT" fe80::15%eth7 six.pcap
	wait_log 'file client=six .*reason=closed packets=1 ' 3
	not "$SEND" -q -p "$PORT" fe80::15%lo six.pcap
	server_stop
}
# with_interfaces FUNCTION ARGUMENT
with_interfaces() {
	unshare -Urn true 2>/dev/null || skip "no user namespaces here"
	unshare -Urn bash -c "$(declare -f add_interface); add_interface" 2>/dev/null || skip "no interfaces can be made"
	unshare -Urn bash -eu -c '
		. "$1/lib.bash"
		set -eE
		PIDS=() WRAP=() LISTEN=127.0.0.1 TOLD=0 SERVER_PID=
		declare -gA LIVE=()
		trap "BATS_TEST_COMPLETED=1; teardown" EXIT
		eval "$2"
		"$3" "$4"' - "$BATS_TEST_DIRNAME" "$(declare -f add_interface "$1")" "$1" "$2" 3>&-
}
@test "an address of one interface: link-local peers are recorded, each by the interface they ask" {
	needs_own_sockets "addresses with an interface"
	with_interfaces link_local eth7
}
@test "an interface may be named by its number" {
	needs_own_sockets "addresses with an interface"
	with_interfaces link_local 2
}
no_interface() {
	config ''
	sed -i 's/ip = "[^"]*"/ip = "fe80::15%eth8"/' cfg
	"$SERVER" -t -c cfg
	not "$SERVER" -c cfg 2>out
	grep 'error: cannot listen on .fe80::15%eth8.:0: No such device' out
}
@test "an interface that is not there is an error of the start, not of -t" {
	needs_own_sockets "addresses with an interface"
	with_interfaces no_interface ''
}

# bats test_tags=ways
@test "an IPv6 client" {
	have_ipv6
	LISTEN=::1
	config '' '{ name = "six"; address = "::1"; }'
	server_start
	stream pcap rec rec >s
	peer_send ::1 s
	wait_log 'closed client=six peer=\[::1\]:[0-9]+ '
	recorded
	[[ $(only_file) == done/trace-six-[0-9]* ]]
}

# bats test_tags=ways
@test "without ip an IPv4 client reaches the listening socket and is known by its IPv4 address" {
	config
	sed -i 's/ip = "[^"]*";//' cfg
	server_start
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo peer=127.0.0.2:[0-9]+ '
	recorded
}

# bats test_tags=ways
@test "an IPv4-mapped source address is the listed IPv4 client" {
	have_ipv6
	config
	sed -i 's/ip = "[^"]*";//' cfg
	server_start
	LISTEN=::ffff:127.0.0.1
	stream pcap rec rec >s
	peer_send ::ffff:127.0.0.2 s
	wait_log 'closed client=foo peer=127.0.0.2:[0-9]+ '
	recorded
}

@test "an IPv4-mapped address in the client list is IPv4" {
	config '' '{ name = "foo"; address = "::ffff:127.0.0.2"; }'
	sent pcap rec
}

# bats test_tags=ways
@test "a client of several addresses has one name" {
	config '' '{ name = "two"; address = [ "127.0.0.5", "127.0.0.6" ]; }'
	server_start
	stream pcap rec >s
	peer_send 127.0.0.5 s
	peer_send 127.0.0.6 s
	wait_log 'closed client=two peer=127.0.0.5:'
	wait_log 'closed client=two peer=127.0.0.6:'
	local f=(done/trace-two-[0-9]*_*)
	[ ${#f[@]} -eq 2 ]
}

# bats test_tags=ways
@test "a client of a network has its address in the file name" {
	config '' '{ name = "net"; address = "127.0.7.0/24"; }'
	server_start
	stream pcap rec >s
	peer_send 127.0.7.19 s
	wait_log 'closed client=net peer=127.0.7.19:'
	[[ $(only_file) =~ ^done/trace-net-127\.0\.7\.19-[0-9]{8}_[0-9]{6}\.pcap$ ]]
}

# bats test_tags=ways
@test "a client of an IPv6 network has underscores in the file name" {
	have_ipv6
	LISTEN=::1
	config '' '{ name = "net"; address = "::/64"; }'
	server_start
	stream pcap rec >s
	peer_send ::1 s
	wait_log 'closed client=net peer=\[::1\]:'
	[[ $(only_file) =~ ^done/trace-net-__1-[0-9]{8}_[0-9]{6}\.pcap$ ]]
}

# bats test_tags=ways
@test "the longest prefix wins" {
	config '' '{ name = "all"; address = "127.0.0.0/8"; }, { name = "one"; address = "127.0.7.1"; },
		{ name = "some"; address = "127.0.7.0/24"; }'
	server_start
	stream pcap rec >s
	peer_send 127.0.7.1 s
	peer_send 127.0.7.2 s
	peer_send 127.0.8.1 s
	wait_log 'closed client=one peer=127.0.7.1:'
	wait_log 'closed client=some peer=127.0.7.2:'
	wait_log 'closed client=all peer=127.0.8.1:'
	ls done/trace-one-[0-9]*_* done/trace-some-127.0.7.2-* done/trace-all-127.0.8.1-*
}

# ---- per client settings ----

# bats test_tags=ways
@test "store = false: counted, not written" {
	config '' '{ name = "foo"; address = "127.0.0.2"; store = false; }'
	server_start
	stream pcap rec rec=70 rec=80 >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=3 .*files=0'
	no_file
	never_log 'file client=foo'
}

@test "store = false: validated all the same" {
	config '' '{ name = "foo"; address = "127.0.0.2"; store = false; }'
	server_start
	stream pcap rec rec,caplen=7 >s
	peer_send 127.0.0.2 s
	wait_log 'rejected client=foo .* frame=3 '
}

# bats test_tags=ways
@test "without completed-path files stay in base-path, unmarked" {
	config
	sed -i 's/completed-path = "done";//' cfg
	server_start
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	unframe s | cmp - "$(only_file rec)"
	[ "$(mode "$(only_file rec)")" = 440 ]
	no_file 'done'
}

@test "without completed-path a full file stays and the next one stands beside it" {
	config 'max-file-size = 110;'
	sed -i 's/completed-path = "done";//' cfg
	server_start
	stream pcap rec rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	[ "$(packets rec/*)" -eq 3 ]
	local f=(rec/*)
	[ ${#f[@]} -eq 3 ]
	[ "$(mode "${f[0]}") $(mode "${f[1]}") $(mode "${f[2]}")" = "440 440 440" ]
}

# bats test_tags=ways
@test "a client has its own directories and mode" {
	mkdir rec2 done2
	config '' '{ name = "foo"; address = "127.0.0.2"; base-path = "rec2"; completed-path = "done2";
		file-permission-mask = "0604"; }, { name = "bar"; address = "127.0.0.3"; }'
	server_start
	stream pcap rec >s
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo rec2
	hang_up a
	peer_send 127.0.0.3 s
	wait_log 'closed client=foo'
	wait_log 'closed client=bar'
	[ "$(mode "$(only_file done2)")" = 604 ]
	[ "$(mode "$(only_file)")" = 440 ]
	no_file rec rec2
}

@test "a client has its own max-snaplen" {
	config 'max-snaplen = 100;' '{ name = "foo"; address = "127.0.0.2"; max-snaplen = 200; }, { name = "bar"; address = "127.0.0.3"; }'
	server_start
	stream pcap,snaplen=200 rec=200 >s
	peer_send 127.0.0.2 s
	peer_send 127.0.0.3 s
	wait_log 'closed client=foo .*packets=1 '
	wait_log 'closed client=bar .*packets=1 .* cut=1 '
}

@test "a client has its own max-file-size" {
	config 'max-file-size = 110;' '{ name = "foo"; address = "127.0.0.2"; max-file-size = "1k"; }, { name = "bar"; address = "127.0.0.3"; }'
	sed -i 's/"1k"/"1K"/' cfg
	server_start
	stream pcap rec rec rec >s
	peer_send 127.0.0.2 s
	peer_send 127.0.0.3 s
	wait_log 'closed client=foo .*packets=3 .*files=1 '
	wait_log 'closed client=bar .*packets=3 .*files=3 '
}

@test "a client has its own rotate-localtime" {
	config 'sandbox = "off"; rotate-localtime = "never";' \
		'{ name = "foo"; address = "127.0.0.2"; rotate-localtime = "hour"; }, { name = "bar"; address = "127.0.0.3"; }'
	fake_clock '2026-11-22 23:33:07'
	two_record
	fake_clock '2026-11-23 00:00:00'
	tell a rec
	tell b rec
	wait_stored b bar
	wait_log 'file client=foo .*reason=time'
	never_log 'file client=bar .*reason=time'
}

# ---- names ----

# bats test_tags=ways
@test "the name has the local time of creation" {
	config 'sandbox = "off";'
	ZONE=Asia/Kolkata
	fake_clock '2026-11-22 23:33:07'
	sent pcap rec
	[ "$(only_file)" = done/trace-foo-20261122_233307.pcap ]
}

# bats test_tags=ways
@test "a taken name gets a number, whichever directory it is in" {
	config 'sandbox = "off";'
	fake_clock '2026-11-22 23:33:07'
	echo one >rec/trace-foo-20261122_233307.pcap
	echo two >done/trace-foo-20261122_233307_001.pcap
	server_start
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	wait_log 'file client=foo name=trace-foo-20261122_233307_002.pcap reason=opened'
	unframe s | cmp - done/trace-foo-20261122_233307_002.pcap
	[ "$(cat rec/* done/*_001.pcap)" = $'one\ntwo' ]
}

# bats test_tags=ways
@test "connections of one second have files of their own" {
	config 'sandbox = "off";'
	fake_clock '2026-11-22 23:33:07'
	server_start
	for n in 1 2 3; do
		stream number=$n pcap rec >s$n
		peer_send 127.0.0.2 s$n
		wait_log 'closed client=foo' $n
	done
	unframe s1 | cmp - done/trace-foo-20261122_233307.pcap
	unframe s2 | cmp - done/trace-foo-20261122_233307_001.pcap
	unframe s3 | cmp - done/trace-foo-20261122_233307_002.pcap
	# order by name is order of time, also as these tools have it, in any locale and with longer numbers
	ls -d done/* >got
	LC_ALL=C sort -c got
	printf 'done/trace-foo-20261122_%s.pcap\n' 233307_999 233307_1000 233308 | tee -a got | xargs touch
	LC_ALL=C.UTF-8 sort -V got | diff got -
	LC_ALL=C.UTF-8 ls -dv done/* | diff got -
}

# taken DIR: whatever the second, the plain name and the first number are taken in DIR. Symbolic links and
# directories count too.
taken() {
	local now t name
	now=$(date +%s)
	for ((t = now; t < now + 60; t++)); do
		name=$1/trace-foo-$(date -d "@$t" +%Y%m%d_%H%M%S)
		ln -s "$PWD/precious" "$name.pcap"
		echo old >"${name}_001.pcap"
	done
	ls -lR "$1" >before
}

@test "nothing in base-path is overwritten, and no link is followed" {
	taken rec
	echo precious >precious
	sentlike "done"
	ls -lR rec | cmp - before
}

@test "nothing in completed-path is overwritten, and no link is followed" {
	taken "done"
	echo precious >precious
	sentlike "done"
	rm done/*_002.pcap
	ls -lR "done" | grep -v ^total | cmp - <(grep -v ^total before)
}

sentlike() {
	server_start
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	unframe s | cmp - "$1"/*_002.pcap
	[ "$(cat precious)" = precious ]
	no_other_name
}
no_other_name() { ! compgen -G '*/*_003.pcap'; }

@test "a name taken meanwhile in completed-path: the next free number, and the log names both" {
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	local name
	name=$(basename "$(only_file rec)" .pcap)
	echo precious >"done/$name.pcap"
	hang_up a
	wait_log 'closed client=foo'
	grep "[= ]$name\.pcap" log | grep -q "[= ]${name}_001\.pcap"
	[ "$(cat "done/$name.pcap")" = precious ]
	unframe a.sent | cmp - "done/${name}_001.pcap"
	no_file rec
}

# ---- modes ----

# recorded_mode OCTAL: as configured, under a umask that would take nearly all of it.
recorded_mode() {
	config "file-permission-mask = \"$1\";"
	WRAP=(bash -c 'umask 077; exec "$@"' -)
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	[ "$(mode "$(only_file rec)")" = "1${1#0}" ]
	hang_up a
	wait_log 'closed client=foo'
	[ "$(mode "$(only_file)")" = "${1#0}" ]
}

# bats test_tags=ways
@test "mode 0440 is exact, with the mark while recording and without it after" { recorded_mode 0440; }
@test "mode 0644 is exact, with the mark while recording and without it after" { recorded_mode 0644; }
# bats test_tags=ways
@test "mode 0666 is exact, with the mark while recording and without it after" { recorded_mode 0666; }

# bats test_tags=ways
@test "a file is locked while it is recorded" {
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	run flock -n "$(only_file rec)" true
	[ "$status" -ne 0 ]
	hang_up a
	wait_log 'closed client=foo'
	flock -n "$(only_file)" true
}

# bats test_tags=ways
@test "a file is whole and readable while it is recorded" {
	server_start
	live a 127.0.0.2
	tell a pcap rec rec=100 'data,send=50:rec'
	until_true sh -c '[ "$(stat -c %s rec/*)" -eq 216 ]'
	[ "$(tcpdump --count -nr "$(only_file rec)" 2>err)" = "2 packets" ]
	run grep truncated err
	[ "$status" -eq 1 ]
}

# 40 MB: of these at most two steps of 8 MiB and what has come since are in the page cache.
@test "a long recording leaves the page cache as it grows, and is whole" {
	[ "$(stat -f -c %T .)" != tmpfs ] || skip "the files of this test are in memory"
	local file cached
	server_start
	live a 127.0.0.2
	tell a pcap
	tell a data,times=500:rec=8900
	tell_again a 8
	until_true sh -c '[ "$(stat -c %s rec/*)" -eq 40122024 ]' # to read it would bring it back
	file=$(only_file rec)
	cached=$(fincore -nb -o RES "$file") || skip "fincore does not work here"
	[ "$cached" -lt 26000000 ] || { echo "$cached of $(size "$file") bytes are cached" >&2; false; }
	hang_up a
	wait_log 'closed client=foo'
	unframe a.sent | cmp - "$(only_file)"
}

@test "a client with tls = true is not served in plain" {
	config '' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	run "$SERVER" -c cfg -t
	[ "$status" -eq 78 ]
	[[ $output == *cfg:5:*tls* ]]
}

# ---- names and places, once more ----

@test "completed-path that is another spelling of base-path is as none" {
	config
	sed -i 's,"done","./rec/../rec",' cfg
	server_start
	stream pcap rec rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo'
	[[ $(only_file rec) =~ _[0-9]{6}\.pcap$ ]]
	unframe s | cmp - "$(only_file rec)"
	[ "$(mode "$(only_file rec)")" = 440 ]
}
@test "clients with one base-path have each its own completed-path" {
	mkdir one two
	config '' '{ name = "foo"; address = "127.0.0.2"; completed-path = "one"; },
		{ name = "bar"; address = "127.0.0.3"; completed-path = "two"; }'
	server_start
	stream pcap rec >s
	peer_send 127.0.0.2 s
	peer_send 127.0.0.3 s
	wait_log 'closed client=foo'
	wait_log 'closed client=bar'
	[[ $(only_file one) == one/trace-foo-* ]]
	[[ $(only_file two) == two/trace-bar-* ]]
	no_file
}
@test "a client of a network and of an address within it: from there its name is enough" {
	config '' '{ name = "net"; address = [ "127.0.7.0/24", "127.0.7.19" ]; }'
	server_start
	stream pcap rec >s
	peer_send 127.0.7.19 s
	wait_log 'closed client=net peer=127.0.7.19:'
	[[ $(only_file) =~ ^done/trace-net-[0-9]{8}_[0-9]{6}\.pcap$ ]]
	rm "$(only_file)"
	peer_send 127.0.7.20 s
	wait_log 'closed client=net peer=127.0.7.20:'
	[[ $(only_file) =~ ^done/trace-net-127\.0\.7\.20-[0-9]{8}_[0-9]{6}\.pcap$ ]]
}
@test "ip = \"::\" is all IPv6 addresses, and no IPv4 one" {
	needs_own_sockets "what it binds"
	grep -qs '^0\{31\}1 ' /proc/net/if_inet6 || skip "no IPv6 here"
	LISTEN=::
	config '' '{ name = "six"; address = "::1"; }, { name = "four"; address = "127.0.0.2"; }'
	server_start
	stream pcap rec >s
	LISTEN=127.0.0.1
	[ "$(peer_send 127.0.0.2 s)" = refused ]
	LISTEN=::1
	[ "$(peer_send ::1 s)" = closed ]
	wait_log 'closed client=six .*packets=1 '
	never_log 'four'
}
@test "mode 0040 is exact; only while recording its owner may read the file" {
	as_root # only root can read it to compare
	config 'file-permission-mask = "0040";'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	[ "$(mode "$(only_file rec)")" = 1440 ]
	hang_up a
	wait_log 'closed client=foo'
	[ "$(mode "$(only_file)")" = 40 ]
}
