#!/usr/bin/env bats
# The man pages and the sample configuration agree with the programs.
. "$BATS_TEST_DIRNAME/lib.bash"

MAN=$TESTDIR/../man
OPERATIONS=$MAN/osmo-pcap-operations.7
SAMPLE=$TESTDIR/../etc/osmo-pcap-server.cfg

# Two configurations that print every key; what one of them sets, the other leaves at its default.
print_all_keys() {
	local client='clients = ( { name = "a"; address = "192.0.2.1"; keep: { weight = 1; floor = "0"; }; } );
		archive: { path = "/d"; hand-over: { command = "x"; }; };
		zeromq-publisher: {};'
	echo "server: { tls: { allow-auth = \"anonymous\"; }; }; $client" >unset.cfg
	echo "server: { tls: { capath = \"/a\"; server-cert = \"/b\"; server-key = \"/c\"; }; };" \
		"$client" >set.cfg
	"$SERVER" -T -c unset.cfg >unset.out
	"$SERVER" -T -c set.cfg >set.out
}

# printed FILE: what -T printed as lines "KEY VALUE"; a key without a value has "unset (MEANING)".
printed() {
	sed -nE -e 's/^[[:space:]]*([a-z-]+) = (.*);$/\1 \2/p' \
		-e 's,^[[:space:]]*// ([a-z-]+): (.*)$,\1 unset (\2),p' "$1"
}

keys() {
	print_all_keys
	printed unset.out | cut -d ' ' -f 1 | sort
}

# defaults: "KEY VALUE" of every key that need not be set.
defaults() {
	print_all_keys
	printed unset.out | grep -vE '^(name|address|path|command|allow-auth) '
	printed set.out | grep '^allow-auth '
}

# items PAGE: "KEY DEFAULT" of the keys described in cfg(5), "-" where none is named. Nested
# groups are described in sections of their own.
items() {
	awk '
		function put() { if (key != "") print key, value; key = "" }
		/^\.It Ic / { put(); key = $3; value = "-" ; if (/ No = Brq /) key = ""; next }
		/^Default: / { value = $0; sub(/^Default: /, "", value); sub(/\.$/, "", value) }
		/^\.(El|Ss|Sh)/ { put() }' "$1"
}

@test "every key of the configuration is described in its man page, and no other" {
	items "$MAN/osmo-pcap-server.cfg.5" | cut -d ' ' -f 1 | sort >described
	keys >known
	[ "$(wc -l <known)" -ge 30 ]
	diff known described
}

@test "within each section of the man page the keys are in alphabetical order" {
	awk '/^\.Ss/ { section = $0 } /^\.It Ic / { print section "\t" $3 }' \
		"$MAN/osmo-pcap-server.cfg.5" >order
	[ -s order ]
	cut -f 1 order | uniq | while read -r section; do
		grep -F "$section" order | cut -f 2 | LC_ALL=C sort -c
	done
}

@test "defaults in the man page are those of the program" {
	# the directory of this test is what "." became
	defaults | sed "s|^base-path \"$PWD\"$|base-path \".\"|" | sort >want
	items "$MAN/osmo-pcap-server.cfg.5" | grep -vE '^(name|address|path|command) ' | sort >said
	[ -s want ]
	diff want said
}

@test "every key of the configuration stands in the sample" {
	keys >known
	[ "$(wc -l <known)" -ge 30 ]
	while read -r key; do
		grep -qE "^[[:space:]]*(//[[:space:]]*)*$key = " "$SAMPLE" || {
			echo "missing: $key" >&2
			return 1
		}
	done <known
}

# What the sample has commented out, made part of it.
uncommented() { sed -E 's,^([[:space:]]*)//([^ ]),\1\2,' "$SAMPLE"; }

@test "the sample passes -t where its directories exist" {
	mkdir recording done2
	sed -e "s|/var/lib/osmo-pcap-server/recording|$PWD/recording|" \
		-e "s|/var/lib/osmo-pcap-server/done|$PWD/done2|" "$SAMPLE" >cfg
	grep -q "\"$PWD/done2\"" cfg
	"$SERVER" -t -c cfg
}

@test "what the sample has commented out is valid, and is the default where there is one" {
	uncommented >cfg
	"$SERVER" -T -c cfg >out
	printed out | sort -u >values
	defaults | grep -vE ' unset |^base-path ' >want
	[ -s want ]
	! grep -vxFf values want >&2 || { echo "not in the sample" >&2; return 1; }
}

