# archive: what the tests of osmo-pcap-archive share. Sourced by them, behind lib.bash.

ARCHIVE=$PROGRAMS/osmo-pcap-archive

setup() {
	begin_in "$BATS_TEST_TMPDIR"
	beside_memcheck "its processes are confined"
	[ -x "$ARCHIVE" ] || skip "built without the archive"
	mkdir archive
}

# without_sanitizers: for a test that starts the archive hundreds of times
without_sanitizers() {
	! nm "$ARCHIVE" 2>/dev/null | grep -q __asan_init || skip "with sanitizers hundreds of starts take minutes"
}

# settings [ARCHIVE-LINES [CLIENTS]]: ./cfg with an archive
settings() {
	config "" "${2-$DEFAULT_CLIENTS}"
	cat >>cfg <<-EOT
	archive: { path = "archive"; ${1-} };
	EOT
}

# capture NAME [PACKETS]: a finished capture in done, the same for the same arguments; age: touch
capture() {
	stream pcap data,times="${2:-3}":rec=100 >s
	unframe s >"done/$1"
}

once() { "$ARCHIVE" --once -c cfg "$@" 2>log; }

index() { sqlite3 -readonly archive/index.sqlite "$@"; }

# archived_as FILE PATH: the archive holds exactly this capture there, and the index knows. Its status counts, also
# behind ||, where a failed command ends no function.
archived_as() {
	local sum stored
	IFS='|' read -r sum stored < <(index "SELECT lower(hex(sha256)), stored FROM file WHERE path = '$2'") &&
		as_archived "$1" "$2" "$sum" "$stored"
}
# as_archived FILE PATH SHA256 STORED: the archive holds exactly this capture there, and what the index says is true
as_archived() {
	local sum
	zstd -dcq "archive/$2" | cmp - "$1" && read -r sum _ < <(sha256sum <"$1") && [ "$3" = "$sum" ] &&
		[ "$4" = "$(size "archive/$2")" ]
}

# everything_once: each capture kept in ./was is archived once, intact, and gone from done. It runs hundreds of times:
# one process for each question.
everything_once() {
	local -A row=()
	local kept=(was/*) archived f name path sum stored rows=0
	! compgen -G 'done/trace-*' >/dev/null || return
	mapfile -t archived < <(find archive -name 'trace-*' -o -path 'archive/.work/*' -type f)
	[ ${#archived[@]} -eq ${#kept[@]} ] || return
	while IFS='|' read -r name path sum stored; do
		row[$name]="$path $sum $stored"
		rows=$((rows + 1))
	done < <(index 'SELECT name, path, lower(hex(sha256)), stored FROM file')
	[ $rows -eq ${#kept[@]} ] || return
	for f in "${kept[@]}"; do
		read -r path sum stored <<<"${row[${f##*/}]-}"
		as_archived "$f" "$path" "$sum" "$stored" || return
	done
}
keep() { mkdir -p was && cp -p 'done'/trace-* was/; }

# swelling: prints a frame of zstd with a window of 128 KiB, and a million blocks of as many zeros each: 128 GiB
swelling() {
	perl -e 'print pack("V", 0xfd2fb528), "\0\x38"; print pack("V", 131072 << 3 | 2) x 1048576; print "\1\0\0"'
}

# made FORMAT PACKETS BYTES HOW: prints a capture; HOW: random, mixed or alike, the content of its packets
made() {
	perl -e 'my ($format, $n, $len, $how) = @ARGV;
		my $ng = $format eq "pcapng";
		srand 7;
		sub block { my ($type, $body) = @_; my $l = 12 + length $body; pack("VV", $type, $l) . $body . pack("V", $l) }
		print $ng ? block(0x0a0d0d0a, pack("VvvVV", 0x1a2b3c4d, 1, 0, ~0, ~0)) . block(1, pack("vvV", 1, 0, 0))
			: pack("VvvVVVV", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1);
		my $pad = "\0" x (-$len & 3);
		for my $i (1 .. $n) {
			my $p = pack("a14 N", "", $i) . ($how eq "alike" ? ""
				: pack("N*", map { rand 2**32 } 1 .. $len / ($how eq "random" ? 4 : 12))) . "x" x $len;
			$p = substr $p, 0, $len;
			my ($s, $us) = (1790000000 + int($i / 100), $i % 100 * 1000);
			my $t = $s * 1000000 + $us;
			print $ng ? block(6, pack("VVVVV", 0, $t >> 32, $t & 0xffffffff, $len, $len) . $p . $pad)
				: pack("VVVV", $s, $us, $len, $len) . $p;
		}' "$@"
}
