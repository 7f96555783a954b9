# archive: what the tests of osmo-pcap-archive share. Sourced by them, behind lib.bash.

ARCHIVE=$PROGRAMS/osmo-pcap-archive
shopt -s globstar # archive/**/trace-*

setup() {
	begin_in "$BATS_TEST_TMPDIR" archive
	beside_memcheck "its processes are confined"
	[ -x "$ARCHIVE" ] || skip "built without the archive"
}

# without_sanitizers: for a test that starts the archive hundreds of times
without_sanitizers() {
	! nm "$ARCHIVE" 2>/dev/null | grep -q __asan_init || skip "with sanitizers hundreds of starts take minutes"
}

# settings [ARCHIVE-LINES [CLIENTS]]: ./cfg with an archive
settings() {
	config "" "${2-$DEFAULT_CLIENTS}"
	echo "archive: { path = \"archive\"; ${1-} };" >>cfg
}

# capture NAME [PACKETS]: a finished capture in done, the same for the same arguments; age: touch
capture() {
	stream -c "done/$1" pcap data,times="${2:-3}":rec=100
}

once() { "$ARCHIVE" --once -c cfg "$@" 2>log; }

index() { sqlite3 -readonly archive/index.sqlite "$@"; }

# archived_as FILE PATH: the archive holds exactly this capture there, and the index knows. Its status counts, also
# behind ||, where a failed command ends no function.
archived_as() { indexed_as "$1" "path = '$2'"; }

# indexed_as FILE CONDITION: the same of the row of which that is true
indexed_as() {
	local path sum stored length own
	IFS='|' read -r path sum stored length _ < <(index "$ROW WHERE $2") &&
		as_archived "$1" "$path" && read -r own _ < <(sha256sum <"$1") && [ "$sum" = "$own" ] && [ "$stored" = "$length" ]
}
# Of a file: what the index knows, and how long the archived file is; all asked by one process
ROW="SELECT path, lower(hex(sha256)), stored, length(readfile('archive/' || path)), name FROM file"
# as_archived FILE PATH: the archive holds exactly this capture there
as_archived() { zstd -dcq "archive/$2" | cmp - "$1"; }

# everything_once: each capture kept in ./was is archived once, intact, and gone from done. still_there: nothing is lost:
# each of them is in done, or archived as it was. Their status counts, also behind ||, where a failed command ends no
# function.
everything_once() { summed && archived once was.sums; }
still_there() { summed && archived there was.sums; }
# summed: makes ./was.sums, once for all that these ask
summed() { [ was.sums -nt was ] || sha256sum was/* >was.sums; }
keep() { mkdir -p was && cp -p 'done'/trace-* was/; }

# emptied: ./archive, which may be a mount
emptied() {
	local all=(archive/* archive/.[!.]*)
	rm -rf "${all[@]}"
}

# faulty CALL K ERROR|KILL COMMAND…: its K-th call of that name fails, or it is killed before that one. Its status; 98
# where there was no such call to fail. With strace, which takes far longer, where fault cannot do it.
faulty() {
	local status=0 how=error=$3
	fault "$@" || status=$?
	[ $status -eq 99 ] || return $status
	status=0
	[ "$3" != KILL ] || how=signal=KILL
	strace -qq -o injected -e trace="$1" -e inject="$1:$how:when=$2" "${@:4}" || status=$?
	[ "$3" = KILL ] || [[ $(<injected) == *INJECTED* ]] || status=98
	return $status
}

# killed_at CALL K COMMAND…: it is killed there, and KILLED counts that. From run to run there may be a call more or less:
# then it goes on to its end.
killed_at() {
	local status=0
	faulty "$1" "$2" KILL "${@:3}" || status=$?
	case $status in
	137) KILLED=$((${KILLED-0} + 1)) ;;
	0 | 98) ;; # there was no such call
	*) return 1 ;;
	esac
}
# nearly_all_killed FILE: it has a line for each that was to be
nearly_all_killed() { [ "${KILLED-0}" -ge $(($(wc -l <"$1") * 9 / 10)) ]; }

# Calls that change no file and tell no other process anything: who is killed at one of them leaves what the call before
# left, as one who is killed at the next one that is not of these. Locks end with the process, and what is not synced stays
# when a process ends. What is not named here counts as a change, and so does openat() with O_CREAT.
ONLY_ASKS='brk close faccessat2 fcntl fdatasync fstatfs fsync getdents64 geteuid getpid mmap munmap newfstatat openat pread64 sync_file_range'

# calls_from TEXT: from the first call on that has TEXT in its line of ./trace: name of the call, and its how many-th of
# this name: of those that only ask the first of each name, and all others
calls_from() {
	awk -v text="$1" -v asks=" $ONLY_ASKS " 'match($0, /^[a-z0-9_]+/) {
		name = substr($0, 1, RLENGTH)
		n[name]++
		if (index($0, text))
			begun = 1
		if (!begun || name == "exit_group" || index(asks, " " name " ") && !/O_CREAT/ && seen[name]++)
			next
		print name, n[name]
	}' trace
}

# without_waiting FUNCTION [OTHERS…]: hundreds of starts with the archive and done in memory, where a sync costs nothing;
# where that is not permitted, on the disk. OTHERS: functions of the .bats file that it calls.
without_waiting() {
	can_trace
	if unshare -Urm true 2>/dev/null; then
		eval "in_memory() { . \"\$TESTDIR/archive.bash\"; mount -t tmpfs tmpfs archive; mount -t tmpfs tmpfs 'done'; $1; }"
		inside in_memory "$@"
	else
		"$1"
	fi
}

# swelling: prints a frame of zstd with a window of 128 KiB, and a million blocks of as many zeros each: 128 GiB
swelling() {
	perl -e 'print pack("V", 0xfd2fb528), "\0\x38"; print pack("V", 131072 << 3 | 2) x 1048576; print "\1\0\0"'
}

# made FORMAT PACKETS BYTES HOW: prints a capture; HOW: random, mixed or alike, the content of its packets
made() {
	perl -e 'my ($format, $n, $len, $how) = @ARGV;
		my $ng = $format eq "pcapng";
		srand 7;
		# a number for each four bytes takes long: of many the sum of two pieces of some
		my $words = $how eq "alike" ? 0 : int($len / ($how eq "random" ? 4 : 12));
		my $some = $words * $n > 65536 ? pack("N*", map { rand 2**32 } 1 .. 65536 + $words) : "";
		sub noise {
			return pack("N*", map { rand 2**32 } 1 .. $words) if $some eq "";
			return substr($some, rand 4 * 65536, 4 * $words) ^ substr($some, rand 4 * 65536, 4 * $words);
		}
		sub block { my ($type, $body) = @_; my $l = 12 + length $body; pack("VV", $type, $l) . $body . pack("V", $l) }
		print $ng ? block(0x0a0d0d0a, pack("VvvVV", 0x1a2b3c4d, 1, 0, ~0, ~0)) . block(1, pack("vvV", 1, 0, 0))
			: pack("VvvVVVV", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1);
		my $pad = "\0" x (-$len & 3);
		for my $i (1 .. $n) {
			my $p = pack("a14 N", "", $i) . noise() . "x" x $len;
			$p = substr $p, 0, $len;
			my ($s, $us) = (1790000000 + int($i / 100), $i % 100 * 1000);
			my $t = $s * 1000000 + $us;
			print $ng ? block(6, pack("VVVVV", 0, $t >> 32, $t & 0xffffffff, $len, $len) . $p . $pad)
				: pack("VVVV", $s, $us, $len, $len) . $p;
		}' "$@"
}
