#!/usr/bin/env bats
# `filter`: only packets that match are stored.
. "$BATS_TEST_DIRNAME/lib.bash"

# as_tcpdump STREAM FILTER: of a recorded stream exactly those packets are stored that tcpdump finds in it.
as_tcpdump() {
	local stream=$BATS_TEST_DIRNAME/streams/$1.stream
	config "filter = \"$2\";"
	server_start
	peer_send 127.0.0.2 "$stream"
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=30 '
	unframe "$stream" >all
	tcpdump -ttnnxxr all "$2" 2>/dev/null >want
	tcpdump -ttnnxxr "$(only_file)" 2>/dev/null | cmp want -
	wait_log "closed client=foo .* filtered=$((30 - $(packets "$(only_file)"))) "
	[ "$(packets "$(only_file)")" -gt 0 ]
}

@test "of Ethernet those packets are stored that tcpdump finds" { as_tcpdump lo-pcap "udp or greater 100"; }
@test "of Linux' cooked capture those packets are stored that tcpdump finds" { as_tcpdump any-pcap "tcp port 8080 or arp or icmp"; }
@test "of pcapng those packets are stored that tcpdump finds" { as_tcpdump lo-pcapng "udp or greater 100"; }

@test "without a packet that matches there is no file; the counts say what came" {
	config 'filter = "greater 1000";'
	server_start
	live a 127.0.0.2
	tell a pcap rec rec=999
	until_true counted 2
	no_file
	tell a rec=1000
	hang_up a
	wait_log 'closed client=foo .*packets=3 .*files=1 filtered=2 '
	[ "$(packets "$(only_file)")" -eq 1 ]
}
counted() { # as the status says
	server_signal USR2
	wait_log "status client=foo .*packets=$1 .*filtered=$1 "
}

@test "a client has a filter of its own, or none" {
	config 'filter = "greater 100";' '{ name = "foo"; address = "127.0.0.2"; filter = "less 99"; },
		{ name = "bar"; address = "127.0.0.3"; filter = ""; }, { name = "baz"; address = "127.0.0.4"; }'
	server_start
	stream pcap rec=60 rec=200 >s
	local from
	for from in 2 3 4; do
		peer_send 127.0.0.$from s
	done
	wait_log 'closed client=foo .*packets=2 .*filtered=1 '
	wait_log 'closed client=bar .*packets=2 bytes=[0-9]* files=1 seconds'
	wait_log 'closed client=baz .*packets=2 .*filtered=1 '
	[ "$(size done/trace-foo-*)" -eq $((24 + 16 + 60)) ]
	[ "$(size done/trace-bar-*)" -eq $((24 + 16 + 60 + 16 + 200)) ]
	[ "$(size done/trace-baz-*)" -eq $((24 + 16 + 200)) ]
}

@test "filtered first, then cut: the original length stays" {
	config 'filter = "greater 1000"; max-snaplen = 96;'
	server_start
	stream pcap rec=100 rec=1400 >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .*cut=1 filtered=1 '
	tcpdump -er "$(only_file)" 2>/dev/null | grep -q 'length 1400'
	[ "$(size "$(only_file)")" -eq $((24 + 16 + 96)) ]
}

@test "a link type for which the filter means nothing is refused, and named" {
	config 'filter = "icmp";'
	server_start
	stream pcap,linktype=177 rec >s
	peer_send 127.0.0.2 s
	wait_log 'rejected client=foo .*reason="the filter means nothing for packets of link type LINUX_LAPD, .*frame=1 '
	no_file
}

@test "pcapng: each packet by its interface, names and secrets are dropped, other blocks stay" {
	local raw=4500001800000000010100000a0000010a000002 # ICMP
	local ether=0200000000020200000000010800$raw
	config 'filter = "icmp";'
	server_start
	stream shb+idb,linktype=101+dsb+idb nrb isb epb,data=$raw epb,if=1 epb,data=$ether,if=1+epb,if=1 custom+nrb dsb \
		idb,linktype=177 epb,data=$raw epb,if=2 >s
	peer_send 127.0.0.2 s
	wait_log 'rejected client=foo .*reason="the filter means nothing for packets of link type LINUX_LAPD, .*frame=11 '
	wait_log 'closed client=foo .*packets=5 .*filtered=2 '
	stream shb+idb,linktype=101+idb isb epb,data=$raw number=1 epb,data=$ether,if=1 number=2 custom \
		idb,linktype=177 epb,data=$raw >kept
	unframe kept | cmp - "$(only_file)"
}