# examples: each whole configuration that README and the man page show, as example.N.
examples() {
	awk '/^```$/ || /^\.(Bd|Ed)/ { on = 0; fresh = 1; next }
		fresh && /^(server|archive|zeromq-publisher):/ { on = 1; name = "example." ++n }
		{ fresh = 0 }
		on { print >name }' "$TESTDIR/../README" "$MAN/osmo-pcap-server.cfg.5" "$OPERATIONS"
}

@test "the configurations in README and the man pages are valid" {
	echo 'clients = ( { name = "a"; address = "192.0.2.1"; } );' >clients.cfg
	examples
	[ -e example.8 ]
	for example in example.*; do
		"$SERVER" -T -c "$example" >/dev/null
	done
}

# alike: lines without what is different in every run
alike() { sed -E 's/^[0-9]{4}-[^ ]* //; s/:[0-9]+/:N/g; s/pid=[0-9]+/pid=N/; s/-[0-9]{8}_[0-9]{6}/-TIME/
	s/ version=[^ ]*/ version=N/; s/ config="?[^ "]*"?/ config=FILE/; s/ sandbox=[a-z]+/ sandbox=LEVEL/' "$@"; }

@test "the first screen of README shows what the server logs, and README stays short" {
	config "" '{ name = "demo"; address = "127.0.0.1"; }'
	server_start
	unframe "$TESTDIR/streams/lo-pcap.stream" >capture.pcap
	"$SEND" -p "$PORT" 127.0.0.1 capture.pcap
	wait_log ' closed client=demo'
	alike log >logged
	sed -n '/^    == what the server logged$/,/^    == /p' "$TESTDIR/../README" | sed -n 's/^    \([a-z]\)/\1/p' | alike >shown
	[ "$(wc -l <shown)" -ge 5 ]
	while IFS= read -r line; do
		grep -qxF -- "$line" logged || { echo "not logged: $line" >&2; return 1; }
	done <shown
	[ "$(wc -l <"$TESTDIR/../README")" -le 250 ]
}

@test "what bootstrap demo shows of the file that has arrived stands in README" {
	command -v tcpdump >/dev/null || skip "no tcpdump"
	local top=$TESTDIR/.. file='/done/trace-demo-[0-9]{8}_[0-9]{6}\.pcap, mode 440, 33284 bytes$'
	mkdir bin
	printf '#!/bin/sh\n' >bin/make # all is built, and all packages are there
	printf '#!/bin/sh\necho install ok installed\n' >bin/dpkg-query
	printf '#!/bin/sh\nexit 1\n' >bin/pkg-config # nothing is configured again
	chmod +x bin/make bin/dpkg-query bin/pkg-config
	[ -x "$top/configure" ] || skip "no configure here"
	BUILD=$BUILDDIR PATH=$PWD/bin:$PATH "$top/bootstrap" demo >out
	grep -E "^/.*$file" out
	grep -qx '… 30 packets' out
	grep -qx 'identical to the capture that was sent' out
	grep -E "^    /.*$file" "$top/README"
	grep -qx '    … 30 packets' "$top/README"
}

@test "the packages that README installs are those that bootstrap builds with, and those of the package" {
	local top=$TESTDIR/..
	sed -n "/^TO_BUILD='/,/'\$/p" "$top/bootstrap" | tr -d "\n'" | sed 's/^TO_BUILD=//' | xargs -n 1 | sort >built
	sed -n '/^Without the package/,/autoreconf/p' "$top/README" | tr -d '\n\\' |
		sed 's/.*apt-get install \(.*\) autoreconf.*/\1/' | xargs -n 1 | sort >said
	[ "$(wc -l <built)" -ge 10 ]
	diff built said
	sed -n 's/^ *apt-get install \(build-essential .*\)/\1/p' "$top/README" | xargs -n 1 | while read -r name; do
		eval "printf '%s\n' $name"
	done | sort >said
	sed -n '/^Build-Depends:/,/^Standards/p' "$top/etc/debian/control" | grep -oE '(lib[a-z0-9]+-dev|pkg-config|zlib1g-dev)\>' | sort >needed
	[ "$(wc -l <needed)" -ge 6 ]
	[ -z "$(comm -13 said needed)" ]
}

