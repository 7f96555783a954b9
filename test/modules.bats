#!/usr/bin/env bats
# src/README holds: every file has a row in its folder's table, folders include only folders above
# them, within a folder nothing goes in a circle, and the walks name what is there.
. "$BATS_TEST_DIRNAME/lib.bash"

SRC=$TESTDIR/../src

# folders: in their order, lowest first.
folders() {
	sed -n '/^| folder |/,/^$/p' "$SRC/README" | sed -nE 's/^\| ([a-z0-9]+) \| .+ \|$/\1/p' |
		grep -vx folder
}

# rows FOLDER: the names in its table.
rows() {
	sed -n "/^## $1\$/,/^## /p" "$SRC/README" |
		sed -nE 's/^\| ([a-z0-9_]+(\.[ch])?)( \*)? \| .+ \|$/\1/p' | grep -vx file
}

# in_rows FOLDER: the files that its rows stand for.
in_rows() {
	local name
	rows "$1" | while read -r name; do
		case $name in
		*.[ch]) echo "$name" ;;
		*)
			set -- "$1" "$name.c" "$name.h"
			[ ! -e "$SRC/$1/$2" ] || echo "$2"
			[ ! -e "$SRC/$1/$3" ] || echo "$3"
			;;
		esac
	done
}

# includes: "FILE INCLUDED" of every direct include, FILE with its folder; the second is in <> or "".
includes() {
	awk -v skip=$((${#SRC} + 2)) '/^[ \t]*#[ \t]*include[ \t]*[<"]/ && match($0, /[<"][^>"]+[>"]/) {
		print substr(FILENAME, skip), substr($0, RSTART, RLENGTH) }' "$SRC"/*/*.[ch]
}

# includers REGEX: the files that include something whose name matches.
includers() { includes | awk -v re="$1" '$2 ~ re { print $1 }' | sort -u; }

@test "the folders of the list are those of src, of the Makefile, and of the tables, in one order" {
	folders >list
	[ "$(wc -l <list)" -ge 9 ]
	sed -nE 's|^include src/([a-z0-9]+)/Makefile.inc$|\1|p' "$TESTDIR/../Makefile.am" >makefile
	diff list makefile
	sed -nE 's|^## ([a-z0-9]+)$|\1|p' "$SRC/README" >tables
	diff list tables
	for f in "$SRC"/*/; do basename "$f"; done | sort >there
	sort list | diff - there
}

@test "every file has exactly one row, and every row a file" {
	local folder
	for folder in $(folders); do
		(cd "$SRC/$folder" && ls -- *.[ch]) | sort >files
		in_rows "$folder" | sort >have
		[ -s files ]
		diff files have || {
			echo "in the table of $folder (<: files, >: rows)" >&2
			return 1
		}
	done
}

@test "every line of a table is a row that is understood" {
	local folder
	for folder in $(folders); do
		sed -n "/^## $folder\$/,/^## /p" "$SRC/README" | grep -c '^| [a-z]' >lines
		rows "$folder" | wc -l >understood
		[ "$(cat lines)" -eq "$(($(cat understood) + 1))" ] # and the head
	done
}

# steps: the steps of the walks, each in one line.
steps() {
	sed -n '/^## Walks/,$p' "$SRC/README" |
		awk '/^[0-9]+\. / { if (s) print s; s = $0; next } /^   / { s = s $0; next } { if (s) print s; s = "" }
			END { if (s) print s }'
}

@test "what the walks name is there: each function stands in a file that its step names" {
	local file name step
	steps >steps
	[ "$(wc -l <steps)" -ge 20 ]
	while IFS= read -r step; do
		: >texts
		for file in $(grep -oE '\b[a-z0-9]+/[a-z0-9_]+' <<<"$step"); do
			compgen -G "$SRC/$file.[ch]" >there || {
				echo "no $file: $step" >&2
				return 1
			}
			xargs cat <there >>texts
		done
		for name in $(grep -oE '`[a-z0-9_]+\(\)`' <<<"$step" | tr -d '`()'); do
			grep -qE "^[a-z].*\b$name\(" texts || {
				echo "no $name() there: $step" >&2
				return 1
			}
		done
	done <steps
}

@test "includes are written with their folder, and no folder includes one below it" {
	folders | awk '{ print $1, NR }' >ranks
	includes | grep '"' | tr -d '"' >includes.txt
	[ "$(wc -l <includes.txt)" -ge 200 ]
	awk 'NR == FNR { rank[$1] = $2; next }
		{ split($1, from, "/"); n = split($2, to, "/") }
		n != 2 || !(to[1] in rank) { print $1 " includes " $2 ", which is in no folder"; bad = 1; next }
		rank[to[1]] > rank[from[1]] { print $1 " includes " $2 ", of a folder below"; bad = 1 }
		END { exit bad }' ranks includes.txt >&2
}

@test "programs know nothing of each other" {
	includes | grep -E '^(server|publish|send|vty2cfg|archive|read|watch)/' >of
	[ -s of ]
	awk '{ split($1, from, "/"); gsub(/"/, "", $2); split($2, to, "/") }
		to[1] ~ /^(server|publish|send|vty2cfg|archive|read|watch)$/ && to[1] != from[1] { print; bad = 1 }
		END { exit bad }' of >&2
}

@test "no file of a folder includes itself by way of others" {
	includes | grep '"' | tr -d '"' |
		awk '{ split($1, from, "/"); split($2, to, "/") } from[1] == to[1]' >same
	# a .c and its header are one file here
	sed -E 's/\.[ch]( |$)/\1/g' same | awk '$1 != $2' | sort -u >edges
	[ "$(wc -l <edges)" -ge 30 ]
	tsort edges >order 2>circles || :
	[ ! -s circles ] || {
		cat circles >&2
		return 1
	}
}

@test "only the reader of the configuration knows libconfig" {
	[ "$(includers 'libconfig[.]h')" = config/values.h ]
	[ "$(includers '^"config/(values|groups)[.]h"$' | tr '\n' ' ')" = 'config/groups.c config/groups.h config/load.c config/values.c ' ]
}

@test "only send/live.c and filter/compile.c know libpcap, and send alone is linked with it" {
	[ "$(includers '^<pcap' | tr '\n' ' ')" = 'filter/compile.c send/live.c ' ]
	local program
	for program in "$BUILDDIR"/osmo-pcap-*; do
		readelf -d "$program" 2>/dev/null | grep -q 'NEEDED.*libpcap' && echo "${program##*/}"
	done >linked
	[ "$(cat linked)" = osmo-pcap-send ]
}

@test "only record/decompress.c knows zlib, and besides it only the archive and its reader zstd" {
	[ "$(includers '^<zlib')" = record/decompress.c ]
	not grep -vE '^(archive/|read/archived\.c$|record/decompress\.c$)' <(includers '^<zstd')
}

@test "only the process that talks to subscribers knows libzmq, and its program alone is linked with it" {
	[ "$(includers '^<zmq')" = $'publish/broadcast.c\npublish/head.c' ]
	local program
	for program in "$BUILDDIR"/osmo-pcap-*; do
		readelf -d "$program" 2>/dev/null | grep -q 'NEEDED.*libzmq' && echo "${program##*/}"
	done >linked
	not grep -vx osmo-pcap-publish linked
}

@test "only the credentials, the keeper and the TLS transports know GnuTLS" {
	includers '^<gnutls/' >who
	[ -s who ]
	not grep -vxE 'tls/(creds(_crl)?\.c|expiry\.c|creds_(gnutls|load)\.h|keeper_process\.c|keeper_client\.[ch]|identity\.c|explain\.[ch]|keycost\.c|(socket|handshake)\.h)|send/(tls\.c|tls_creds\.[ch]|verify\.[ch])|archive/(digest|pack)\.c' who >&2
	includers 'creds_gnutls[.]h"$' >who
	[ -s who ]
	not grep -vxE 'tls/(creds_load\.h|handshake\.c)' who >&2
}

@test "the master does not know frames, formats, transports and recording" {
	includers '"(capture/(frame|format|accept|edit|pcap|pcapng)|tls/(transport(_tls)?|socket|handshake)|record/(recorder(_state)?|payload|unread))[.]h"$' >who
	[ -s who ]
	not grep -E '^server/(master|state|admission|spawn|reap|reload|repairs|keeper_watch|floods|timers|events|stop|signals|schedule|options|errout|prepare|main)\.' who >&2
}

@test "a session does not know the master, the listeners, the children and the admission" {
	includes | grep -E '^server/session' >of
	[ -s of ]
	not grep -E '"(server/(master|state|children|events)|daemon/listen|config/clients)\.h"' of >&2
}

@test "only server/events.c formats the log lines of the master" {
	grep -lE '\blog_line\(' "$SRC"/server/*.c | sed "s|^$SRC/||" >who
	grep -qx server/events.c who
	not grep -E '^server/(master|admission|spawn|reap|reload|repairs|keeper_watch|floods|timers|stop|signals|schedule|options|errout|prepare|main)\.c$' who >&2
}
