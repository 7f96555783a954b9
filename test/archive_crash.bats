#!/usr/bin/env bats
# archive_crash: a crash between a file's name in the archive and its row in the index; whatever the settings are at the
# next start, each capture is there once, and the index knows every file.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/archive.bash"

# each_once: each capture kept in ./was is archived once, intact, and gone; there is no file that the index does not have.
# SUMS: the checksums of those in ./was, sorted
each_once() {
	local kept=(was/*) archived=(archive/**/trace-*)
	! compgen -G 'done*/trace-*' >/dev/null || return
	[ "$(index 'SELECT lower(hex(sha256)) FROM file ORDER BY 1')" = "$SUMS" ] || return
	[ ${#archived[@]} -eq ${#kept[@]} ] || return
	"$ARCHIVE" --verify -c cfg >verified || return
	[ -z "$(find archive/.work -mindepth 1)" ]
}

# put: the captures, where they were completed; one name is in both directories
put() { cp -a ready/. .; }

export CLIENTS='{ name = "foo"; address = "127.0.0.2"; }, { name = "bar"; address = "127.0.0.3"; completed-path = "done2"; }'

# crashes FIRST SECOND [STEP]: with the settings FIRST it is killed at every call from the first name on, or each STEPth of
# them; with SECOND it goes on
crashes() {
	local k first name step=${3-1}
	mkdir -p done2 was ready/done ready/done2
	for k in 1 2 3; do
		stream -c was/$k pcap data,times=$k:rec=100
	done
	cp -p was/1 ready/done/trace-foo-20261128_000001.pcap
	cp -p was/2 ready/done2/trace-foo-20261128_000001.pcap
	cp -p was/3 ready/done/trace-bar-20261128_000002_007.pcap
	SUMS=$(sha256sum was/* | cut -d' ' -f1 | sort)
	settings "$1" "$CLIENTS"
	mv cfg cfg1
	settings "$2" "$CLIENTS"
	put
	strace -qq -o trace "$ARCHIVE" --once -c cfg1 2>log
	first=$(grep -n '^symlinkat(' trace | head -n 1 | cut -d: -f1)
	sed -nE 's/^([a-z0-9_]+)\(.*/\1/p' trace | awk '{ print $1, ++n[$1] }' | sed -n "$first,\$p" |
		grep -E '^(symlinkat|fsync|fdatasync|renameat2?|linkat|mkdirat|pwrite64|unlinkat|unlink) ' >all
	[ "$(wc -l <all)" -gt 20 ]
	awk -v step="$step" 'NR % step == 0' all >from
	adopted=0
	while read -r name k; do
		emptied
		put
		killed_at "$name" "$k" "$ARCHIVE" --once -c cfg1 >/dev/null 2>&1 3>&- || return
		once
		each_once || {
			echo "killed at $name, $k" >&2
			cat log verified >&2
			return 1
		}
		! log_has 'a crash had come before it was in the index' || adopted=$((adopted + 1))
	done <from
	nearly_all_killed from
	[ "$adopted" -gt $((3 / step)) ]
}

@test "a crash before the commit, then another compress: each capture is there once, and the index has every file" {
	without_sanitizers
	without_waiting none_next crashes each_once put
}
none_next() { crashes '' 'compress = "none";'; }

@test "the same without compression before" {
	without_sanitizers
	without_waiting none_before crashes each_once put
}
none_before() { crashes 'compress = "none"; directories = "%c";' 'directories = "%c";' 3; }

@test "the same with other directories" {
	without_sanitizers
	without_waiting elsewhere_next crashes each_once put
}
elsewhere_next() { crashes '' 'directories = "%Y/%c";' 3; }

@test "a file that a crash has left and that cannot be read is named at every start, and kept" {
	settings
	once
	mkdir -p archive/foo
	echo none >archive/foo/trace-foo-20261128_000001.pcap.zst
	ln -s trace-foo-20261128_000001.pcap/140/foo/trace-foo-20261128_000001.pcap.zst archive/.work/1-0.to
	ln -s nonsense archive/.work/1-1.to
	for _ in 1 2; do
		once
		wait_log 'error path="foo/trace-foo-20261128_000001.pcap.zst" reason="a crash has left it, and it is not in the index: it has no seek table"'
		[ "$(find archive/.work -mindepth 1)" = archive/.work/1-0.to ]
	done
	rm archive/foo/*
	once
	[ -z "$(find archive/.work -mindepth 1)" ]
}