@test "what README, doc and the source's README name is there" {
	local top=$TESTDIR/.. file
	cd "$top"
	cat README doc/* test/bench/README src/README test/fuzz/README |
		grep -oP '(?<![/\w.-])(etc|doc|src|test|man)/[\w./-]*\w' | sort -u >"$BATS_TEST_TMPDIR/named"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/named")" -ge 15 ]
	while read -r file; do
		[ -e "$file" ] || [ -e "$file.c" ] || { echo "not there: $file" >&2; return 1; }
	done <"$BATS_TEST_TMPDIR/named"
}

# options_in PROGRAM: the options that its -h shows.
options_in() {
	"$1" -h >usage || return 1
	grep -oE -- '(^|[][ ,|])-(-[a-z][a-z-]+|[A-Za-z])([] ,|]|$)' usage |
		grep -oE -- '-(-[a-z-]+|[A-Za-z])' | sort -u
}

# all_described PROGRAM PAGE [LEAST]: each option has an item.
all_described() {
	local option
	options_in "$1" >options
	[ "$(wc -l <options)" -ge "${3-10}" ]
	while read -r option; do
		grep -qE -- "^\.It (.* )?Fl ${option#-}( |\$)" "$2" || {
			echo "no item for $option in $2" >&2
			return 1
		}
	done <options
}

@test "every option of osmo-pcap-server is in its man page" {
	all_described "$SERVER" "$MAN/osmo-pcap-server.8"
}

@test "every option of osmo-pcap-send is in its man page" {
	all_described "$SEND" "$MAN/osmo-pcap-send.1"
}

# send_texts: the string literals of osmo-pcap-send, those that follow each other joined, one a line
send_texts() {
	perl -0777 -ne 'while (/((?:"(?:[^"\\]|\\.)*"\s*)+)/g) { print join("", $1 =~ /"((?:[^"\\]|\\.)*)"/g), "\n" }' \
		"$TESTDIR"/../src/send/*.c
}

@test "every message among the diagnostics of osmo-pcap-send is one that it has" {
	local item part
	send_texts >texts
	sed -n '/^\.Sh DIAGNOSTICS$/,/^\.Sh SEE ALSO$/s/^\.It //p' "$MAN/osmo-pcap-send.1" >items
	[ "$(wc -l <items)" -ge 15 ]
	while IFS= read -r item; do
		# "…" stands for what differs; the first words of those about a certificate are a text of their own
		sed -e "s/^the server's certificate /&...  /" -e 's/ *\.\.\. */\n/g' <<<"$item" >parts
		while IFS= read -r part; do
			[ -z "${part#"'"}" ] || grep -qF -- "$part" texts || { echo "no message has: $part" >&2; return 1; }
		done <parts
	done <items
}

@test "every option of osmo-pcap-publish is in its man page" {
	[ -x "$BUILDDIR/osmo-pcap-publish" ] || skip "built without libzmq"
	all_described "$BUILDDIR/osmo-pcap-publish" "$MAN/osmo-pcap-publish.8" 6
}

@test "every option of osmo-pcap-archive is in its man page" {
	[ -x "$BUILDDIR/osmo-pcap-archive" ] || skip "built without the archive"
	all_described "$BUILDDIR/osmo-pcap-archive" "$MAN/osmo-pcap-archive.8" 6
}

# lines_of PROGRAM: word, level and keys of each call that logs, one call a line
lines_of() {
	perl -0777 -ne 'while (/\blog_line\s*(\((?:[^()"]|"(?:[^"\\]|\\.)*"|(?1))*\))/g) {
		my $call = $1;
		my $text = join "", $call =~ /"((?:[^"\\]|\\.)*)"/g;
		my %level = qw(ERROR error WARNING warning NOTICE notice INFO info DEBUG debug);
		for my $level ($call =~ /LVL_([A-Z]+)/g) {
			my ($word) = $text =~ /^([a-z]+)/ or next;
			print join(" ", $word, $level{$level}, $text =~ /([a-z]+)=/g), "\n"; } }' \
		"$TESTDIR/../src/$1/events.c"
}

@test "every line of the log of osmo-pcap-archive is in its man page, with its level and its keys" { log_described archive 15; }
@test "every line of the log of osmo-pcap-publish is in its man page, with its level and its keys" { log_described publish 12; }

