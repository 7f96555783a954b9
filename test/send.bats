#!/usr/bin/env bats
# osmo-pcap-send at its front door: options and input in, bytes on a TCP connection out. The other
# end is socat, not the server. Captures are written here as hexadecimal text, so that every byte
# that is expected stands in the test.

. "$BATS_TEST_DIRNAME/send.bash"

setup() {
	STREAMS=$BATS_TEST_DIRNAME/streams
	begin
	mkfifo event
}

# ---- the other end ----

# listen TARGET [TCP-LISTEN-OPTIONS]: at a free port, or the one in $AT, one connection (or more, with fork) goes to a socat address.
# Returns when connections are accepted; sets PORT and LISTENER.
listen() {
	socat -d -d -u "TCP-LISTEN:${AT:-0},bind=127.0.0.1,reuseaddr${2:+,$2}" "$1" 2>log 3>&- {IN}>&- &
	LISTENER=$!
	PIDS+=("$LISTENER")
	exec {LOG}<log
	heard "listening on "
	PORT=${LINE##*:}
}

listen_file() {
	listen OPEN:got,creat,trunc "$@"
}

# What comes in is read as it comes, from the descriptor $GOT. That is open for writing too, so that
# opening it does not block.
listen_live() {
	mkfifo got
	exec {GOT}<>got
	listen OPEN:got,wronly
}

# The rest, after the listener has closed.
take_rest() {
	wait "$LISTENER" || true
	{ dd bs=65536 iflag=nonblock status=none <&"$GOT" 2>/dev/null || true; } | xxd -p | tr -d '\n'
}

# start ARGUMENTS: in the background, without input, or from the FIFO "input" that $IN feeds; messages
# go to "err", which a test may make a FIFO.
start() {
	"$SEND" -p "$PORT" "$@" </dev/null 2>err 3>&- &
	SENDER=$!
	PIDS+=("$SENDER")
}

start_fed() {
	"$SEND" -p "$PORT" "$@" <input 2>err 3>&- &
	SENDER=$!
	PIDS+=("$SENDER")
	exec {IN}>input
}

# ended STATUS: waits for what start has started
ended() {
	local code=0
	wait "$SENDER" || code=$?
	[[ $code -eq $1 ]] || { echo "exit status $code" >&2; timeout 1 cat err >&2; return 1; }
}

# got HEX: the listener has closed, and has received exactly this.
got() {
	local code=0
	wait "$LISTENER" || code=$?
	[[ $code -eq 0 ]] || { echo "listener: $code" >&2; return 1; }
	cmp <(hex "$1") got
}

# refuser WHEN [COUNT]: a server at a free port, or $AT, that ends connections with a reset, as osmo-pcap-server ends what
# it refuses: WHEN bytes are read, or "end": after the end. After COUNT of them (default: never) it stops. Prints a
# line to the FIFO "event" for each. Sets PORT.
refuser() {
	perl -MIO::Socket::INET -e '
		my ($at, $when, $count) = @ARGV;
		my $l = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1", LocalPort => $at, ReuseAddr => 1) or die;
		$| = 1;
		print "port ", $l->sockport, "\n";
		while ($count-- != 0) {
			my $c = $l->accept or next;
			my $n = 0;
			while ($when eq "end" || $n < $when) {
				my $got = sysread($c, my $data, $when eq "end" ? 65536 : $when - $n) or last;
				$n += $got;
			}
			setsockopt($c, SOL_SOCKET, SO_LINGER, pack("ii", 1, 0));
			close $c;
			print "$n\n";
		}' "${AT:-0}" "$1" "${2:--1}" >event 3>&- {IN}>&- &
	LISTENER=$!
	PIDS+=("$LISTENER")
	exec {EVENT}<>event
	local word=
	while [[ $word != port ]]; do
		read -r -t "$SOON" word PORT <&"$EVENT" || return
	done
}

# no_listener: sets PORT to one without a listener.
no_listener() {
	listen_file
	kill "$LISTENER"
	wait "$LISTENER" || true
}

# listen_again: a listener at PORT, to be read with take.
listen_again() {
	if [[ ! -p got ]]; then
		rm -f got
		mkfifo got
		exec {GOT}<>got
	fi
	AT=$PORT listen OPEN:got,wronly
}

# ---- bytes ----

# The functions that build it print hexadecimal text. They start no process for a part of it: there are thousands.

# hex TEXT: the bytes
hex() {
	local i text=
	if [[ ${#1} -gt 1000 ]]; then
		printf %s "$1" | fold -w 60 | xxd -r -p
		return
	fi
	for ((i = 0; i < ${#1}; i += 2)); do
		text+=\\x${1:i:2}
	done
	printf %b "$text"
}

le16() { printf '%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)); }
le32() { printf '%02x%02x%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)); }
be32() { printf '%08x' "$1"; }

# fill N BYTE
fill() {
	local zeros
	if [[ $1 -gt 100 ]]; then # for bash that takes time squared
		printf "%0$1d" 0 | sed "s/0/$2/g"
	elif [[ $1 -gt 0 ]]; then
		printf -v zeros "%0$1d" 0
		printf %s "${zeros//0/$2}"
	fi
}

# frame TYPE HEX
frame() {
	printf '%02x00%04x%s' "$1" $((${#2} / 2)) "$2"
}

# pcap SNAPLEN, record ORIGINAL DATA: little endian, microseconds
pcap() {
	printf d4c3b2a1020004000000000000000000
	le32 "$1"
	printf 01000000
}

record() {
	le32 "${SEC:-1700000000}"
	le32 "${USEC:-5}"
	le32 $((${#2} / 2))
	le32 "$1"
	printf %s "$2"
}

# block TYPE BODY: little endian
block() {
	local total=$((${#2} / 2 + 12))
	le32 "$1"
	le32 $total
	printf %s "$2"
	le32 $total
}

shb() { block 0x0a0d0d0a "4d3c2b1a01000000ffffffffffffffff${1:-}"; }
idb() {
	le32 1
	le32 $((${#2} / 2 + 20))
	printf 01000000
	le32 "$1"
	printf %s "${2:-}"
	le32 $((${#2} / 2 + 20))
}

# epb INTERFACE ORIGINAL DATA [OPTIONS]
epb() {
	local n=$((${#3} / 2)) padding=000000 total
	padding=${padding:0:$(((4 - n % 4) % 4 * 2))}
	total=$((32 + n + ${#padding} / 2 + ${#4} / 2))
	le32 6
	le32 $total
	le32 "$1"
	le32 0
	le32 "${STAMP:-7}"
	le32 $n
	le32 "$2"
	printf %s%s%s "$3" "$padding" "${4:-}"
	le32 $total
}

# ---- byte for byte ----

@test "a file in any of the four pcap kinds is sent byte for byte" {
	local magic header body
	for magic in d4c3b2a1 4d3cb2a1 a1b2c3d4 a1b23c4d; do
		if [[ $magic == a1* ]]; then
			header=${magic}000200040000000000000000$(be32 128)00000001
			body=$(be32 1)$(be32 2)$(be32 3)$(be32 9)aabbcc
		else
			header=${magic}020004000000000000000000$(le32 128)01000000
			body=$(le32 1)$(le32 2)$(le32 3)$(le32 9)aabbcc
		fi
		hex "$header$body$body" >in
		listen_file
		send 127.0.0.1 in
		got "$(frame 0 "$header")$(frame 1 "$body")$(frame 1 "$body")"
		[[ $output == "sent packets=2 bytes=74 seconds="* ]]
	done
}

# Versions below 2.3 have the two lengths of a record the other way round, 2.3 was written both ways (libpcap, sf-pcap.c).
@test "pcap 2.0 to 2.3 arrives as 2.4, with its lengths in the right order" {
	local minor old
	for minor in 00 01 02 03; do
		old=d4c3b2a10200${minor}000000000000000000$(le32 128)01000000
		hex "$old$(le32 1)$(le32 2)$(le32 9)$(le32 3)aabbcc" >in
		listen_file
		send 127.0.0.1 in
		got "$(frame 0 "$(pcap 128)")$(frame 1 "$(le32 1)$(le32 2)$(le32 3)$(le32 9)aabbcc")"
	done
	# What was sent first is cut behind the right length.
	hex "$old$(le32 1)$(le32 2)$(le32 3)$(le32 9)aabbcc" >in
	listen_file
	send -s 2 127.0.0.1 - <in
	got "$(frame 0 "$(pcap 2)")$(frame 1 "$(le32 1)$(le32 2)$(le32 2)$(le32 9)aabb")"
}

@test "the modified pcap of Linux 2.2 arrives as ordinary pcap" {
	hex "34cdb2a1020004000000000000000000$(le32 128)01000000$(record 9 aabbcc | head -c 32)0500000000080000aabbcc" >in
	listen_file
	send 127.0.0.1 in
	got "$(frame 0 "$(pcap 128)")$(frame 1 "$(record 9 aabbcc)")"
	hex "a1b2cd34000200040000000000000000$(be32 128)00000001$(be32 1)$(be32 2)$(be32 2)$(be32 9)ffffffffffffffffaabb" >in
	listen_file
	send 127.0.0.1 in
	got "$(frame 0 "a1b2c3d4000200040000000000000000$(be32 128)00000001")$(frame 1 "$(be32 1)$(be32 2)$(be32 2)$(be32 9)aabb")"
}

@test "a capture without packets is its link header alone" {
	hex "$(pcap 96)" >in
	listen_file
	send 127.0.0.1 in
	got "$(frame 0 "$(pcap 96)")"
}

@test "recorded streams of the real client come out again" {
	local name at len size
	for name in lo-pcap any-pcap lo-pcapng; do
		: >in
		at=0
		size=$(stat -c %s "$STREAMS/$name.stream")
		while ((at < size)); do
			len=$((16#$(xxd -p -s $((at + 2)) -l 2 "$STREAMS/$name.stream")))
			tail -c +$((at + 5)) "$STREAMS/$name.stream" | head -c "$len" >>in
			at=$((at + 4 + len))
		done
		listen_file
		send 127.0.0.1 in
		wait "$LISTENER"
		cmp "$STREAMS/$name.stream" got
		listen_file
		send 127.0.0.1 - <in
		wait "$LISTENER"
		cmp "$STREAMS/$name.stream" got
	done
}

@test "pcapng: interfaces behind the section header join it, every other block is a frame" {
	local head other packet
	head=$(shb)$(idb 96)$(idb 200)
	other=$(block 5 000000000000000000000000)
	packet=$(epb 1 3 aabbcc 0100020068690000)
	hex "$head$other$packet$(idb 50)$packet" >in
	listen_file
	send 127.0.0.1 in
	got "$(frame 0 "$head")$(frame 1 "$other")$(frame 1 "$packet")$(frame 1 "$(idb 50)")$(frame 1 "$packet")"
	[[ $output == "sent packets=2 "* ]]
}

@test "pcapng: a section header later on is a new link header" {
	local one two
	one=$(shb)$(idb 96)
	two=$(shb 0400020061620000)$(idb 97)
	hex "$one$(epb 0 1 aa)$two$(epb 0 1 bb)" >in
	listen_file
	send 127.0.0.1 in
	got "$(frame 0 "$one")$(frame 1 "$(epb 0 1 aa)")$(frame 0 "$two")$(frame 1 "$(epb 0 1 bb)")"
}

@test "pcapng: an equal section header is not repeated" {
	local one
	one=$(shb)$(idb 96)
	hex "$one$(epb 0 1 aa)$one$(epb 0 1 bb)" >in
	listen_file
	send 127.0.0.1 in
	got "$(frame 0 "$one")$(frame 1 "$(epb 0 1 aa)")$(frame 1 "$(epb 0 1 bb)")"
}

@test "pcapng: equal section headers with different interfaces later on stay apart" {
	local one
	one=$(shb)$(idb 96)
	hex "$one$(epb 0 1 00)$(idb 97)$(epb 1 1 aa)$one$(epb 0 1 11)$(idb 98)$(epb 1 1 bb)" >in
	listen_file
	send 127.0.0.1 in
	got "$(frame 0 "$one")$(frame 1 "$(epb 0 1 00)")$(frame 1 "$(idb 97)")$(frame 1 "$(epb 1 1 aa)")$(frame 1 "$(epb 0 1 11)")$(frame 0 "$one$(idb 98)")$(frame 1 "$(epb 1 1 bb)")"
}

@test "pcapng: big endian" {
	local head packet
	head=0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c
	head+=00000001000000140001000000000060
	head+=00000014
	packet=00000006000000240000000000000000000000070000000200000009aabb000000000024
	hex "$head$packet" >in
	listen_file
	send 127.0.0.1 in
	got "$(frame 0 "$head")$(frame 1 "$packet")"
}

@test "pcapng: interfaces that a link header cannot hold follow as data" {
	local head big
	big=$(idb 96 "010028a0$(fill 41000 41)") # a comment
	head=$(shb)$big
	hex "$head$big$(epb 1 1 aa)" >in
	listen_file
	send 127.0.0.1 in
	got "$(frame 0 "$head")$(frame 1 "$big")$(frame 1 "$(epb 1 1 aa)")"
}

# ---- snapshot length ----

@test "the default snapshot length is the real client's 9000" {
	hex "$(pcap 262144)$(record 9100 "$(fill 9100 ab)")$(record 9000 "$(fill 9000 cd)")" >in
	listen_file
	send 127.0.0.1 in
	got "$(frame 0 "$(pcap 9000)")$(frame 1 "$(record 9100 "$(fill 9000 ab)")")$(frame 1 "$(record 9000 "$(fill 9000 cd)")")"
	[[ $output == *" cut=1" ]]
}

@test "an unlimited snapshot length is lowered too, a smaller one stays" {
	hex "$(pcap 0)" >in
	listen_file
	send -s 77 127.0.0.1 in
	got "$(frame 0 "$(pcap 77)")"
	hex "$(pcap 76)" >in
	listen_file
	send --snaplen 77 127.0.0.1 in
	got "$(frame 0 "$(pcap 76)")"
}

@test "pcapng: cutting lowers every interface and keeps the options" {
	local options=0100020068690000
	hex "$(shb)$(idb 0)$(idb 3)$(epb 0 9 112233445566778899 $options)$(idb 6)" >in
	listen_file
	send -s 5 127.0.0.1 in
	got "$(frame 0 "$(shb)$(idb 5)$(idb 3)")$(frame 1 "$(epb 0 9 1122334455 $options)")$(frame 1 "$(idb 5)")"
	[[ $output == *" cut=1" ]]
}

@test "a record that no frame holds is cut to fit" {
	hex "$(pcap 262144)$(record 70000 "$(fill 70000 ab)")" >in
	listen_file
	send -s 262144 127.0.0.1 in
	got "$(frame 0 "$(pcap 262144)")$(frame 1 "$(record 70000 "$(fill 65519 ab)")")"
	[[ $output == *" cut=1" ]]
}

@test "a pcapng block that no frame holds is left out and counted: an error, also with -q" {
	local long line
	long=$(block 2989 "$(fill 65536 ab)")
	line="osmo-pcap-send: in: at byte 48: a block of 65548 bytes is left out: a frame holds 65535, and it cannot be cut to that"
	hex "$(shb)$(idb 96)$long$long$(epb 0 1 aa)" >in
	listen_file
	WANT=1 send 127.0.0.1 in
	got "$(frame 0 "$(shb)$(idb 96)")$(frame 1 "$(epb 0 1 aa)")"
	[[ ${#lines[@]} -eq 2 && ${lines[0]} == "$line" && ${lines[1]} == *" skipped=2" ]]
	listen_file
	WANT=1 send -q 127.0.0.1 in
	[[ $output == "$line" ]]
	hex "$(shb)$(idb 96)$(epb 0 1 aa "0100ff7f$(fill 32768 41)0100ff7f$(fill 32768 41)")" >in
	listen_file
	WANT=1 send -q 127.0.0.1 in
	[[ $output == "osmo-pcap-send: in: at byte 48: a packet with its options of 65580 bytes is left out: "* ]]
}

@test "blocks of a section that describes no interface are sent, and an error, also with -q" {
	local names
	names=$(block 4 "$(fill 4 00)")
	hex "$(shb)$names$names" >in
	listen_file
	WANT=1 send -q 127.0.0.1 in
	got "$(frame 0 "$(shb)")$(frame 1 "$names")$(frame 1 "$names")"
	[[ $output == "osmo-pcap-send: in: at byte 60: end of a section that describes no interface, so that no packet can be among its blocks (2)" ]]
	# one before another section, and no second line
	hex "$(shb)$names$(shb)$(idb 96)$(epb 0 1 aa)$(shb)$names" >in
	listen_file
	WANT=1 send 127.0.0.1 in
	[[ ${lines[0]} == "osmo-pcap-send: in: at byte 44: end of a section that describes no interface, so that no packet can be among its blocks (1)" ]]
	[[ ${#lines[@]} -eq 2 ]]
	# an interface that comes later, and nothing at all, are as they should be
	hex "$(shb)$names$(idb 96)$(epb 0 1 aa)$(shb)" >in
	listen_file
	send 127.0.0.1 in
}

# ---- compressed input ----

# many N: pcap with so many records
many() {
	perl -e 'binmode STDOUT; srand 3; print pack("V v2 V4", 0xa1b2c3d4, 2, 4, 0, 0, 9000, 1);
		print pack("V4", $_, 0, 500, 500), map { chr rand 256 } 1 .. 500 for 1 .. shift' "$1"
}

# frames_of FILE: the stream of a pcap file
frames_of() {
	perl -e 'binmode STDIN; binmode STDOUT; local $/; $_ = <STDIN>;
		print pack("CCn", 0, 0, 24), substr $_, 0, 24, "";
		while (length) { my $n = 16 + unpack "x8 V", $_; print pack("CCn", 1, 0, $n), substr $_, 0, $n, "" }' <"$1"
}

@test "gzip and zstd are read directly, from files and standard input, whatever their names" {
	local kind
	many 1000 >in
	frames_of in >expected
	gzip -k in
	zstd -q in
	cat in.gz <(head -c 100 /dev/zero) >in.tape
	{ head -c 100000 in | zstd -q; tail -c +100001 in | zstd -q; } >in.frames
	{ head -c 100000 in | gzip; tail -c +100001 in | gzip; } >in.members
	for kind in gz zst tape frames members; do
		mv "in.$kind" odd
		listen_file
		send 127.0.0.1 odd
		wait "$LISTENER"
		cmp expected got
		[[ $output == "sent packets=1000 "* ]]
		listen_file
		send 127.0.0.1 <odd
		wait "$LISTENER"
		cmp expected got
		listen_file
		send 127.0.0.1 - < <(cat odd)
		wait "$LISTENER"
		cmp expected got
	done
}

@test "a compressed file in a loop, and one that does not begin at the beginning" {
	many 3 >in
	gzip -k in
	zstd -q in
	{
		frames_of in
		frames_of in | tail -c +29
	} >expected
	local name
	for name in in.gz in.zst; do
		listen_file
		send -l 2 127.0.0.1 $name
		wait "$LISTENER"
		cmp expected got
		{ echo skipped; cat $name; } >longer
		listen_file
		{ read -r; send 127.0.0.1; } <longer
		wait "$LISTENER"
		cmp <(frames_of in) got
	done
}

@test "compressed input that ends early or is damaged: what came before is sent, then an error" {
	local name size
	many 1000 >in
	frames_of in >expected
	gzip -k in
	zstd -q --check in
	for name in in.gz in.zst; do
		size=$(stat -c %s "$name")
		head -c $((size / 2)) "$name" >part
		listen_file
		WANT=1 send -q 127.0.0.1 part
		wait "$LISTENER"
		[[ $output =~ ^osmo-pcap-send:\ part:\ at\ byte\ [0-9]+:\ the\ (gzip|zstd)\ data\ ends\ early$ ]]
		size=$(stat -c %s got)
		((size > $(stat -c %s expected) / 5 && (size - 28) % 520 == 0))
		cmp -n "$size" expected got
		{ cat "$name"; echo garbage; } >longer
		listen_file
		WANT=1 send 127.0.0.1 - <longer
		wait "$LISTENER"
		cmp expected got
		[[ $output == *"osmo-pcap-send: standard input: at byte 516024: "* ]]
	done
	# a record that the capture itself cuts off is named as ever
	head -c 1000 in | gzip >part
	listen_file
	WANT=1 send -q 127.0.0.1 part
	[[ $output == "osmo-pcap-send: part: at byte 540: truncated: the input ends inside a pcap record, after 460 of 516 bytes" ]]
}

@test "from a pipe of zstd every packet is sent as soon as its block is there" {
	listen_live
	start_fed 127.0.0.1
	{ hex "$(pcap 96)$(record 1 aa)"; } | zstd -q >&"$IN"
	[[ $(take 49) == "$(frame 0 "$(pcap 96)")$(frame 1 "$(record 1 aa)")" ]]
	hex "$(record 1 bb)" | zstd -q >&"$IN"
	[[ $(take 21) == "$(frame 1 "$(record 1 bb)")" ]]
	exec {IN}>&-
	ended 0
}

# ---- damaged input ----

# damaged HEX FRAMES MESSAGE: frames arrive, then the error
damaged() {
	hex "$1" >in
	listen_file
	WANT=1 send 127.0.0.1 in
	got "$2"
	[[ $output == *"osmo-pcap-send: in: at byte $3"* ]]
}

@test "input that ends inside a record: what is whole is sent" {
	local whole
	whole=$(pcap 96)$(record 3 aabbcc)
	damaged "$whole$(record 4 aabbccdd | head -c 38)" "$(frame 0 "$(pcap 96)")$(frame 1 "$(record 3 aabbcc)")" \
		"43: truncated: the input ends inside a pcap record, after 19 of 20 bytes"
	damaged "${whole}00" "$(frame 0 "$(pcap 96)")$(frame 1 "$(record 3 aabbcc)")" \
		"43: truncated: the input ends inside a pcap record header, after 1 of 16 bytes"
}

@test "pcapng that ends inside a block: what is whole is sent" {
	damaged "$(shb)$(idb 96)$(idb 97 | head -c 30)" "$(frame 0 "$(shb)$(idb 96)")" \
		"48: truncated: the input ends inside a pcapng block, after 15 of 20 bytes"
}

@test "an impossible captured length" {
	damaged "$(pcap 96)$(record 1 aa)0000000000000000ffffffff00000000" "$(frame 0 "$(pcap 96)")$(frame 1 "$(record 1 aa)")" \
		"41: impossible captured length 4294967295"
}

@test "pcapng block lengths: impossible, and different before and after" {
	damaged "$(shb)$(idb 96)$(le32 5)$(le32 13)$(fill 20 00)" "$(frame 0 "$(shb)$(idb 96)")" \
		"48: impossible pcapng block length 13"
	damaged "$(shb)$(idb 96)$(le32 5)$(le32 12)$(le32 16)" "$(frame 0 "$(shb)$(idb 96)")" \
		"48: pcapng block lengths differ: 12 before, 16 after it"
}

@test "a packet that contradicts its section" {
	damaged "$(shb)$(idb 96)$(epb 1 1 aa)" "$(frame 0 "$(shb)$(idb 96)")" \
		"48: packet of interface 1, but its section has declared 1"
}

@test "versions that no reader knows are refused before connecting, or where the section begins" {
	PORT=1
	local version
	for version in 01000100 01000300 02000000; do
		hex "$(shb | sed s/01000000/$version/)$(idb 96)$(epb 0 1 aa)" >in
		WANT=1 send 127.0.0.1 in
		[[ $output == "osmo-pcap-send: in: at byte 0: pcapng version ${version:1:1}.${version:5:1}; only 1.0 and 1.2 can be sent" ]]
	done
	hex "$(pcap 96 | sed s/02000400/02000500/)" >in
	WANT=1 send 127.0.0.1 in
	[[ $output == "osmo-pcap-send: in: at byte 0: pcap version 2.5; only 2.0 to 2.4 can be sent" ]]
	local head
	head=$(shb)$(idb 96)$(epb 0 1 aa)
	damaged "$head$(shb | sed s/01000000/01000100/)" "$(frame 0 "$(shb)$(idb 96)")$(frame 1 "$(epb 0 1 aa)")" \
		"$((${#head} / 2)): pcapng version 1.1; only 1.0 and 1.2 can be sent"
	hex "$(shb | sed s/01000000/01000200/)$(idb 96)$(epb 0 1 aa)" >in
	listen_file
	send 127.0.0.1 in
}

@test "what is no capture is refused before connecting" {
	PORT=1
	local text
	for text in "" "0a" "1f8b0800" "0a0d0d0a1c00000011223344" "d4c3b2a10200050000000000000000000000000000000000"; do
		hex "$text" >in
		WANT=1 send 127.0.0.1 in
		[[ $output == "osmo-pcap-send: in: at byte 0: "* ]]
		[[ ${#lines[@]} -eq 1 ]]
	done
	WANT=1 send 127.0.0.1 missing
	[[ $output == "osmo-pcap-send: missing: cannot open: No such file or directory" ]]
}

# ---- standard input ----

@test "from a pipe every packet is sent at once" {
	listen_live
	start_fed 127.0.0.1
	hex "$(pcap 96)" >&"$IN"
	[[ $(take 28) == "$(frame 0 "$(pcap 96)")" ]]
	hex "$(record 3 aabbcc)" >&"$IN"
	[[ $(take 23) == "$(frame 1 "$(record 3 aabbcc)")" ]]
	# In two pieces: nothing before the second, the whole at once after it.
	hex "$(record 2 ddee | head -c 20)" >&"$IN"
	hex "$(record 2 ddee | tail -c +21)" >&"$IN"
	[[ $(take 22) == "$(frame 1 "$(record 2 ddee)")" ]]
	exec {IN}>&-
	ended 0
	[[ $(<err) == "sent packets=2 bytes=73 seconds="* ]]
}

@test "pcapng from a pipe: the link header is complete, and worth a connection, when another block comes" {
	no_listener
	start_fed -q 127.0.0.1 -
	hex "$(shb)$(idb 96)" >&"$IN"
	listen_again
	hex "$(idb 97)" >&"$IN"
	hex "$(epb 1 1 aa)" >&"$IN"
	[[ $(take 112) == "$(frame 0 "$(shb)$(idb 96)$(idb 97)")$(frame 1 "$(epb 1 1 aa)")" ]]
	exec {IN}>&-
	ended 0
}

@test "TERM ends a pipe's sending cleanly, with exit status 0" {
	listen_live
	start_fed 127.0.0.1
	hex "$(pcap 96)$(record 1 aa)" >&"$IN"
	[[ $(take 49) == "$(frame 0 "$(pcap 96)")$(frame 1 "$(record 1 aa)")" ]]
	kill -TERM "$SENDER"
	ended 0
	[[ -z $(take_rest) ]]
	[[ $(<err) == "sent packets=1 "* ]]
	exec {IN}>&-
}

@test "INT in an unfinished file sends whole records only, with exit status 1" {
	local i
	hex "$(pcap 96)$(for i in {1..50}; do record 1 aa; done)" >in
	listen_live
	local rest
	start --rate 1 127.0.0.1 in
	[[ $(take 49) == "$(frame 0 "$(pcap 96)")$(frame 1 "$(record 1 aa)")" ]]
	kill -INT "$SENDER"
	ended 1
	grep -q "interrupted before the end of in" err
	rest=$(take_rest)
	((${#rest} < 2 * 49 * 21 && ${#rest} % (2 * 21) == 0))
}

# ---- loop and rate ----

@test "a loop sends the file again without its link header" {
	hex "$(pcap 96)$(record 1 aa)$(record 1 bb)" >in
	listen_file
	send --loop 3 127.0.0.1 in
	local pass
	pass=$(frame 1 "$(record 1 aa)")$(frame 1 "$(record 1 bb)")
	got "$(frame 0 "$(pcap 96)")$pass$pass$pass"
	[[ $output == "sent packets=6 "* ]]
}

@test "a loop over two sections switches back between them" {
	local one two pass
	one=$(shb)$(idb 96)
	two=$(shb)$(idb 97)
	hex "$one$(epb 0 1 aa)$two$(epb 0 1 00)$(idb 98)$(epb 1 1 bb)" >in
	pass=$(frame 0 "$one")$(frame 1 "$(epb 0 1 aa)")
	pass+=$(frame 0 "$two")$(frame 1 "$(epb 0 1 00)")$(frame 1 "$(idb 98)")$(frame 1 "$(epb 1 1 bb)")
	listen_file
	send -l 2 127.0.0.1 in
	got "$pass$pass"
}

@test "a loop does not declare an interface again" {
	local head
	head=$(shb)$(idb 96)
	local early late
	early=$(frame 1 "$(epb 0 1 00)")
	late=$(frame 1 "$(epb 1 1 aa)")
	hex "$head$(epb 0 1 00)$(idb 97)$(epb 1 1 aa)" >in
	listen_file
	send -l 3 127.0.0.1 in
	got "$(frame 0 "$head")$early$(frame 1 "$(idb 97)")$late$early$late$early$late"
}

@test "an endless loop over no packets ends" {
	hex "$(pcap 96)" >in
	listen_file
	send -l 0 127.0.0.1 in
	got "$(frame 0 "$(pcap 96)")"
}

@test "an endless loop goes on until it is told to stop" {
	hex "$(pcap 96)$(record 1 aa)" >in
	listen_live
	start -l 0 127.0.0.1 in
	[[ $(take $((28 + 21 * 1000))) == "$(frame 0 "$(pcap 96)")$(fill 1000 "$(frame 1 "$(record 1 aa)")")" ]]
	kill -TERM "$SENDER"
	cat <&"$GOT" >/dev/null 3>&- & # lest the listener gets stuck
	PIDS+=($!)
	ended 0
}

@test "a rate changes nothing but the time" {
	local i body="" expected="" rate
	for i in {1..30}; do
		body+=$(record 1 "$(printf %02x "$i")")
		expected+=$(frame 1 "$(record 1 "$(printf %02x "$i")")")
	done
	hex "$(pcap 96)$body" >in
	for rate in 1 original 1000 1000000000; do
		[[ $rate != 1 ]] || continue # would take half a minute
		listen_file
		send --rate $rate 127.0.0.1 in
		got "$(frame 0 "$(pcap 96)")$expected"
	done
}

@test "original rate: time that goes back, and odd pcapng units, are no obstacle" {
	local a b c
	a=$(SEC=1700000000 USEC=1000 record 1 aa)
	b=$(SEC=1600000000 USEC=0 record 1 bb)
	c=$(SEC=1600000000 USEC=1000 record 1 cc)
	hex "$(pcap 96)$a$b$c" >in
	listen_file
	send --rate original 127.0.0.1 in
	got "$(frame 0 "$(pcap 96)")$(frame 1 "$a")$(frame 1 "$b")$(frame 1 "$c")"
	# 2^-10 and 10^-12 of a second: three and 2000000 of them are next to nothing.
	local head
	head=$(shb)$(idb 96 "090001008a00000000000000")$(idb 96 "090001000c00000000000000")
	a=$(STAMP=1 epb 0 1 aa)$(STAMP=4 epb 0 1 aa)
	b=$(STAMP=1 epb 1 1 bb)$(STAMP=2000001 epb 1 1 bb)
	hex "$head$a$b$(block 3 01000000aa000000)" >in
	listen_file
	send --rate original 127.0.0.1 in
	wait "$LISTENER"
	[[ $(stat -c %s got) -eq $(($(stat -c %s in) + 6 * 4)) ]]
}

@test "original rate waits as long as the packets did" {
	hex "$(pcap 96)$(USEC=0 record 1 aa)$(USEC=300000 record 1 bb)" >in
	listen_file
	send --rate original 127.0.0.1 in
	wait "$LISTENER"
	[[ $output =~ seconds=([0-9]+)\.([0-9]+) ]]
	((10#${BASH_REMATCH[1]}${BASH_REMATCH[2]} >= 300))
	# The same after time has gone back.
	hex "$(pcap 96)$(SEC=1700000000 record 1 aa)$(SEC=1600000000 USEC=0 record 1 bb)$(SEC=1600000000 USEC=300000 record 1 cc)" >in
	listen_file
	send --rate original 127.0.0.1 in
	wait "$LISTENER"
	[[ $output =~ seconds=([0-9]+)\.([0-9]+) ]]
	((10#${BASH_REMATCH[1]}${BASH_REMATCH[2]} >= 300))
}

# ---- the connection ----

@test "the source address is the one asked for" {
	hex "$(pcap 96)" >in
	listen_file range=127.0.0.5/32
	send --source 127.0.0.5 127.0.0.1 in
	got "$(frame 0 "$(pcap 96)")"
	WANT=1 send --source 192.0.2.1 127.0.0.1 in
	[[ $output == *"127.0.0.1:$PORT: cannot send from source address 192.0.2.1: "* ]]
	WANT=1 send --source ::1 127.0.0.1 in
	[[ $output == *"the source address is of another IP version"* ]]
}

# in_a_network COMMANDS: in a network of its own, whose interface "here" has the addresses fe80::15 and fe80::16.
in_a_network() {
	unshare -Urn true 2>/dev/null || skip "no network namespaces here"
	timeout "$SOON" unshare -Urn bash -eu -c '
		ip link set lo up
		ip link add here type veth peer name there
		ip link set here addrgenmode none
		ip link set here up
		ip link set there up
		ip addr add fe80::15/64 dev here nodad
		ip addr add fe80::16/64 dev here nodad
		'"$1" 3>&-
}

@test "link-local addresses, with their zone: as source, as server, and each has it from the other" {
	hex "$(pcap 96)" >in
	export SEND
	# shellcheck disable=SC2016
	in_a_network '
		try() {
			socat -d -d -u "TCP6-LISTEN:4711,bind=[fe80::16%here],reuseaddr" OPEN:got,creat,trunc 2>told &
			until grep -q "listening on" told; do sleep 0.02; done
			"$SEND" -q -p 4711 "$@" in
			wait
			grep -q "connection from AF=10 \[fe80:.*:0015\]" told
			cmp <(head -c 24 in) <(tail -c +5 got)
		}
		try --source fe80::15%here fe80::16%here
		try -S fe80::15%$(ip -o link show here | cut -d: -f1) fe80::16
		try -S fe80::15 fe80::16%here
		! "$SEND" -q -p 4711 fe80::16 in 2>>err
		! "$SEND" -q -p 4711 -S fe80::15 fe80::16 in 2>>err
		! "$SEND" -q -p 4711 -S fe80::15%nowhere fe80::16%here in 2>>err
		! "$SEND" -q -p 4712 fe80::16%here in 2>>err
	'
	mapfile -t lines <err
	[[ ${lines[0]} == "osmo-pcap-send: [fe80::16]:4711: cannot connect: this address needs its interface, as in fe80::16%eth0" ]]
	[[ ${lines[1]} == "osmo-pcap-send: [fe80::16]:4711: cannot send from source address fe80::15: it needs its interface, as in fe80::15%eth0" ]]
	[[ ${lines[2]} == "osmo-pcap-send: [fe80::16%here]:4711: cannot send from source address fe80::15%nowhere: there is no such interface" ]]
	[[ ${lines[3]} == "osmo-pcap-send: [fe80::16%here]:4712: cannot connect: Connection refused" ]]
}

@test "a name is looked up" {
	getent ahostsv4 localhost >/dev/null || skip "localhost has no address here"
	hex "$(pcap 96)" >in
	listen_file
	send -S 127.0.0.1 localhost in
	got "$(frame 0 "$(pcap 96)")"
	WANT=1 send nowhere.invalid in
	[[ $output == *"nowhere.invalid port $PORT: cannot find the address: "* ]]
}

@test "nobody listens: an error that names the server" {
	hex "$(pcap 96)" >in
	no_listener
	WANT=1 send 127.0.0.1 in
	[[ $output == "osmo-pcap-send: 127.0.0.1:$PORT: cannot connect: Connection refused" ]]
}

@test "a server that closes early is an error while sending" {
	hex "$(pcap 96)$(record 1 aa)" >in
	listen SYSTEM:'head -c 100 >/dev/null'
	WANT=1 send --loop 0 127.0.0.1 in
	[[ $output == "osmo-pcap-send: 127.0.0.1:$PORT: the server "*" its log says why" ]]
}

@test "a server that closes early is noticed while there is nothing to send" {
	listen_live
	start_fed 127.0.0.1
	hex "$(pcap 96)" >&"$IN"
	[[ $(take 28) == "$(frame 0 "$(pcap 96)")" ]]
	kill "$LISTENER"
	ended 1
	[[ $(<err) == "osmo-pcap-send: 127.0.0.1:$PORT: the server closed the connection before everything was sent: its log says why" ]]
	exec {IN}>&-
}

@test "a server that ends the connection with a reset has refused the stream: while sending, in a pause, at the end" {
	local refused when
	hex "$(pcap 96)$(record 1 aa)" >in
	refuser 1000
	refused="the server refused this host or its stream, or went away: its log says why"
	WANT=1 send --loop 0 127.0.0.1 in
	[[ $output == "osmo-pcap-send: 127.0.0.1:$PORT: $refused" ]]
	refuser 28
	start_fed -q 127.0.0.1
	hex "$(pcap 96)" >&"$IN"
	ended 1
	exec {IN}>&-
	[[ $(<err) == "osmo-pcap-send: 127.0.0.1:$PORT: $refused" ]]
	for when in 49 end; do
		refuser "$when"
		WANT=1 send 127.0.0.1 in
		[[ $output == "osmo-pcap-send: 127.0.0.1:$PORT: $refused" ]]
	done
}

@test "a server that has not read everything when it goes is an error, although all was sent" {
	listen_live
	start_fed 127.0.0.1
	hex "$(pcap 96)" >&"$IN"
	[[ $(take 28) == "$(frame 0 "$(pcap 96)")" ]]
	kill -STOP "$LISTENER"
	hex "$(record 1 aa)" >&"$IN"
	exec {IN}>&-
	kill -KILL "$LISTENER"
	ended 1
	grep -qE "^osmo-pcap-send: 127.0.0.1:$PORT: the server (refused this host or its stream, or went away|(ended|closed) the connection)" err
}

@test "the end is when the server has closed" {
	cat >serve <<'END'
cat >got
echo >event
read -r _ <gate
END
	mkfifo gate
	hex "$(pcap 96)" >in
	socat -d -d -t 20 TCP-LISTEN:0,bind=127.0.0.1 SYSTEM:"sh ./serve" 2>log 3>&- &
	PIDS+=($!)
	exec {LOG}<log
	heard "listening on "
	PORT=${LINE##*:}
	start 127.0.0.1 in
	read -r -t "$SOON" _ <event
	[[ ! -s err ]]
	kill -0 "$SENDER"
	echo >gate
	ended 0
	[[ $(<err) == "sent packets=0 "* ]]
}

@test "a server that sends something is no osmo-pcap-server" {
	socat -d -d TCP-LISTEN:0,bind=127.0.0.1 SYSTEM:'echo SSH-2.0; cat >/dev/null' 2>log 3>&- &
	PIDS+=($!)
	exec {LOG}<log
	heard "listening on "
	PORT=${LINE##*:}
	start_fed 127.0.0.1
	hex "$(pcap 96)" >&"$IN"
	ended 1
	grep -q "the other end sent data, so it is no osmo-pcap-server" err
	exec {IN}>&-
}

@test "reconnect: waits for a server, and begins a new connection with the link header" {
	local head first again
	head=$(frame 0 "$(shb)$(idb 96)$(idb 97)")
	first=$head$(frame 1 "$(epb 0 1 aa)")$(frame 1 "$(idb 98)")
	again=$head$(frame 1 "$(idb 98)")
	no_listener
	mkfifo err
	start_fed --reconnect 127.0.0.1
	exec {ERR}<err
	hex "$(shb)$(idb 96)$(idb 97)$(epb 0 1 aa)$(idb 98)" >&"$IN"
	[[ $(message) == "osmo-pcap-send: 127.0.0.1:$PORT: cannot connect: Connection refused; trying every 2 seconds" ]]
	listen_again
	[[ $(take $((${#first} / 2))) == "$first" ]]
	[[ $(message) == "osmo-pcap-send: 127.0.0.1:$PORT: connected again" ]]
	kill "$LISTENER"
	[[ $(message) == *": the server closed the connection before everything was sent: its log says why; trying again in 1 s" ]]
	wait "$LISTENER" || true
	listen_again
	[[ $(take $((${#again} / 2))) == "$again" ]]
	hex "$(epb 2 1 bb)" >&"$IN"
	[[ $(take 40) == "$(frame 1 "$(epb 2 1 bb)")" ]]
	exec {IN}>&-
	ended 0
	[[ -z $(take_rest) ]]
}

@test "reconnect: a file goes on with whole records after a lost connection" {
	local i size
	{
		hex "$(pcap 96)"
		for i in {1..200}; do
			hex "$(le32 1)$(le32 "$i")$(le32 60000)$(le32 60000)"
			head -c 60000 /dev/urandom
		done
	} >in
	{
		hex "$(frame 0 "$(pcap 65519)")"
		for i in {0..199}; do
			hex "0100$(printf %04x 60016)"
			tail -c +$((25 + i * 60016)) in | head -c 60016
		done
	} >expected
	# As sent, with the snapshot length raised to what the packets need.
	hex "$(pcap 65519)" | dd of=in conv=notrunc status=none
	cat >serve <<'END'
if mkdir first 2>/dev/null; then head -c 100000 >/dev/null; else cat >got; echo >event; fi
END
	listen SYSTEM:'sh ./serve' fork
	send --reconnect -s 65519 127.0.0.1 in
	read -r -t "$SOON" <event
	size=$(stat -c %s got)
	((size > 28 && size < $(stat -c %s expected) && (size - 28) % 60020 == 0))
	cmp <(head -c 28 expected) <(head -c 28 got)
	cmp <(tail -c $((size - 28)) expected) <(tail -c +29 got)
}

@test "reconnect: what is refused is tried ever less often, which one line says; after that only what lasts" {
	refuser 28
	mkfifo err
	start_fed --reconnect 127.0.0.1
	exec {ERR}<err
	hex "$(pcap 96)" >&"$IN"
	local server="osmo-pcap-send: 127.0.0.1:$PORT" refused="the server refused this host or its stream, or went away: its log says why"
	[[ $(message) == "$server: $refused; trying again in 1 s" ]]
	[[ $(message) == "$server: connected again" ]]
	[[ $(message) == "$server: $refused; trying again in 2 s" ]]
	[[ $(message) == "$server: connected again" ]]
	[[ $(message) == "$server: ended 3 connections as soon as they began: does its log refuse this stream? trying again in 4 s, and ever less often, up to every 60 s" ]]
	local i n
	for i in 1 2 3 4; do
		read -r -t "$SOON" n <&"$EVENT"
		[[ $n -eq 28 ]]
	done
	exec {IN}>&-
	kill -TERM "$SENDER"
	ended 1
	[[ $(message) == *"interrupted while not connected; not everything was sent" ]] # nothing about the fourth
}

@test "reconnect: INT ends the waiting" {
	no_listener
	hex "$(pcap 96)" >in
	mkfifo err
	start --reconnect 127.0.0.1 in
	exec {ERR}<err
	[[ $(message) == *"trying every 2 seconds" ]]
	kill -INT "$SENDER"
	ended 1
	[[ $(message) == *"interrupted while not connected; not everything was sent" ]]
}

# ---- live ----

@test "live capture sends what the filter lets through, until TERM" {
	"$SEND" -q -p 1 -i lo 127.0.0.1 2>&1 | grep -q "cannot capture" && skip "no permission to capture"
	listen_live
	local header packet
	start -s 200 -i lo 127.0.0.1 udp and dst port "$PORT"
	header=$(take 28)
	# magic in host byte order, version 2.4; snapshot length; Ethernet
	[[ $header == "00000018$(le32 0xa1b2c3d4)$(le16 2)$(le16 4)"*"$(le32 200)$(le32 1)" ]]
	printf hello | socat -u - UDP:127.0.0.1:"$PORT"
	# frame 4, record header 16, Ethernet 14, IP 20, UDP 8, text 5
	packet=$(take 67)
	[[ $packet == 0100003f*"$(le32 47)$(le32 47)"*68656c6c6f ]]
	kill -TERM "$SENDER"
	ended 0
	[[ -z $(take_rest) ]]
	[[ $(<err) == "sent packets=1 bytes=95 seconds="*" dropped=0" ]]
}

# in_netfilter TARGET COMMANDS: in a network of its own, in which what is sent to port 4712 goes to the target, and what
# port 4711 gets comes into "got".
in_netfilter() {
	local iptables
	unshare -Urn true 2>/dev/null || skip "no network namespaces here"
	for iptables in iptables-legacy iptables none; do
		unshare -Urn "$iptables" -A OUTPUT -p udp --dport 4712 -j $1 2>/dev/null && break
	done
	[[ $iptables != none ]] || skip "no $1 in a network namespace here"
	timeout "$SOON" unshare -Urn bash -eu -c '
		ip link set lo up
		'"$iptables -A OUTPUT -p udp --dport 4712 -j $1"'
		packet() { printf "%s" "$1" | socat -u - UDP:127.0.0.1:4712; }
		until_true() { local end=$((SECONDS + 20)); until "$@"; do ((SECONDS < end)) || exit 99; sleep 0.02; done; }
		socat -d -d -u TCP-LISTEN:4711,bind=127.0.0.1 OPEN:got,creat,trunc 2>told &
		until_true grep -qs "listening on" told
		'"$2" 3>&-
}

# frames_in_got: TYPE LENGTH DATA-AT-THE-END of each
frames_in_got() {
	perl -e 'local $/; $_ = <STDIN>; while (length) { my ($type, $n) = unpack "C x n", $_; my $f = substr $_, 0, 4 + $n, "";
		print "$type $n ", substr($f, -8) =~ s/[^ -~]//gr, "\n" }' <got
}

@test "live capture from nflog: packets are waited for, until TERM" {
	export SEND
	# shellcheck disable=SC2016
	in_netfilter "NFLOG --nflog-group 5 --nflog-threshold 2" '
		"$SEND" -p 4711 -s 200 -i nflog:5 127.0.0.1 2>err &
		sender=$!
		until_true test -s got
		packet "the first"
		packet "second-1" # both come at once
		until_true grep -q second-1 got
		packet "$(printf "%0900d" 7)"
		packet "the last"
		until_true grep -q "the last" got
		kill $sender
		wait $sender
	'
	[[ $(<err) == "sent packets=4 "*" cut=1 "* ]]
	frames_in_got >frames
	[[ $(head -n 1 frames) == "0 24 "* ]]
	[[ $(sed -n 2p frames) == "1 "*first && $(sed -n 3p frames) == "1 "*second-1 && $(sed -n 5p frames) == "1 "*"the last" ]]
	[[ $(sed -n 4p frames) == "1 216 "* ]]
	[[ $(xxd -s 24 -l 4 -p got) == "$(le32 239)" ]] # DLT_NFLOG
}

@test "live capture from nfqueue" {
	export SEND
	# shellcheck disable=SC2016
	in_netfilter "NFQUEUE --queue-num 6" '
		"$SEND" -p 4711 -i nfqueue:6 127.0.0.1 2>err &
		sender=$!
		until_true test -s got
		packet "one-one-"
		until_true grep -q one-one- got
		packet "two-two-"
		until_true grep -q two-two- got
		kill $sender
		wait $sender
	'
	[[ $(<err) == "sent packets=2 "* ]]
}

@test "live capture: an unknown interface and a wrong filter are named" {
	PORT=1
	WANT=1 send -i nosuchif 127.0.0.1
	[[ $output == "osmo-pcap-send: nosuchif: cannot capture: "* ]]
	[[ $output != *"No such device"*"No such device"* ]]
	"$SEND" -q -p 1 -i lo 127.0.0.1 2>&1 | grep -q "cannot capture" && skip "no permission to capture"
	WANT=1 send -i lo 127.0.0.1 no such filter
	[[ $output == "osmo-pcap-send: lo: filter: "* ]]
}

# ---- usage ----

@test "usage errors: exit status 2 and a reason" {
	PORT=1
	: >in
	wrong() {
		local reason=$1
		shift
		WANT=2 send "$@" </dev/null
		[[ $output == *"$reason"* ]] || { echo "not '$reason' for: $*" >&2; return 1; }
	}
	wrong "no HOST given"
	wrong "no HOST given" ""
	wrong "'--snaplen'" --snaplen
	wrong "unrecognized option" --tea h in
	wrong "--snaplen '0'" -s 0 h in
	wrong "--snaplen '262145'" -s 262145 h in
	wrong "--snaplen '9k'" -s 9k h in
	wrong "--port '65536'" -p 65536 h in
	wrong "--port '0'" -p 0 h in
	wrong "--rate '0'" -r 0 h in
	wrong "--rate 'fast'" -r fast h in
	wrong "--loop '-1'" -l -1 h in
	wrong "--source 'here'" -S here h in
	wrong "--source '127.0.0.1%lo'" -S 127.0.0.1%lo h in
	wrong "--source 'fe80::1%'" -S fe80::1% h in
	wrong "'more' after the FILE" h in more
	wrong "--loop is for files, not for standard input" -l 2 h
	wrong "--loop is for files, not for standard input" -l 2 h -
	wrong "--loop is for files, not for an interface" -l 2 -i lo h
}

@test "a loop needs a regular file" {
	PORT=1
	mkfifo pipe
	exec {pipe}<>pipe # without a writer, opening it would wait for one
	WANT=1 send -l 2 127.0.0.1 pipe
	[[ $output == "osmo-pcap-send: pipe: --loop needs a regular file" ]]
}

@test "help and version" {
	PORT=1
	send --help
	[[ $output == "usage: osmo-pcap-send "* ]]
	send -V
	[[ $output =~ ^osmo-pcap-send\ [0-9]+\.[0-9]+ ]]
}

@test "quiet: nothing but errors" {
	hex "$(pcap 96)$(record 100 "$(fill 100 ab)")" >in
	listen_file
	send -q -s 50 127.0.0.1 in
	[[ -z $output ]]
	hex "$(pcap 96)00" >in
	listen_file
	WANT=1 send --quiet 127.0.0.1 in
	[[ $output == "osmo-pcap-send: in: at byte 24: truncated: "* ]]
	[[ ${#lines[@]} -eq 1 ]]
}

@test "progress is drawn on a terminal only, and taken away again" {
	hex "$(pcap 96)$(USEC=0 record 1 aa)$(USEC=350000 record 1 bb)" >in
	listen_file
	send -r original 127.0.0.1 in
	[[ $output != *$'\r'* ]]
	listen_file
	run -0 socat -u EXEC:"$SEND -r original -p $PORT 127.0.0.1 in",pty,stderr,rawer -
	[[ $output == *$'\r\033[?7l['*'#'*'] '*'% '*' kB/s left '* ]]
	[[ $output == *$'\r\033[Jsent packets=2 '* ]]
}

@test "a server that is silent is probed" {
	command -v ss >/dev/null || skip "no ss"
	listen_live
	start_fed 127.0.0.1
	hex "$(pcap 96)" >&"$IN"
	[[ $(take 28) == "$(frame 0 "$(pcap 96)")" ]]
	ss -tnoH "dport = :$PORT" >sockets
	grep 'timer:(keepalive,' sockets
	exec {IN}>&-
	ended 0
}

@test "a server that never closes: given up a minute after it has taken everything" {
	local lib
	lib=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null) || skip "no libfaketime"
	cat >serve <<'END'
cat >got
echo >event
read -r _ <gate
END
	mkfifo gate
	exec {GATE}<>gate
	hex "$(pcap 96)" >in
	socat -d -d -t 200 TCP-LISTEN:0,bind=127.0.0.1 SYSTEM:"sh ./serve" 2>log 3>&- {GATE}>&- &
	PIDS+=($!)
	exec {LOG}<log
	heard "listening on "
	PORT=${LINE##*:}
	# its minute is two seconds
	LD_PRELOAD=$lib FAKETIME="+0 x30" FAKETIME_DONT_FAKE_MONOTONIC=0 \
		ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0" start 127.0.0.1 in
	ended 1
	[[ $(<err) == *"the server has not closed the connection within 60 seconds" ]]
	read -r -t "$SOON" _ <event
}

@test "a server that ends its side while data are on their way has not read everything" {
	command -v ss >/dev/null || skip "no ss"
	mkfifo gate
	perl -MSocket=:all -e '$| = 1;
		socket(my $l, AF_INET, SOCK_STREAM, 0) or die;
		setsockopt($l, SOL_SOCKET, SO_RCVBUF, 1);
		bind($l, pack_sockaddr_in(0, INADDR_LOOPBACK)) && listen($l, 1) or die;
		print((unpack_sockaddr_in(getsockname $l))[0], "\n");
		accept(my $c, $l) or die;
		open my $gate, "<", "gate" or die;
		shutdown $c, 1;
		sleep 100' >log 3>&- &
	PIDS+=($!)
	read -r -t "$SOON" PORT <log
	local i data
	printf -v data 'aa%.0s' {1..9000}
	hex "$(pcap 9000)$(record 9000 "$data")$(record 9000 "$data")$(record 9000 "$data")" >in
	start 127.0.0.1 in
	for ((i = 0; i < 500; i++)); do # all is written, and most of it waits
		ss -tnH state fin-wait-1 "dport = :$PORT" >sockets
		[[ ! -s sockets ]] || break
		sleep 0.02
	done
	[[ -s sockets ]]
	echo >gate
	ended 1
	[[ $(<err) == *"the server closed the connection before it had read everything" ]]
}

@test "progress in a terminal that changes its width: one line, and what fits" {
	command -v tmux >/dev/null || skip "no tmux"
	hex "$(pcap 96)$(for i in {1..400}; do record 1 aa; done)" >in
	listen_file
	unset TMUX
	screen() { tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null "$@"; }
	# Waits until the progress stands in one line, and that matches.
	shows() {
		local end=$((SECONDS + SOON))
		until screen capture-pane -p -S - | grep -E 'left|pkt|%|#' >lines &&
			[[ $(wc -l <lines) -eq 1 ]] && grep -qE "$1" lines; do
			((SECONDS < end)) || { cat lines >&2; return 1; }
		done
	}
	# The window is full before, as terminals are.
	screen new-session -d -x 100 -y 8 "seq 20; exec '$SEND' -r 20 -p $PORT 127.0.0.1 in" 3>&-
	PIDS+=("$(screen display-message -p '#{pid}')")
	shows '^\[#+\.*\] .*[1-9]% [0-9]+ pkt [0-9]+/s [0-9]+ kB/s left 0:'
	screen resize-window -x 41
	shows '^ .[0-9]% [0-9]+ pkt [0-9]+/s [0-9]+ kB/s left 0:'
	screen resize-window -x 20
	shows '^ .[0-9]% left 0:'
	screen resize-window -x 60
	shows '^\[#+\.+\] .*% [0-9]+ pkt [0-9]+/s'
	screen capture-pane -p -S - | grep -qx 20 # what stood above is still there
	screen kill-server
}
