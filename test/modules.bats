#!/usr/bin/env bats
# The module map in README holds: every file has a row, and the includes follow the order.
. "$BATS_TEST_DIRNAME/lib.bash"

SRC=$TESTDIR/../src

# rows: the names in the table, in order.
rows() {
	sed -n '/^## Module map$/,/^## Measured$/p' "$TESTDIR/../README" |
		sed -nE 's/^\| [0-9]+ \| ([a-z0-9_]+(\.[ch])?)( \*)? \| .+ \|$/\1/p'
}

# ranks: "FILE NUMBER-OF-ITS-ROW" of every file that exists in a row.
ranks() {
	local n=0 name file
	rows >rows.txt
	while read -r name; do
		n=$((n + 1))
		case $name in
		*.[ch]) set -- "$name" ;;
		*) set -- "$name.h" "$name.c" ;;
		esac
		for file; do
			[ ! -e "$SRC/$file" ] || echo "$file $n"
		done
	done <rows.txt
}

# includes: "FILE INCLUDED" of every direct include; the second is in <> or "".
includes() {
	local file
	for file in "$SRC"/*.[ch]; do
		sed -nE "s|^[[:space:]]*#[[:space:]]*include[[:space:]]*([<\"][^>\"]+[>\"]).*|${file##*/} \1|p" "$file"
	done
}

# includers REGEX: the files that include something whose name matches.
includers() { includes | awk -v re="$1" '$2 ~ re { print $1 }' | sort -u; }

@test "every line of the table is a row that is understood" {
	sed -n '/^## Module map$/,/^## Measured$/p' "$TESTDIR/../README" | grep -c '^| [0-9]' >lines
	rows | wc -l >understood
	[ "$(cat lines)" -ge 40 ]
	[ "$(cat lines)" -eq "$(cat understood)" ]
}

@test "layers do not go back" {
	sed -n '/^## Module map$/,/^## Measured$/p' "$TESTDIR/../README" |
		sed -nE 's/^\| ([0-9]+) \|.*/\1/p' >layers
	[ -s layers ]
	sort -nc layers
}

@test "every file has exactly one row" {
	ls "$SRC" | grep '\.[ch]$' | sort >files
	ranks | cut -d ' ' -f 1 | sort >have
	[ -s files ]
	diff files have
}

@test "every row has a file" {
	local name
	rows >names
	while read -r name; do
		case $name in
		*.[ch]) [ -e "$SRC/$name" ] ;;
		*) [ -e "$SRC/$name.c" ] || [ -e "$SRC/$name.h" ] ;;
		esac || {
			echo "no file for $name" >&2
			return 1
		}
	done <names
}

@test "a file includes no header of a row below its own" {
	ranks >ranks.txt
	includes | grep '"' | tr -d '"' >includes.txt
	[ "$(wc -l <includes.txt)" -ge 100 ]
	awk 'NR == FNR { rank[$1] = $2; next }
		!($2 in rank) { print $1 " includes " $2 ", which has no row"; bad = 1; next }
		rank[$2] > rank[$1] { print $1 " includes " $2 ", a row below"; bad = 1 }
		END { exit bad }' ranks.txt includes.txt >&2
}

@test "only the reader of the configuration knows libconfig" {
	[ "$(includers 'libconfig')" = config_reader.h ]
	[ "$(includers '^"config_reader[.]h"$' | sort | tr '\n' ' ')" = 'config.c configfiles.c configvalues.c ' ]
}

@test "only send_live.c knows libpcap" {
	[ "$(includers '^<pcap')" = send_live.c ]
}

@test "only the credentials, the keeper and the TLS transports know GnuTLS" {
	includers '^<gnutls/' >who
	[ -s who ]
	not grep -vxE 'creds\.c|creds_gnutls\.h|keeper\.c|tls_identity\.c|transport_tls\.c|send_tls\.[ch]' who >&2
	includers '^"creds_gnutls[.]h"$' >who
	[ -s who ]
	not grep -vxE 'creds\.c|transport_tls\.c' who >&2
}

@test "the master does not know frames, formats, transports and recording" {
	includers '^"(frame|capfmt|capfmt_parts|transport|transport_tls|recorder)[.]h"$' >who
	[ -s who ]
	not grep '^master' who >&2
}

@test "a session does not know the master, the listeners, the children and the admission" {
	includes | grep -E '^session' >of
	[ -s of ]
	not grep -E '"(master|listen|children|admit)\.h"' of >&2
}