# log_described PROGRAM LEAST
log_described() {
	lines_of "$1" >lines
	# the same of the manual, whose keys stand behind .Cm
	sed -n '/^\.Sh LOG$/,/^\.Sh EXIT/p' "$MAN/osmo-pcap-$1.8" | perl -ne '
		if (/^\.It Ic (\w+)/) { print "\n$1"; $new = 1 }
		elsif ($new && /^\[(\w+)\]/) { print " $1"; $new = 0 }
		elsif (/^\.Cm (.*)/) { print " $_" for grep /\w/, split / /, $1 }' >section
	[ "$(wc -l <lines)" -ge "$2" ]
	local line level event
	while read -r event level line; do
		# shellcheck disable=SC2086 # several
		printf '%s\n' $line >keys
		grep "^$event " section | tr ' ' '\n' >known
		grep -qE "^$event $level( |\$)" section || { echo "not in LOG: $event [$level]" >&2; return 1; }
		[ -z "$line" ] || ! grep -vxFf known keys || { echo "not in LOG: these keys of $event" >&2; return 1; }
	done <lines
}

@test "every option of osmo-pcap-read is in its man page" {
	[ -x "$BUILDDIR/osmo-pcap-read" ] || skip "built without the archive"
	all_described "$BUILDDIR/osmo-pcap-read" "$MAN/osmo-pcap-read.1"
}

@test "every option of osmo-pcap-status is in its man page, and every metric" {
	[ -x "$BUILDDIR/osmo-pcap-status" ] || skip "built without the archive"
	all_described "$BUILDDIR/osmo-pcap-status" "$MAN/osmo-pcap-status.1" 8
	{
		grep -ohE '"osmo_pcap_[a-z_]+[a-z]"' "$TESTDIR/../src/watch/metrics.c" | tr -d '"'
		printf 'osmo_pcap_%s_REASON_total\n' refused ended
	} | sort -u >metrics
	[ "$(wc -l <metrics)" -ge 30 ]
	sed -n 's/^\.It Ic \(osmo_pcap_[A-Za-z_]*\)$/\1/p' "$MAN/osmo-pcap-status.1" | sort | diff metrics -
}

@test "every option of osmo-pcap-vty2cfg is in its man page" {
	all_described "$BUILDDIR/osmo-pcap-vty2cfg" "$MAN/osmo-pcap-vty2cfg.1" 4
}

# log_calls: the string literals of each call that logs, one call a line.
log_calls() {
	perl -0777 -ne '
		next if $ARGV =~ m{/src/(send|archive|publish)/};
		while (/\b(?:log_line|snprintf)\s*(\((?:[^()"]|"(?:[^"\\]|\\.)*"|(?1))*\))/g) {
			my $call = $1;
			next if $& =~ /^snprintf/ && $call !~ /"log lost=/;
			my @text = $call =~ /"((?:[^"\\]|\\.)*)"/g;
			$text[0] =~ /^%s$/ or @text = join "", @text;
			print "$_\n" for grep { $_ ne "%s" } @text;
		}' "$TESTDIR"/../src/*/*.c
}

log_section() { sed -n '/^\.Sh LOG$/,/^\.Sh ENVIRONMENT$/p' "$MAN/osmo-pcap-server.8"; }

@test "every event of the log is in the LOG section" {
	log_calls | grep -oE '^[a-z]+' | sort -u >events
	[ "$(wc -l <events)" -ge 15 ]
	grep -qx file events
	grep -qx stopped events
	log_section >section
	sed -n 's/^\.It Ic //p' section | sort -u | comm -23 events - >missing
	[ ! -s missing ] || { echo "not in LOG: $(xargs <missing)" >&2; return 1; }
}

@test "every key of the log is in the LOG section" {
	log_calls | sed -E 's/%(ll|z)?[sdu]/ /g' | grep -oE '[a-z-]+=' | tr -d = | sort -u >names
	[ "$(wc -l <names)" -ge 20 ]
	log_section | grep '^\.Cm ' | tr ' ' '\n' >section
	! grep -vxFf section names >missing || { echo "not in LOG: $(xargs <missing)" >&2; return 1; }
}

@test "no reason that the server words itself has double quotes in it, which the log would escape" {
	perl -0777 -ne '
		next if $ARGV =~ m{/src/(send|archive|index|publish|view|read|vty2cfg|watch)/|/config/print[.]c$};
		s{/[*].*?[*]/}{}gs;
		s/\blog_line\s*(\((?:[^()"]|"(?:[^"\\]|\\.)*"|(?1))*\))//g;
		print "$ARGV: $1\n" while /"((?:[^"\\]|\\.)*\\"(?:[^"\\]|\\.)*)"/g' "$TESTDIR"/../src/*/*.c >all
	grep -c . all
	grep ': .*[a-z]' all >quoted || true
	[ ! -s quoted ] || { cat quoted >&2; return 1; }
}

