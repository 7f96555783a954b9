#!/usr/bin/env bats
# Bad input, a row a kind: what is refused costs only its own connection, and what came before it is kept; what
# is odd but readable is stored as it is.
. "$BATS_TEST_DIRNAME/lib.bash"

ROW_COMMANDS='refused stored_as_sent stored_whole cut_to lengths'
teardown_file() { table_stop; }

# refused REASON 'GOOD ITEMS' 'BAD ITEMS': a client sends good frames, then a bad one. One line names it, the file has
# what was good, and the bystander's recording goes on.
refused() {
	row_sends "$2" "$3"
	in_row_log "rejected client=$CLIENT "
	printf '%s\n' "${FOUND[@]}"
	[ ${#FOUND[@]} -eq 1 ]
	[[ ${FOUND[0]} =~ rejected\ client=$CLIENT\ peer=${FROM//./\\.}:[0-9]+\ .*reason=\" ]]
	shopt -s nocasematch
	[[ ${FOUND[0]} =~ reason=\".*($1).*\"\ frame=$((FRAMES + 1))\ offset=$SIZE$ ]]
	shopt -u nocasematch
	kept "$CLIENT" "$WANT" "$PACKETS"
	row_unharmed
}

# kept CLIENT WANTED-FILE PACKETS: its published file is what is wanted; there is none if there is no packet.
kept() {
	local f=("done/trace-$1-"*)
	if [ "$3" -eq 0 ]; then
		[ ! -e "${f[0]}" ]
	else
		[ ${#f[@]} -eq 1 ]
		cmp "$2" "${f[0]}"
		readable "${f[0]}"
		[ "$(mode "${f[0]}")" = 440 ]
	fi
	not compgen -G "rec/trace-$1-*"
}
kept_stream() { # CLIENT STREAM
	unframe "$2" >"$2.want"
	kept "$1" "$2.want" "$(frames "$2" 1)"
}

accepted() {
	not in_row_log "rejected client=$CLIENT "
	wait_log "closed client=$CLIENT .*reason=\"peer closed the connection\"$1"
}

# stored_as_sent ITEM…
stored_as_sent() {
	row_sends "$*" ''
	accepted ''
	kept "$CLIENT" "$WANT" "$PACKETS"
	row_unharmed
}

# stored_whole ITEM…: the same, where a reader may dislike it: all of it is in one file.
stored_whole() {
	row_sends "$*" ''
	accepted ''
	cmp "$WANT" done/trace-"$CLIENT"-*
	row_unharmed
}

# cut_to 'ITEMS' N ITEM…: of what is sent, N packets are cut, and the file is that of ITEMS.
cut_to() {
	row_sends "${*:3}" '' "$1"
	accepted " .* cut=$2 "
	wait_log "cut client=$CLIENT peer=[^ ]* caplen=[0-9]* max-snaplen=9000\$"
	cmp "$WANT" done/trace-"$CLIENT"-*
	readable done/trace-"$CLIENT"-*
	row_unharmed
}

# wireshark_finds N: so many packets, in the one file of this row
wireshark_finds() { capinfos -Mc done/trace-"${CLIENT-foo}"-* | grep -q "Number of packets: *$1\$"; }

P='pcap rec rec=74'      # what comes before a bad frame
G='shb+idb epb epb=61'

# ---- TCP ----

# bats test_tags=ways
@test "connect and close: no file, no line" {
	server_start
	: >none
	peer_send 127.0.0.2 none
	server_stop
	no_file
	never_log 'client=foo'
}

# bats test_tags=ways
@test "connect and close: a line at debug" {
	config 'log-level = "debug";'
	server_start
	: >none
	peer_send 127.0.0.2 none
	server_stop
	wait_log 'peer=127.0.0.2:'
}

# bats test_tags=ways
@test "connect and reset: no file, no line" {
	config 'limits: { per-client = 10; };' # children end when they get to it
	server_start
	: >none
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		peer_send 127.0.0.2 none -r
	done
	stream pcap rec >s
	peer_send 127.0.0.3 s
	wait_log 'closed client=bar '
	server_stop
	never_log 'client=foo'
	no_file rec
}

# bats test_tags=ways
@test "half-close after valid frames: a clean end" {
	server_start
	live a 127.0.0.2
	tell a pcap rec
	hang_up a
	[ "$(cat a.end)" = closed ]
	wait_log 'closed client=foo .*reason="peer closed the connection"'
	kept_stream foo a.sent
}

# bats test_tags=ways
@test "reset inside a frame: the records before it are kept" {
	server_start
	live other 127.0.0.3
	tell other pcap rec
	live a 127.0.0.2 -r
	tell a pcap rec
	wait_stored a foo
	cp a.sent good
	tell a data,send=40:rec
	hang_up a
	wait_log 'closed client=foo '
	wait_log 'rejected client=foo peer=127.0.0.2:[0-9]+ reason=".+" frame=3 offset=108$'
	[ "$(grep -c rejected log)" -eq 1 ]
	kept_stream foo good
	tell other rec
	wait_stored other bar
}

# bats test_tags=ways
@test "reset right after the last frame: what came is kept" {
	needs_one_server "the address of a peer that was gone before the server began"
	server_start
	stream pcap rec rec=74 >s
	local i n=0
	for i in 1 2 3 4 5 6 7 8 9 10; do
		peer_send 127.0.0.2 s -r
		wait_log 'closed client=foo ' "$i"
	done
	for i in done/*; do
		unframe s | cmp - "$i"
		n=$((n + 1))
	done
	[ $n -eq 10 ]
	never_log 'internal'
}

# bats test_tags=ways
@test "a peer is probed while it is silent" {
	command -v ss >/dev/null || skip "no ss"
	config 'limits: { keepalive = 7; };'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	until_true sh -c "ss -Htno 'sport = :$PORT' | grep -q 'timer:(keepalive'"
	[[ $(ss -Htno "sport = :$PORT") =~ keepalive,[0-6](\.[0-9]+)?(ms|sec) ]]
}

# bats test_tags=ways
@test "keepalive = 0: no probes" {
	command -v ss >/dev/null || skip "no ss"
	config 'limits: { keepalive = 0; };'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	[[ $(ss -Htno "sport = :$PORT") != *keepalive* ]]
}

# bats test_tags=ways
@test "every byte is urgent, also those that come before the session has started: stored" {
	! per_connection || skip "VIA=$VIA: the kernel leaves out urgent bytes that came before there is a server"
	server_start
	stream pcap rec rec=9 >s
	peer_send 127.0.0.2 s -o -c1
	wait_log 'closed client=foo .*reason="peer closed the connection"'
	kept_stream foo s
}

# bats test_tags=ways
@test "an unlisted IPv4 address is refused before any process is made for it" {
	server_start
	stream pcap rec >s
	peer_send 127.0.0.9 s
	wait_log 'refused peer=127.0.0.9:[0-9]+ reason="not in the client list"'
	never_log 'connected'
	no_file
}

# bats test_tags=ways
@test "an unlisted IPv6 address is refused before any process is made for it" {
	grep -qs '^0\{31\}1 ' /proc/net/if_inet6 || skip "no ::1 here"
	LISTEN=::1
	config '' '{ name = "six"; address = "2001:db8::/32"; }, { name = "four"; address = "0.0.0.0/0"; }'
	server_start
	stream pcap rec >s
	peer_send ::1 s
	wait_log 'refused peer=\[::1\]:[0-9]+ reason="not in the client list"'
	never_log 'connected'
	no_file
}

@test "an HTTP request is named" { refused HTTP '' 'raw:text=GET_/_HTTP/1.1+hex=0d0a0d0a'; }
@test "an HTTP POST is named" { refused HTTP '' 'raw:text=POST_/x_HTTP/1.1+hex=0d0a0d0a'; }
@test "an SSH banner is named" { refused SSH '' 'raw:text=SSH-2.0-OpenSSH_9.2p1+hex=0d0a'; }
@test "a TLS ClientHello is named" { refused 'TLS|ClientHello' '' 'raw:hex=16030102000100+zero=512'; }
@test "random bytes" { refused type '' 'raw:hex=8f3ac1d97751e0b2a4966f0d1e2c3b4a59687786'; }
@test "an HTTP request after valid frames" { refused type "$P" 'raw:text=GET_/_HTTP/1.1+hex=0d0a0d0a'; }

# bats test_tags=ways
@test "plain frames from a client with tls = true are named, and nothing of them is stored" {
	config 'tls: { allow-auth = "anonymous"; };' '{ name = "foo"; address = "127.0.0.2"; tls = true; }'
	stream pcap rec >s
	server_start
	peer_send 127.0.0.2 s
	wait_log 'rejected client=foo peer=127.0.0.2:[0-9]+ reason="this looks like plain frames: let the client use TLS .osmo-pcap-client: enable tls; osmo-pcap-send: --tls., or set tls = false here'
	wait_log 'closed client=foo .*packets=0 bytes=0 files=0'
	never_log 'established'
	no_file
}

# ---- frames ----

@test "frame type 2" { refused 'type 2' "$P" data,type=2:rec; }
@test "frame type 7" { refused 'type 7' "$P" data,type=7:rec; }
@test "frame type 255" { refused 'type 255' "$P" data,type=255:rec; }
@test "a first frame of type 2" { refused 'type 2' '' head,type=2:pcap; }
@test "spare bytes are ignored" { stored_as_sent head,spare=1:pcap data,spare=255:rec; }
@test "an empty link header" { refused 'empty|length|0 bytes|header' '' head:zero=0; }
@test "an empty link header later" { refused 'empty|length|0 bytes|header' "$P" head:zero=0; }
@test "an empty data frame" { refused 'empty|length|0 bytes|short' "$P" data:zero=0; }
@test "an empty data frame in pcapng" { refused 'empty|length|0 bytes|short' "$G" data:zero=0; }
@test "the longest link header frame: no pcap header is that long" { refused 'length|header|65535' '' pcap,size=65535; }
@test "the longest data frame: cut to max-snaplen" { cut_to "$P rec=9000,len=65519" 1 $P rec=65519; }
@test "the longest data frame is stored within max-snaplen" {
	config 'max-snaplen = 65519;'
	stored_as_sent pcap,snaplen=65519 rec=65519 rec rec=65519
}
@test "the longest pcapng data frame is stored within max-snaplen" {
	config 'max-snaplen = 65519;'
	stored_as_sent shb+idb,snaplen=65519 epb=65500 epb
}
@test "the longest pcapng link header is stored" { stored_as_sent shb+idb,n=3275 epb epb,if=3274; }
@test "data before a link header" { refused header '' rec; }
@test "a record too long for a frame: the truncated length is noticed" {
	config 'max-snaplen = 262144;'
	refused 'caplen|length' 'pcap,snaplen=262144 rec' data,len=4480:rec=70000
}

@test "one byte of a frame, then the end" { refused 'truncated' "$P" raw:hex=01; }
@test "two bytes of a frame, then the end" { refused 'truncated' "$P" raw:hex=0100; }
@test "three bytes of a frame, then the end" { refused 'truncated' "$P" raw:hex=010000; }
@test "one byte of the first frame, then the end" { refused 'truncated' '' raw:hex=00; }
@test "half a link header, then the end" { refused 'truncated' '' head,send=12:pcap; }
@test "half a later link header, then the end" { refused 'truncated' "$P" head,send=12:pcap,linktype=113; }

# ---- pcap ----

@test "pcap magic 0" { refused 'magic|not.*(pcap|link header)|link header' '' head:zero=24; }
@test "pcap modified magic a1b2cd34" { refused 'magic|modified' '' pcap,magic=a1b2cd34; }
@test "pcap modified magic, little-endian" { refused 'magic|modified' '' pcap,magic=34cdb2a1; }
@test "pcap version 1.4" { refused 'version' '' pcap,version=1.4; }
@test "pcap version 2.5" { refused 'version' '' pcap,version=2.5; }
@test "pcap version 3.0" { refused 'version' '' pcap,version=3.0; }
@test "pcap version 0.0" { refused 'version' '' pcap,version=0.0; }
@test "pcap version 2.4 in the wrong byte order" { refused 'version' '' pcap,version=512.1024; }
@test "a pcap header of 23 bytes" { refused 'header|length|23' '' pcap,size=23; }
@test "a pcap header of 25 bytes" { refused 'header|length|25' '' pcap,size=25; }
@test "a pcap header of 4096 bytes" { refused 'header|length|4096' '' pcap,size=4096; }
@test "a pcap header of 3 bytes" { refused 'header|length|3' '' pcap,size=3; }
@test "a bad pcap header after a good one" { refused 'magic|link header' "$P" head:zero=24; }
@test "pcap snaplen above max-snaplen" { stored_as_sent pcap,snaplen=9001 rec; }
@test "pcap snaplen 0xffffffff" { stored_whole pcap,snaplen=0xffffffff rec; }
@test "big-endian pcap snaplen above max-snaplen" { stored_as_sent pcap,be,snaplen=9001 rec; }
@test "pcap snaplen 0" { stored_as_sent pcap,snaplen=0 rec; }
@test "pcap snaplen of exactly max-snaplen" { stored_as_sent pcap,snaplen=9000 rec=9000; }
@test "caplen one more than there is" { refused 'caplen' "$P" rec=60,caplen=61,len=61; }
@test "caplen one less than there is" { refused 'caplen|shorter than its header' "$P" rec=60,caplen=59; }
@test "caplen 0xffffffff" { refused 'caplen|snaplen' "$P" rec=60,caplen=0xffffffff; }
@test "big-endian caplen that does not match" { refused 'caplen' 'pcap,be rec' rec=60,caplen=61,len=61; }
@test "caplen of the other byte order" { refused 'caplen|snaplen' 'pcap,be rec' rec=60,caplen=0x3c000000; }
@test "caplen above max-snaplen" {
	cut_to "$P rec=9000,len=9001 rec=9000,len=60000 rec" 2 $P rec=9001 rec=60000 rec
}
@test "several records in one frame" { stored_as_sent pcap rec+rec=74+rec=0 rec; }
@test "several records in one frame, the last one short: the whole frame is refused" {
	refused 'caplen' "$P" data:rec+rec=60,caplen=61,len=61
}
@test "caplen greater than len" { stored_as_sent pcap rec=60,len=59 rec; }
@test "len 0" { stored_as_sent pcap rec=60,len=0 rec; }
@test "len 0xffffffff" { stored_as_sent pcap rec=60,len=0xffffffff rec; }
@test "microseconds of a million and more" { stored_as_sent pcap rec,sub=1000000 rec,sub=0xffffffff; }
@test "time 0" { stored_as_sent pcap rec,sec=0,sub=0 rec; }
@test "time going back" { stored_as_sent pcap rec,sec=1700000000 rec,sec=1600000000 rec,sec=1700000000; }
@test "caplen 0" { stored_as_sent pcap rec=0 rec=0,len=1500 rec; }
@test "a link type for private use" { stored_as_sent pcap,linktype=147 rec; }
@test "an unknown link type" {
	stored_whole pcap,linktype=60000 rec # libpcap opens it; no program prints it
}
@test "a record of 15 bytes" { refused '15|short|length' "$P" rec,size=15; }
@test "a record of 1 byte" { refused '1 byte|short|length' "$P" rec,size=1; }

# ---- pcapng: lengths ----

lengths() { # WHERE: an EPB in a data frame, an IDB or the SHB in a link header
	case $1 in
	data) refused 'length|block' "$G" "epb,total=$2" ;;
	idb) refused 'length|block' '' "shb+idb,total=$2" ;;
	shb) refused 'length|block' '' "shb,total=$2+idb" ;;
	esac
}
@test "total length 0 in an SHB" { lengths shb 0; }
@test "total length 4 in an SHB" { lengths shb 4; }
@test "total length 12 in an SHB" { lengths shb 12; }
@test "total length 27 in an SHB" { lengths shb 27; }
@test "total length beyond the frame in an SHB" { lengths shb 400; }
@test "total length 0xfffffffc in an SHB" { lengths shb 0xfffffffc; }
@test "total length 0 in an IDB" { lengths idb 0; }
@test "total length 4 in an IDB" { lengths idb 4; }
@test "total length 12 in an IDB" { lengths idb 12; }
@test "total length 19 in an IDB" { lengths idb 19; }
@test "total length beyond the frame in an IDB" { lengths idb 24; }
@test "total length 0xfffffffc in an IDB" { lengths idb 0xfffffffc; }
@test "total length 0 in a data block" { lengths data 0; }
@test "total length 4 in a data block" { lengths data 4; }
@test "total length 12 in a data block" { lengths data 12; }
@test "total length 27 in a data block" { lengths data 27; }
@test "odd total length in a data block" { lengths data 91; }
@test "total length beyond the frame in a data block" { lengths data 96; }
@test "total length 0xfffffffc in a data block" { lengths data 0xfffffffc; }
@test "a block of 8 bytes" { refused 'length|block|short' "$G" data:hex=050000000c000000; }
@test "bytes after a block" { refused 'length|block|short' "$G" epb+zero=4; }
@test "an unknown block type with a bad length" { refused 'length|block' "$G" block=77,total=13; }
@test "trailer other than leader in an SHB" { refused 'trail|length' '' shb,trailer=32+idb; }
@test "trailer other than leader in an IDB" { refused 'trail|length' '' shb+idb,trailer=24; }
@test "trailer other than leader in a data block" { refused 'trail|length' "$G" epb,trailer=88; }
@test "trailer other than leader in an unknown block" { refused 'trail|length' "$G" block=77,trailer=0; }

# ---- pcapng: section and interfaces ----

@test "wrong byte-order magic" { refused 'byte.order|magic' '' shb,bom=4d3c2b1b+idb; }
@test "a consistently swapped section" { stored_as_sent shb,be+idb epb nrb isb; }
@test "a block of the other byte order" { refused 'length|block' "shb,be+idb epb" data:hex=06000000+zero=88; }
@test "section version 2" { refused 'version' '' shb,version=2.0+idb; }
@test "section version 0" { refused 'version' '' shb,version=0.0+idb; }
@test "an option running past the SHB" { stored_whole shb,opt=4/400/41424344+idb epb; }
@test "an option running past an IDB" { stored_whole shb+idb,opt=2/400/41424344 epb; }
@test "an option running past an IDB in a data frame" { stored_whole shb+idb epb idb,opt=2/5/41424344 epb,if=1; }
@test "an option running past an EPB" { stored_as_sent shb+idb epb,opt=1/400/41424344 epb; }
@test "an option running past an EPB, beside an interface of another link type" {
	stored_whole shb+idb+idb,linktype=113 epb epb,opt=1/400/41424344 epb,if=1
}
@test "custom options without their enterprise, beside an interface of another link type" {
	stored_whole shb,opt=19372/3/616263+idb,opt=2989/2/6162+idb,linktype=113 epb,opt=2988/0/ isb,opt=19373/1/61 epb,if=1
}
@test "a packet without the header of its link type, beside an interface of another" {
	stored_whole shb+idb+idb,linktype=177+idb,linktype=197 epb=15,if=1 \
		epb,if=2,data=00000000000000008000000000000000ffffffff epb
}
@test "custom options, beside interfaces that differ" {
	stored_as_sent shb,opt=19372/4/00007ed9+idb,opt=2989/5/00007ed961+idb,linktype=113 epb,opt=2988/4/00007ed9 \
		isb,opt=19373/8/00007ed961626364 epb,if=1
	wireshark_finds 2
}
@test "link types that take turns" {
	stored_whole "$(printf 'shb+idb%s' "$(printf '+idb,linktype=%d' 139 1 139 1 139 1 139 1 139 1 139 1 139 1 139 1 139 1)")" \
		idb,linktype=139 epb epb,if=19
}

@test "options are kept" { stored_as_sent shb,opt=4/4/41424344+idb,opt=2/3/657468 epb,opt=1/2/4142 epb; }
@test "a packet block in a link header" { stored_as_sent shb+idb+epb epb; }
@test "an unknown block in a link header" { stored_as_sent shb+idb+block=77 epb; }
@test "an interface behind a packet in a link header" { stored_as_sent shb+idb+epb+idb,linktype=113+epb,if=1 epb,if=1; }
@test "a packet of an unknown interface in a link header" { refused 'interface' '' shb+idb+epb,if=1; }
@test "the same link header with a packet, again and again" {
	stream shb+idb+epb shb+idb+epb shb+idb+epb >s
	server_start
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .* packets=3 .*files=1 '
	wireshark_finds 3
}
@test "a second SHB in a link header: a file of its own" {
	stream shb+idb+epb+shb+idb,linktype=113+epb >s
	server_start
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .* packets=2 .*files=2 '
	readable done/trace-foo-*
}
@test "an IDB before the SHB" { refused 'magic|header|section' '' head:idb+shb; }
@test "a packet before any interface" { refused 'interface' shb epb; }
@test "a simple packet block before any interface" { refused 'interface' shb spb; }
@test "a section whose interfaces come in data frames" { stored_as_sent shb idb idb epb epb,if=1; }
@test "a thousand interfaces" { stored_as_sent shb+idb,n=1000 epb epb,if=999; }
@test "one interface more than there are" { refused 'interface' 'shb+idb,n=1000 epb,if=999' epb,if=1000; }
@test "interface snaplen above max-snaplen" { stored_as_sent shb+idb+idb,snaplen=9001 epb; }
@test "interface snaplen above max-snaplen in a data frame" { stored_as_sent shb+idb epb idb,snaplen=9001 epb,if=1; }
@test "interface snaplen 0" { stored_as_sent shb+idb,snaplen=0 epb; }
@test "an interface block of 15 bytes" { refused 'length|block|short' '' shb+idb,size=15; }
@test "an interface block of 16 bytes" { refused 'length|block|short' '' shb+idb,size=16; }
@test "an interface block of 15 bytes in a data frame" { refused 'length|block|short' "$G" idb,size=15; }
@test "an SHB of 24 bytes" { refused 'length|block|short' '' shb,size=24; }
@test "a section in a data frame: a file of its own" {
	stream shb+idb epb data:epb=61+shb,be+idb,linktype=113 >first
	stream shb+idb epb epb=61 >want1
	stream shb,be+idb,linktype=113 epb=62 >want2
	{ cat first; stream shb,be epb=62 | tail -c +33; } >s
	server_start
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .* packets=3 .*files=2 '
	local f=(done/trace-foo-*) n=0
	[ ${#f[@]} -eq 2 ]
	for file in "${f[@]}"; do
		for i in 1 2; do
			unframe want$i | cmp -s - "$file" && n=$((n + i))
		done
	done
	[ $n -eq 3 ]
}
@test "a section of another version in a data frame: the whole frame is refused" {
	refused 'version' "$G" data:epb+shb,version=2.0+idb
}
@test "an interface in a data frame counts" { stored_as_sent shb+idb epb idb,linktype=113 epb,if=1 epb; }
@test "link header and later interfaces of a megabyte at most" {
	# each frame brings 3000 interfaces, 60000 bytes: the 18th goes past
	refused 'interface|1 MiB|MiB|megabyte|large|long|big' 'shb+idb epb data,times=17:idb,n=3000 epb,if=51000' data:idb,n=3000
}

# ---- pcapng: packets ----

@test "an unknown interface" { refused 'interface' "$G" epb,if=1; }
@test "interface 0xffffffff" { refused 'interface' "$G" epb,if=0xffffffff; }
@test "captured length beyond the block" { refused 'captured|length' "$G" epb=60,caplen=61,len=61; }
@test "captured length 0xffffffff" { refused 'captured|length|snaplen' "$G" epb=60,caplen=0xffffffff; }
@test "captured length that wraps when padded" { refused 'captured|length|snaplen' "$G" epb=60,caplen=0xfffffffd; }
@test "captured length above max-snaplen" { cut_to "$G epb=9000,len=9001 epb" 1 $G epb=9001 epb; }
@test "captured length of exactly max-snaplen" { stored_as_sent shb+idb epb=9000 epb; }
@test "an enhanced packet block of 28 bytes" { refused 'block of 28' "$G" epb,size=28; }
@test "unknown blocks, custom blocks, statistics, names and secrets" {
	stored_as_sent shb+idb epb isb nrb dsb custom block=77 block=0x40000bad block=0x80000001 epb
}
@test "a block without a body" { stored_as_sent shb+idb epb block=77,size=12 epb; }
@test "several blocks in one frame" { stored_as_sent shb+idb epb+epb=61+isb nrb+epb; }
@test "several blocks in one frame, the last one bad: the whole frame is refused" {
	refused 'interface' "$G" data:epb+isb+epb,if=1
}
@test "an interface and its packet in one frame" { stored_as_sent shb+idb data:idb+epb,if=1 epb; }
@test "a refused frame's interface is not remembered" {
	refused 'interface' "$G" data:idb+epb,if=2
}
@test "simple and obsolete packet blocks" { stored_as_sent shb+idb spb opb=61 epb; }
@test "a simple packet block above max-snaplen" {
	cut_to 'shb+idb,snaplen=9000 spb=9000,len=9001 spb' 1 shb+idb,snaplen=0 spb=9001 spb
}
@test "an obsolete packet block above max-snaplen" { cut_to "$G opb=9000,len=9001" 1 $G opb=9001; }
@test "an obsolete packet block of an unknown interface" { refused 'interface' "$G" opb,if=1; }
@test "an obsolete packet block's captured length beyond the block" { refused 'captured|length' "$G" opb=60,caplen=70; }
@test "a simple packet block of 12 bytes" { refused 'block of 12' "$G" spb,size=12; }
@test "a simple packet block shorter than its packet" { refused 'captured|length|short' "$G" spb=60,len=70; }

# received ADDRESS: the server has read all that came from there
received() {
	command -v ss >/dev/null || skip "no ss"
	ss -tnH "src $LISTEN:$PORT and dst $1" | awk '{ n++; left += $2 } END { exit n != 1 || left > 0 }'
}
@test "reset inside the first frame: the end is logged" {
	needs_one_server "its connection alone"
	config ''
	server_start
	live a 127.0.0.2 -r
	tell a raw:hex=0000
	wait_log 'connected client=foo'
	until_true received 127.0.0.2
	hang_up a
	wait_log 'closed client=foo .*reason="the connection broke: .*packets=0 '
	wait_log 'rejected client=foo .*reason="the connection broke: '
}

@test "the bystander of all these rows lost nothing" { bystander_unharmed; }