# send_lines: each line of standard input, stream items, over a connection of its own
send_lines() {
	local items
	while read -ra items; do
		stream "${items[@]}" >s
		peer_send 127.0.0.2 s || true # of some the rest is not read
	done
}

@test "of hostile streams nothing is stored that does not match" {
	config 'filter = "ip and greater 70000"; max-snaplen = 64;' # which no packet is
	server_start
	send_lines <<-'EOT'
	pcap rec=0 rec rec=100,len=4294967295 rec=61,caplen=60
	pcap,be rec+rec rec+rec=70 head:pcap,ns rec rec=9000 data:rec+rec,caplen=99
	pcap,version=2.3 rec=60,caplen=60,len=80 rec=60,caplen=80,len=60
	pcap,linktype=177 rec
	pcap,linktype=65535 rec+rec
	pcap rec head:shb+idb+dsb epb nrb+epb+spb+opb shb,be+idb,linktype=177 dsb+nrb epb rec
	shb+idb epb epb=0 epb=61,caplen=62
	shb+idb epb=60,len=4294967295 spb=60,len=4294967295 opb epb,if=1
	shb+idb+idb,linktype=177 spb+spb+epb spb+epb,if=1
	shb+idb idb,linktype=65535+epb+epb,if=1
	shb epb
	shb+nrb+dsb idb dsb+epb dsb nrb nrb+spb custom+epb epb,trailer=8
	shb+idb shb+idb,linktype=113 epb shb,be+idb+epb epb+shb+idb+dsb+epb
	shb+idb data:epb,n=300 shb+idb spb=100+spb=100
	EOT
	wait_log 'closed client=foo ' 14
	wait_log 'rejected client=foo .*link type LINUX_LAPD' 3
	wait_log 'rejected client=foo .*link type 65535' 2
	wait_log ' filtered=' 9
	local f=(done/*)
	[ ! -e "${f[0]}" ] || "$BUILDDIR/test/judge" "${f[@]}" >found
	[ "$(cat found)" = "${f[0]}: 0" ] # the custom block
	not grep -c '# x' "${f[0]}" # a secret
}

@test "a wrong filter is an error with its line, one of each; nothing is looked up, sandbox or not" {
	local sandbox
	for sandbox in '' 'sandbox = "off";'; do
		config "$sandbox" '{ name = "foo"; address = "127.0.0.2"; filter = "icmp orr tcp"; },
{ name = "bar"; address = "127.0.0.3"; filter = "host localhost"; }, { name = "baz"; address = "127.0.0.4";
filter = "udp port domain"; }'
		run "$SERVER" -t -c cfg
		[ "$status" -eq 78 ]
		[[ $output == *"cfg:5: error: filter: 'icmp orr tcp': can't parse filter expression: syntax error"* ]]
		[[ $output == *"cfg:6: error: filter: 'host localhost': unknown host 'localhost'"* ]]
		[[ $output == *"cfg:7: error: filter: 'udp port domain': unknown port 'domain'"* ]]
	done
}

@test "a filter that libpcap cannot compile in time is an error, not a server that hangs" {
	beside_memcheck "it takes that time for itself"
	local i all=
	for ((i = 0; i < 1000; i++)); do
		all+=" or host 10.1.$((i / 250)).$((i % 250))"
	done
	config "filter = \"${all# or }\";"
	run prlimit --cpu=1:unlimited "$SERVER" -t -c cfg # its own limit is 10 s
	[ "$status" -eq 78 ]
	[[ $output == *"cfg:3: error: filter: 'host 10.1.0.0 or "*"...': libpcap takes too long to compile it"* ]]
}

@test "a filter is compiled in a process that can open nothing, and has ten seconds of CPU time" {
	beside_memcheck "strace is beside it"
	can_trace
	config 'filter = "icmp";'
	strace -f -qq -o trace -e trace=prlimit64 "$SERVER" -t -c cfg
	grep -E 'RLIMIT_NOFILE, \{rlim_cur=0, rlim_max=0\}, NULL\) = 0' trace
	grep -E 'RLIMIT_CPU, \{rlim_cur=10, ' trace
}

# ---- a reload ----

@test "a reload: recordings that run follow the new filter from the next packet on" {
	needs_one_server "a reload"
	config 'filter = "greater 100";'
	server_start
	live a 127.0.0.2
	tell a pcap rec=60 rec=200
	wait_log 'file client=foo .*reason=opened'
	config 'filter = "less 100";'
	server_signal HUP
	wait_log 'settings client=foo .*filter="less 100" '
	wait_log 'file client=foo .*reason=reload packets=1 '
	tell a rec=60 rec=200
	wait_log 'file client=foo .*reason=opened' 2
	config ''
	server_signal HUP
	wait_log 'settings client=foo .*filter="" '
	tell a rec=60 rec=200
	hang_up a
	wait_log 'closed client=foo .*packets=6 .*files=3 filtered=2 '
	wait_log 'file client=foo .*reason=closed packets=2 '
	never_log ' kept '
}

@test "a reload: a recording whose link type the new filter means nothing for is refused at its next packet" {
	needs_one_server "a reload"
	config '' '{ name = "foo"; address = "127.0.0.2"; }, { name = "bar"; address = "127.0.0.3"; filter = "icmp"; }'
	server_start
	live a 127.0.0.2
	tell a pcap,linktype=177 rec
	wait_log 'file client=foo .*reason=opened'
	config 'filter = "icmp";'
	server_signal HUP
	wait_log 'settings client=foo .*filter="icmp" '
	tell a rec
	wait_log 'rejected client=foo .*link type LINUX_LAPD, .*frame=3 '
	wait_log 'file client=foo .*reason=reload packets=1 '
	[ "$(packets "$(only_file)")" -eq 1 ]
}

@test "a reload: a wrong filter changes nothing, and what runs goes on" {
	needs_one_server "a reload"
	config 'filter = "greater 100";'
	server_start
	live a 127.0.0.2
	tell a pcap rec=60 rec=200
	wait_log 'file client=foo .*reason=opened'
	config 'filter = "(";'
	server_signal HUP
	wait_log "error .*filter: '\\(': can't parse filter expression"
	tell a rec=60 rec=200
	hang_up a
	wait_log 'closed client=foo .*packets=4 .*files=1 filtered=2 '
}

# mapped: whether the master has libpcap in its memory
mapped() { grep -q '/libpcap\.so' "/proc/$SERVER_PID/maps"; }

@test "a reload: the first filter needs a restart, as libpcap is loaded only where there was one at the start" {
	needs_one_server "a reload"
	server_start
	not mapped
	live a 127.0.0.2
	tell a pcap rec=60
	wait_log 'file client=foo .*reason=opened'
	config '' '{ name = "foo"; address = "127.0.0.2"; max-snaplen = 99;
filter = "icmp"; }'
	server_signal HUP
	wait_log "error .*cfg\" line=6 reason=\"filter: 'icmp': this needs a restart, as there was no filter at the start\""
	tell a rec=60
	hang_up a
	wait_log 'closed client=foo .*packets=2 .*files=1 seconds'
	server_stop
	server_start
	mapped
}

@test "without libpcap a filter is an error that names what is missing; a server without one starts" {
	mkdir lib
	: >"lib/$(make_var LIBPCAP)"
	export LD_LIBRARY_PATH=$PWD/lib
	config ''
	"$SERVER" -t -c cfg
	config '' '{ name = "foo"; address = "127.0.0.2";
filter = "icmp"; }'
	run "$SERVER" -t -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *"error: filter: 'icmp': libpcap cannot be loaded: "*"lib/$(make_var LIBPCAP): file too short"* ]]
	[ -x "$BUILDDIR/osmo-pcap-read" ] || return 0
	run "$BUILDDIR/osmo-pcap-read" -c cfg -f icmp -w out
	[ "$status" -eq 2 ]
	[[ $output == *"--filter cannot be had: libpcap cannot be loaded: "* ]]
}