# close_reasons: why a file is closed, as the sources have it.
close_reasons() {
	{
		grep -ohE '\<(recorder_close_file|close_file|output_close)\([^,"]+, "[a-z-]+"\)' "$TESTDIR"/../src/*/*.c
		grep -oE 'why = "[a-z-]+"' "$TESTDIR/../src/record/output.c"
		sed -n '/^const char \*order_text/,/^}/p' "$TESTDIR/../src/server/child_report.c" | grep -oE 'return "[a-z]+"'
		sed -n '/^static void on_gone/,/^}/p' "$TESTDIR/../src/server/session_tell.c" | grep -oE '"[a-z]+"'
		grep -oE ' reason=(repaired|removed) ' "$TESTDIR/../src/server/repair.c" | sed 's/ reason=\(.*\) /"\1"/'
	} | sed 's/.*"\(.*\)".*/\1/' | sort -u
}

@test "every reason of a closed file is in the LOG section, and no other" {
	close_reasons >reasons
	[ "$(wc -l <reasons)" -ge 8 ]
	grep -qx revoked reasons
	log_section | sed -n '/^\.It Ic file$/,/^\.El$/p' | sed -n 's/^\.It \([a-z-]*\)$/\1/p' >described
	LC_ALL=C sort -c described
	sort described | diff reasons -
}

# pki_commands FILE: the commands of osmo-pcap-pki that it shows.
pki_commands() {
	sed -nE 's|^#? *(.*`)?osmo-pcap-pki ([a-z]+) /.*|\2|p' "$1" | sort -u
}

@test "README and the man page show osmo-pcap-pki as it is, and how long its work holds" {
	local pki=$TESTDIR/../etc/osmo-pcap-pki said days
	not "$pki" >usage 2>&1
	for said in "$TESTDIR/../README" "$MAN/osmo-pcap-server.8" "$MAN/osmo-pcap-pki.1" "$OPERATIONS"; do
		pki_commands "$said" >shown
		[ "$(wc -l <shown)" -ge 4 ]
		while read -r command; do
			grep -qE "osmo-pcap-pki $command DIR" usage
		done <shown
		days=$(sed -n 's/^CRL_DAYS=//p' "$pki")
		grep -q "list holds for $days days" "$said"
	done
	days=$(sed -n 's/^CERT_DAYS=//p' "$pki")
	grep -q "certificates for $days days" "$MAN/osmo-pcap-server.8"
	grep -q "Certificates hold for $days days" "$MAN/osmo-pcap-pki.1"
	tr '\n' ' ' <"$OPERATIONS" | grep -q "certificates for $days days, the authority for 10 years"
	[ "$(sed -n 's/^CA_DAYS=//p' "$pki")" -eq 3650 ]
	grep -q 'The authority holds for 10 years' "$MAN/osmo-pcap-server.8"
}

# commands: what the operations page shows to be typed, continued lines joined
commands() { sed -e ':a' -e '/\\e$/ { N; s/\\e\n *//; ta' -e '}' "$OPERATIONS" | sed -n 's/^[#$] //p'; }

@test "operations: units, users, groups, files and variables that it names are there" {
	local top=$TESTDIR/.. name
	commands >commands
	[ "$(wc -l <commands)" -ge 30 ]
	grep -oE 'systemctl .*' commands | grep -oE 'osmo-pcap-[a-z-]+(@|\.socket)?' | sort -u >units
	[ "$(wc -l <units)" -ge 4 ]
	while read -r name; do
		compgen -G "$top/etc/systemd/$name.in" || compgen -G "$top/etc/systemd/$name.service.in" ||
			{ echo "no unit $name" >&2; return 1; }
	done <units
	for name in osmo-pcap osmo-pcap-archive osmo-pcap-read osmo-pcap-send; do
		grep -q "\<$name\>" "$OPERATIONS"
		grep -qE "^[ug] $name " "$top"/etc/sysusers.d/*
	done
	grep -q 'osmo-pcap-read' commands
	grep -oE '/var/lib/osmo-pcap-server/(recording|done)\>' commands | sort -u >dirs
	[ "$(wc -l <dirs)" -eq 2 ]
	while read -r name; do
		grep -qE "^d $name :?2750 osmo-pcap osmo-pcap-read -$" "$top/etc/tmpfiles.d/osmo-pcap-server.conf.in"
	done <dirs
	sed -n 's/^\([A-Z]*\)=.*/\1/p; s/^\.Va \([A-Z]*\).*/\1/p' "$OPERATIONS" | sort -u >variables
	[ "$(wc -l <variables)" -eq 3 ]
	while read -r name; do
		grep -q "^$name=" "$top/etc/osmo-pcap-send.conf"
		grep -q "[$]{*$name\>" "$top/etc/systemd/osmo-pcap-send@.service.in"
	done <variables
}

@test "operations: the drop-in that gives a command the network is the one that is tried under systemd" {
	local line n=0
	while IFS= read -r line; do
		grep -qxF -- "$line" "$OPERATIONS" || { echo "not in the page: $line" >&2; return 1; }
		n=$((n + 1))
	done < <(sed -n '/network.conf <<-/,/EOT$/p' "$TESTDIR/systemd/inside" | sed '1d; $d; s/^\t*//')
	[ $n -eq 4 ]
}

@test "operations: keys, events and default values are those of the programs" {
	{
		keys
		log_calls | grep -oE '^[a-z]+'
		lines_of archive | cut -d ' ' -f 1
		printf '%s\n' clients tls archive keep hand-over zeromq-publisher
	} | sort -u >known
	sed -n 's/^\.\(It \)*Ic \([a-z-]*\)\( .*\)*$/\2/p' "$OPERATIONS" | sort -u >named
	[ "$(wc -l <named)" -ge 20 ]
	comm -23 named known >unknown
	[ ! -s unknown ] || { cat unknown >&2; return 1; }
	# ".Ic KEY", and behind it "(NUMBER)", with a unit or without
	perl -0777 -ne 'print "$1 $2\n" while /^\.Ic ([a-z-]+)\n(?:[a-z ]*)\((\d+)(?: seconds)?\)/mg' "$OPERATIONS" >said
	[ "$(wc -l <said)" -ge 4 ]
	defaults >want
	while read -r line; do
		grep -qxF -- "$line" want || { echo "not the default: $line" >&2; return 1; }
	done <said
}

@test "operations: the sender that it shows is recorded" {
	config "" '{ name = "foo"; address = "127.0.0.1"; }'
	server_start
	sed -n '/^perl /,/54321$/p' "$OPERATIONS" | sed -e 's/^\\&//' -e 's/\\e/\\/g' -e "s/192.0.2.10 54321/127.0.0.1 $PORT/" >sender
	[ "$(wc -l <sender)" -ge 8 ]
	bash sender
	wait_log 'closed client=foo .*reason="peer closed the connection" packets=1 '
	[ "$(packets "$(only_file)")" -eq 1 ]
	[ "$(size "$(only_file)")" -eq 100 ]
}

@test "mandoc has no complaint about any page" {
	for page in osmo-pcap-archive.8 osmo-pcap-publish.8 osmo-pcap-read.1 osmo-pcap-status.1 osmo-pcap-server.8 osmo-pcap-server.cfg.5 osmo-pcap-send.1 osmo-pcap-vty2cfg.1 osmo-pcap-pki.1 \
		osmo-pcap-operations.7; do
		[ -s "$MAN/$page" ]
	done
	command -v mandoc >/dev/null || skip "mandoc is not installed"
	run mandoc -Tlint -Wwarning "$MAN"/*.[1-9]
	echo "$output" >&2
	[ "$status" -eq 0 ] && [ -z "$output" ]
}

@test "every test that CASES names is there" {
	local rest file names name n=0
	declare -A tests=()
	while IFS= read -r rest; do # FILE:@test "NAME" {
		file=${rest%%:*}
		tests[${file%.bats}]+=$rest$'\n'
	done < <(cd "$TESTDIR" && grep -F '@test "' ./*.bats | sed 's,^\./,,')
	while IFS= read -r rest; do
		rest=${rest#*| }
		file=${rest%%: *}
		IFS=';' read -ra names <<<"${rest#*: }"
		for name in "${names[@]}"; do
			[[ ${tests[$file]-} == *"@test \"${name# }"* ]] || { echo "$file: $name" >&2; return 1; }
			n=$((n + 1))
		done
	done < <(sed '1,/^## /d' "$TESTDIR/CASES" | grep -F ' | ')
	[ $n -gt 200 ]
}

# Where it fails: the row follows the code, or the name of the test, that it is about.
@test "every change to the source that mutants.tsv lists can be made, and the tests that notice it are there" {
	[ "$(grep -vc '^#' "$TESTDIR/mutants.tsv")" -gt 300 ]
	"$TESTDIR/mutants" -c "$TESTDIR/mutants.tsv" >&2
}
