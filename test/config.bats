#!/usr/bin/env bats
# The configuration: what -t finds, what -T prints. ./cfg has the server's lines in line 3, the clients in line 5.
. "$BATS_TEST_DIRNAME/lib.bash"
bats_require_minimum_version 1.5.0 # run -STATUS

# check: -t; OUT and STATUS
check() { STATUS=0; OUT=$("$SERVER" -c "${1:-cfg}" -t 2>&1) || STATUS=$?; echo "$OUT"; }

# good SERVER-LINES [CLIENTS]: nothing to complain of, and no trace of the check
good() {
	local before
	config "$@"
	files
	before=$FILES
	check
	[ $STATUS -eq 0 ]
	[[ $OUT != *error* ]]
	files
	[ "$FILES" = "$before" ] || { diff - <(echo "$FILES") <<<"$before"; false; }
}
files() { # FILES: all that is here
	local all
	shopt -s globstar dotglob
	all=(**)
	shopt -u globstar dotglob
	printf -v FILES '%s\n' "${all[@]}"
}

# bad LINE REGEX SERVER-LINES [CLIENTS]: every error is in that line, and one says so; the start fails as the
# check does
bad() {
	local line=$1 regex=$2
	shift 2
	config "$@"
	failing "cfg:$line" "$regex"
}
failing() { # FILE:LINE REGEX
	local line errors=() said=
	check
	[ $STATUS -eq 78 ]
	while IFS= read -r line; do
		[[ $line != *error* ]] || errors+=("$line")
	done <<<"$OUT"
	shopt -s nocasematch
	for line in "${errors[@]}"; do
		[[ ! $line =~ ^(.*/)?$1:\ .*($2) ]] || said=$line
	done
	shopt -u nocasematch
	[ -n "$said" ]
	for line in "${errors[@]}"; do
		[[ $line =~ ^(.*/)?$1:\  ]]
	done
	# until it has ended, or has not for so long
	IFS= read -r -d '' -t "$PATIENCE" OUT < <(exec "$SERVER" -c cfg 2>&1 3>&-) || true
	PIDS+=($!)
	[[ $OUT != *listening* ]]
	STATUS=0
	await $! || STATUS=$?
	[ $STATUS -eq 78 ]
}

one() { echo "{ name = \"foo\"; address = \"127.0.0.2\"; $1 }"; }

# ---- the command line ----

@test "usage errors exit 2" {
	local words
	for words in -x extra "-c" "--nothing" "-t extra"; do
		# shellcheck disable=SC2086
		run "$SERVER" $words
		[ "$status" -eq 2 ]
		[[ $output == *usage* ]]
	done
}

@test "wrong usage: first what is wrong, then the usage" {
	run "$SERVER" /etc/osmo-pcap-server.cfg
	[ "$status" -eq 2 ]
	[ "${lines[0]}" = "osmo-pcap-server: unexpected argument (the configuration is named with -c): /etc/osmo-pcap-server.cfg" ]
	[[ ${lines[1]} == usage:* ]]
	run "$SERVER" -t -T
	[ "$status" -eq 2 ]
	[ "${lines[0]}" = "osmo-pcap-server: only one of -D, -i, -t, -T and --explain can be given" ]
	[[ ${lines[1]} == usage:* ]]
}

@test "no configuration named, and none where it is looked for: where that is, and what to do" {
	local how
	for how in "" -t -T -D; do
		# shellcheck disable=SC2086 # none is no word
		run "$SERVER" $how
		[ "$status" -eq 78 ]
		[ "$output" = "osmo-pcap-server.cfg: error: no such file in the working directory, $PWD: name the configuration with -c" ]
	done
	run "$SERVER" -t -c osmo-pcap-server.cfg
	[ "$status" -eq 78 ]
	[ "$output" = "osmo-pcap-server.cfg: error: cannot be read: No such file or directory" ]
}

@test "help and version exit 0, on standard output" {
	local out
	out=$("$SERVER" -h 2>/dev/null)
	[[ $out == *--config-file* && $out == *--daemonize* && $out == *--test-config* && $out == *--print-config* ]]
	out=$("$SERVER" --help 2>/dev/null)
	[[ $out == *--version* ]]
	[[ $("$SERVER" -V 2>/dev/null) =~ ^osmo-pcap-server\ [0-9] ]]
	[[ $("$SERVER" --version 2>/dev/null) =~ ^osmo-pcap-server\ [0-9] ]]
}

# unprinted PROGRAM OPTION…: a full and a closed standard output are errors, said on standard error
unprinted() {
	run -1 sh -c '"$@" 2>&1 >/dev/full' - "$@"
	grep -E 'standard output: No space left on device$' <<<"$output"
	run -1 sh -c '"$@" 2>&1 >&-' - "$@"
	grep -E 'standard output: Bad file descriptor$' <<<"$output"
}
@test "what cannot be printed is an error" {
	local program
	config
	for program in "$SERVER" "$SEND" "$PROGRAMS/osmo-pcap-vty2cfg"; do
		unprinted "$program" -h
		unprinted "$program" -V
	done
	unprinted "$SERVER" -T -c cfg
	printf 'server\n server port 7\n' >old
	unprinted "$PROGRAMS/osmo-pcap-vty2cfg" old
}

@test "no /dev/null: checked and printed all the same, not started, with the reason" {
	beside_memcheck "it has need of it, too"
	unshare -Urm true 2>/dev/null || skip "no user namespaces here"
	config
	mkdir dev
	without_null() { unshare -Urm sh -c 'mount --bind dev /dev && exec "$@"' - "$@"; }
	run -0 without_null "$SERVER" -t -c cfg
	run -0 without_null "$SERVER" -T -c cfg
	run -1 without_null "$SERVER" -c cfg
	[ "$output" = 'error: /dev/null cannot be opened: No such file or directory' ]
	run -1 without_null sh -c 'exec "$@" <&-' - "$SERVER" -c cfg
	[ "$output" = 'error: /dev/null cannot be opened: No such file or directory' ]
	run -1 without_null sh -c 'exec "$@" <&-' - "$SEND" -V
	[ "$output" = 'osmo-pcap-send: /dev/null: No such file or directory' ]
	run -1 without_null sh -c 'exec "$@" <&-' - "$PROGRAMS/osmo-pcap-vty2cfg" -V
	[ "$output" = 'osmo-pcap-vty2cfg: /dev/null: No such file or directory' ]
}

@test "long options" {
	config
	run "$SERVER" --config-file cfg --test-config
	[ "$status" -eq 0 ]
	run "$SERVER" --config-file=cfg --print-config
	[ "$status" -eq 0 ]
	[[ $output == *base-path* ]]
}

@test "without -c the file is osmo-pcap-server.cfg in the current directory" {
	config 'max-snaplen = 1234;'
	mv cfg osmo-pcap-server.cfg
	run "$SERVER" -T
	[ "$status" -eq 0 ]
	[[ $output == *"max-snaplen = 1234;"* ]]
}

@test "no configuration file" {
	run "$SERVER" -c nothing -t
	[ "$status" -eq 78 ]
	[[ $output == *nothing*"No such file"* ]]
}

@test "a configuration that cannot be read" {
	[ "$(id -u)" -ne 0 ] || skip "root reads everything"
	config
	chmod 0 cfg
	run "$SERVER" -c cfg -t
	[ "$status" -eq 78 ]
	[[ $output == *cfg*denied* ]]
}

@test "the working directory is gone: absolute paths do, and what is relative says why" {
	config
	sed "s,\"rec\",\"$PWD/rec\",; s,\"done\",\"$PWD/done\"," cfg >all-absolute
	in_gone() { mkdir gone && cd gone && rmdir ../gone && "$SERVER" -t -c "$1"; }
	run -0 in_gone "$PWD/all-absolute"
	[[ $output != *error* ]]
	run -78 in_gone "$PWD/cfg"
	grep -x "$PWD/cfg:2: error: base-path (the working directory is gone)/rec: No such file or directory" <<<"$output"
	grep -x "$PWD/cfg:2: error: completed-path (the working directory is gone)/done: No such file or directory" <<<"$output"
	run -78 in_gone cfg
	[[ $output == *'cfg: error: cannot be read: No such file or directory'* ]]
}

@test "a FIFO is not waited for, whatever it stands for" {
	local what
	mkfifo fifo
	run -78 timeout "$PATIENCE" "$SERVER" -c fifo -t
	[[ $output == *"fifo: error: cannot be read: is not a regular file"* ]]
	printf '@include "fifo"\n' >cfg
	run -78 timeout "$PATIENCE" "$SERVER" -c cfg -t
	[[ $output == *"cfg:1: error: "*"fifo: is not a regular file"* ]]
	mkdir -p rec "done"
	for what in capath crlfile server-cert server-key; do
		cat >cfg <<-EOT
			server: { base-path = "rec"; completed-path = "done"; tls: {
				capath = "capath"; crlfile = "crlfile"; server-cert = "server-cert"; server-key = "server-key"; }; };
			clients = ( { name = "foo"; address = "127.0.0.2"; tls = true; } );
		EOT
		rm -f capath crlfile server-cert server-key
		mkfifo "$what"
		run -78 timeout "$PATIENCE" "$SERVER" -c cfg -t
		[[ $output == *"$what: is not a regular file"* ]]
	done
}

# ---- what is right ----

@test "the default configuration of these tests" { good ''; }
@test "every key" {
	good 'max-snaplen = 262144; max-file-size = "3T"; rotate-localtime = "year mod 9999"; file-permission-mask = "0777";
		log-level = "debug"; sandbox = "off"; pid-file = "pid"; status-path = "st"; limits: { connections = 7; unestablished = 3;
		per-client = 2; handshake-timeout = 1; frame-timeout = 1; idle-timeout = 1; keepalive = 1;
		header-changes-per-minute = 1; max-silence = "2w"; }; close-when-due = true; replace = false;'
}
@test "every size" {
	local size
	for size in 0 1 '"0"' '"512"' '"5K"' '"6M"' '"7G"' '"1T"' 2147483647 4294967296L; do
		good "max-file-size = $size;"
	done
}
@test "every period, to its last number" {
	local period
	for period in never second minute hour day month year "second mod 60" "minute mod 60" "hour mod 24" "day mod 31" \
		"month mod 12" "year mod 9999" "second mod 1"; do
		good "rotate-localtime = \"$period\";"
	done
}
@test "every log level and sandbox" {
	local word
	for word in error warning notice info debug; do
		good "log-level = \"$word\";"
	done
	for word in best-effort off; do
		good "sandbox = \"$word\";"
	done
}
@test "every kind of address" {
	good '' '{ name = "a"; address = "192.0.2.1"; }, { name = "b"; address = [ "192.0.2.2", "2001:db8::2" ]; },
		{ name = "c"; address = "10.7.0.0/16"; }, { name = "d"; address = "2001:db8::/32"; },
		{ name = "e"; address = "::ffff:192.0.2.3"; }, { name = "f"; address = ( "192.0.2.4", "192.0.2.5" ); },
		{ name = "g"; address = "0.0.0.0/0"; }, { name = "h"; address = "::/0"; }'
}
@test "several listening addresses" {
	config
	sed -i 's/ip = "[^"]*"/ip = [ "127.0.0.1", "127.0.0.2" ]/' cfg
	check
	[ $STATUS -eq 0 ]
	server_start
	wait_log 'listening address=127.0.0.[12]:' 2
}
@test "names of every allowed kind" {
	good '' "{ name = \"a\"; address = \"192.0.2.1\"; }, { name = \"0.A_b-c\"; address = \"192.0.2.2\"; },
		{ name = \"$(printf '%064d' 7)\"; address = \"192.0.2.3\"; }"
}

@test "the check leaves no file and no lock behind, even beside a running server" {
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	sed -i "s/port = 0/port = $PORT/" cfg
	find . ! -name before ! -name out -printf '%p %s %m\n' | sort >before
	"$SERVER" -c cfg -t 2>out
	find . ! -name before ! -name out -printf '%p %s %m\n' | sort | cmp - before
}

@test "an include is relative to the file that names it" {
	mkdir sub
	config '@include "more"
	'
	mv cfg sub/cfg
	echo 'max-snaplen = 4711;' >sub/more
	sed -i "s,\"rec\",\"$PWD/rec\",; s,\"done\",\"$PWD/done\"," sub/cfg
	run "$SERVER" -c sub/cfg -T
	[ "$status" -eq 0 ]
	[[ $output == *"max-snaplen = 4711;"* ]]
}

# ---- warnings ----

@test "no clients: a warning" {
	config '' ''
	check
	[ $STATUS -eq 0 ]
	[[ $OUT == *warning*client* ]]
}

@test "completed-path beneath base-path: a warning" {
	mkdir rec/sub
	config
	sed -i 's,"done","rec/sub",' cfg
	check
	[ $STATUS -eq 0 ]
	[[ $OUT == *warning*rec/sub* ]]
}

@test "root without user: a warning" {
	as_root
	config
	check
	[ $STATUS -eq 0 ]
	[[ $OUT == *warning*root*user* ]]
}

# ---- what is wrong ----

@test "an unknown key of the server" { bad 3 'colour' 'colour = "red";'; }
@test "an unknown key of limits" { bad 3 'colour' 'limits: { colour = 1; };'; }
@test "an unknown key of tls" { bad 3 'colour' 'tls: { colour = 1; };'; }
@test "an unknown key of a client" { bad 5 'colour' '' "$(one 'colour = 1;')"; }
@test "a key of the server in a client" { bad 5 'port' '' "$(one 'port = 1;')"; }
@test "a misspelt key: the nearest is named" { bad 3 'unknown key max-filesize in server: did you mean max-file-size' 'max-filesize = 5;'; }
@test "a misspelt key of a client: the nearest is named" { bad 5 'unknown key adress in a client: did you mean address' '' "$(one 'adress = "x";')"; }
@test "a key of another group: that is named" { bad 3 'unknown key connections in server: it belongs into limits' 'connections = 5;'; }
@test "a key that all clients share, in one: the group is named" { bad 5 'unknown key keepalive in a client: it belongs into limits' '' "$(one 'keepalive = 5;')"; }
@test "a client for all addresses, without a certificate: a warning" {
	local net
	for net in 0.0.0.0/0 ::/0; do
		good '' "{ name = \"all\"; address = \"$net\"; }"
		grep -F "cfg:5: warning: client all: address $net without a certificate" <<<"$OUT"
	done
	good '' '{ name = "half"; address = "0.0.0.0/1"; }'
	not grep warning:.*certificate <<<"$OUT"
}
@test "an unknown group" {
	config
	echo 'colour: { };' >>cfg
	failing 'cfg:6' 'colour'
}
@test "no server group" {
	echo "clients = ( $(one '') );" >cfg
	check
	[ $STATUS -eq 0 ] || [[ $OUT == *server* ]]
}

@test "a string where a number belongs" { bad 3 'max-snaplen' 'max-snaplen = "9000";'; }
@test "a number where a string belongs" { bad 3 'log-level' 'log-level = 3;'; }
@test "a number as mode" { bad 3 'file-permission-mask' 'file-permission-mask = 0440;'; }
@test "a number as name" { bad 5 'name' '' '{ name = 7; address = "127.0.0.2"; }'; }
@test "a number as address" { bad 5 'address' '' '{ name = "foo"; address = 127; }'; }
@test "a number among addresses" { bad 5 'address' '' '{ name = "foo"; address = ( "127.0.0.2", 7 ); }'; }
@test "a string as boolean" { bad 5 'store' '' "$(one 'store = "no";')"; }
@test "a boolean as number" { bad 3 'connections' 'limits: { connections = true; };'; }
@test "a float as number" { bad 3 'connections' 'limits: { connections = 1.5; };'; }
@test "a group as number" { bad 3 'max-snaplen' 'max-snaplen: { };'; }
@test "limits that are no group" { bad 3 'limits' 'limits = 3;'; }
@test "clients that are no list" {
	config
	sed -i 's/^clients.*/clients = "foo";/' cfg
	failing 'cfg:5' 'clients'
}
@test "a client that is no group" { bad 5 'client' '' '"foo"'; }

port() {
	config
	sed -i "s/port = 0/port = $1/" cfg
	failing 'cfg:2' "port|$1"
}
@test "port 65536" { port 65536; }
@test "port -1" { port -1; }
@test "a port that wraps to 1 in 32 bits" { port 4294967297; }
@test "a port that wraps in 64 bits" { port 18446744073709551617; }
@test "a hexadecimal port that wraps" { port 0x100000001; }
@test "a port that wraps, in an include" {
	config '@include "more"
	'
	echo 'limits: { connections = 4294967297; };' >more
	failing 'more:1' 'connections|4294967297'
}
@test "a port that wraps, in the line of an include" {
	config
	sed -i '3s/.*/@include "more"  port = 4294967297;/; s/port = 0;//' cfg
	: >more
	failing 'cfg:3' 'the number 4294967297 is out of range'
}
@test "a port that wraps, with the next key right behind it" {
	config
	sed -i '2s/.*/ip = "127.0.0.1"; base-path = "rec";/; 3s/.*/port = 4294967297completed-path = "done";/' cfg
	failing 'cfg:3' 'the number 4294967297 is out of range'
}
@test "max-snaplen 0" { bad 3 'max-snaplen' 'max-snaplen = 0;'; }
@test "max-snaplen 262145" { bad 3 'max-snaplen' 'max-snaplen = 262145;'; }
@test "max-snaplen negative" { bad 3 'max-snaplen' 'max-snaplen = -1;'; }
@test "max-file-size negative" { bad 3 'max-file-size' 'max-file-size = -1;'; }
@test "max-file-size of 5000000000 without L" { bad 3 'max-file-size|5000000000' 'max-file-size = 5000000000;'; }
@test "max-file-size with a suffix that is none" { bad 3 'max-file-size' 'max-file-size = "5X";'; }
@test "max-file-size with rubbish behind it" { bad 3 'max-file-size' 'max-file-size = "5K5";'; }
@test "max-file-size without digits" { bad 3 'max-file-size' 'max-file-size = "G";'; }
@test "max-file-size that overflows" { bad 3 'max-file-size' 'max-file-size = "99999999T";'; }
@test "max-file-size that overflows in digits" { bad 3 'max-file-size' 'max-file-size = "99999999999999999999";'; }
@test "an empty max-file-size" { bad 3 'max-file-size' 'max-file-size = "";'; }
@test "connections 0" { bad 3 'connections' 'limits: { connections = 0; };'; }
@test "connections negative" { bad 3 'connections' 'limits: { connections = -5; };'; }
@test "per-client negative" { bad 3 'per-client' 'limits: { per-client = -1; };'; }
@test "handshake-timeout negative" { bad 3 'handshake-timeout' 'limits: { handshake-timeout = -1; };'; }
@test "frame-timeout negative" { bad 3 'frame-timeout' 'limits: { frame-timeout = -1; };'; }
@test "idle-timeout negative" { bad 3 'idle-timeout' 'limits: { idle-timeout = -1; };'; }
@test "max-silence as a number" { bad 3 'max-silence must be a string' 'limits: { max-silence = 900; };'; }
@test "max-silence without a unit" { bad 3 "max-silence: '900': is no time" 'limits: { max-silence = "900"; };'; }
@test "max-silence that overflows" { bad 3 "max-silence" 'limits: { max-silence = "99999999999999999999w"; };'; }
@test "max-silence where it does not stand" { bad 3 'unknown key max-silence in server: it belongs into limits' 'max-silence = "9m";'; }
@test "close-when-due as a word" { bad 3 'close-when-due must be true or false' 'close-when-due = "yes";'; }
@test "a timeout that wraps" { bad 3 'idle-timeout|4294967297' 'limits: { idle-timeout = 4294967297; };'; }

period() { bad 3 'rotate-localtime' "rotate-localtime = \"$1\";"; }
@test "an unknown period" { period week; }
@test "an empty period" { period ''; }
@test "second mod 61" { period 'second mod 61'; }
@test "minute mod 61" { period 'minute mod 61'; }
@test "minute mod 0" { period 'minute mod 0'; }
@test "minute mod -1" { period 'minute mod -1'; }
@test "hour mod 25" { period 'hour mod 25'; }
@test "day mod 32" { period 'day mod 32'; }
@test "month mod 13" { period 'month mod 13'; }
@test "year mod 10000" { period 'year mod 10000'; }
@test "a period that overflows" { period 'year mod 4294967297'; }
@test "never mod 2" { period 'never mod 2'; }
@test "mod without a number" { period 'hour mod'; }
@test "rubbish behind a period" { period 'hour mod 3 x'; }

@test "a mode that is not octal" { bad 3 'file-permission-mask' 'file-permission-mask = "0480";'; }
@test "a mode with more than permissions" { bad 3 'file-permission-mask' 'file-permission-mask = "1440";'; }
@test "an empty mode" { bad 3 'file-permission-mask' 'file-permission-mask = "";'; }
@test "an unknown log level" { bad 3 'log-level' 'log-level = "loud";'; }
@test "an unknown sandbox" { bad 3 'sandbox' 'sandbox = "on";'; }
@test "a listening address that is none" {
	config
	sed -i 's/"127.0.0.1"/"localhost"/' cfg
	failing 'cfg:2' 'ip|localhost'
}

@test "a client without a name" { bad 5 'name' '' '{ address = "127.0.0.2"; }'; }
@test "a client without an address" { bad 5 'address' '' '{ name = "foo"; }'; }
@test "a client with no address in its list" { bad 5 'address' '' '{ name = "foo"; address = [ ]; }'; }
name() { bad 5 'name' '' "{ name = \"$1\"; address = \"127.0.0.2\"; }"; }
@test "an empty name" { name ''; }
@test "a name with a slash" { name 'a/b'; }
@test "a name that begins with a dot" { name '.a'; }
@test "a name that begins with a dash" { name '-a'; }
@test "a name with a space" { name 'a b'; }
@test "a name of 65 characters" { name "$(printf '%065d' 7)"; }
@test "a name that is not ASCII" { name 'ä'; }
@test "two clients of one name" {
	bad 5 'foo' '' "$(one ''), { name = \"foo\"; address = \"127.0.0.3\"; }"
}
@test "two names that differ in case only are two" {
	good '' "$(one ''), { name = \"FOO\"; address = \"127.0.0.3\"; }"
}
address() { bad 5 'address|127|::|/' '' "{ name = \"foo\"; address = \"$1\"; }"; }
@test "a host name as address" { address localhost; }
@test "an address with a number too large" { address 127.0.0.256; }
@test "an address of three numbers" { address 127.0.1; }
@test "an IPv4 prefix of 33" { address 127.0.0.0/33; }
@test "an IPv6 prefix of 129" { address ::/129; }
@test "a negative prefix" { address 127.0.0.0/-1; }
@test "a prefix without a number" { address 127.0.0.0/; }
@test "an empty address" { address ''; }
@test "an address with rubbish behind it" { address '127.0.0.2 x'; }
@test "two clients of one address" {
	bad 5 'foo|bar|127.0.0.2' '' "$(one ''), { name = \"bar\"; address = \"127.0.0.2\"; }"
}
@test "two clients of one address, once as IPv4-mapped" {
	bad 5 'foo|bar|127.0.0.2' '' "$(one ''), { name = \"bar\"; address = \"::ffff:127.0.0.2\"; }"
}
@test "two clients of one network" {
	bad 5 'foo|bar|127.9' '' '{ name = "foo"; address = "127.9.0.0/16"; }, { name = "bar"; address = [ "127.8.0.1", "127.9.0.0/16" ]; }'
}
named_as() { # ADDRESS-OF-FOO NAME
	clients="{ name = \"foo\"; address = $1; }, { name = \"$2\"; address = \"127.0.0.3\"; }"
}
@test "a client named as the files of another one from a network" {
	named_as '"127.9.0.0/16"' foo-127.9.0.1
	bad 5 'client foo-127.9.0.1: files of client foo from that address have the same names' '' "$clients"
	named_as '"2001:db8::/32"' foo-2001_db8__1
	bad 5 'client foo-2001_db8__1: files of client foo' '' "$clients"
}
@test "a client named as another one from an address that is no network's, or not written so" {
	named_as '[ "127.9.0.0/16", "127.9.0.1" ]' foo-127.9.0.1
	good '' "$clients"
	named_as '"127.9.0.0/16"' foo-127.8.0.1
	good '' "$clients"
	named_as '"127.9.0.0/16"' bar-127.9.0.1
	good '' "$clients"
	named_as '"2001:db8::/32"' foo-2001_DB8__1
	good '' "$clients"
	good '' '{ name = "foo"; address = "127.9.0.0/16"; }, { name = "foo-127.9.0.1"; address = "127.9.0.1"; }'
}
@test "two clients of one address without certificates, with tls" {
	config 'tls: { allow-auth = "anonymous"; };' "$(one 'tls = true;'), { name = \"bar\"; address = \"127.0.0.2\"; tls = true; }"
	check
	[ $STATUS -eq 78 ]
	grep -E '^cfg:5: .*(foo|bar|127.0.0.2)' <<<"$OUT"
}
@test "a certificate without tls" { bad 5 'certificate' '' "$(one 'certificate = "foo.example.net";')"; }
@test "tls = true without a tls group" { bad 5 'tls' '' "$(one 'tls = true;')"; }

@test "no base-path there" {
	config
	rmdir rec
	failing 'cfg:2' 'rec.*No such file'
}
@test "no completed-path there" {
	config
	rmdir 'done'
	failing 'cfg:2' 'done.*No such file'
}
@test "no base-path of a client there" { bad 5 'nowhere.*No such file' '' "$(one 'base-path = "nowhere";')"; }
@test "no completed-path of a client there" { bad 5 'nowhere.*No such file' '' "$(one 'completed-path = "nowhere";')"; }
@test "a base-path that is a file" {
	config
	rmdir rec
	: >rec
	failing 'cfg:2' 'rec.*Not a directory'
}
@test "a base-path without write permission" {
	[ "$(id -u)" -ne 0 ] || skip "root writes everywhere"
	config
	chmod 555 rec
	failing 'cfg:2' 'rec.*(denied|writable)'
}
@test "a completed-path without write permission" {
	[ "$(id -u)" -ne 0 ] || skip "root writes everywhere"
	config
	chmod 555 'done'
	failing 'cfg:2' 'done.*(denied|writable)'
}
@test "completed-path on another filesystem" {
	[ -w /dev/shm ] && [ "$(stat -c %d /dev/shm)" != "$(stat -c %d .)" ] || skip "no other filesystem here"
	local other
	other=$(mktemp -d /dev/shm/bats-XXXXXX)
	config
	sed -i "s,\"done\",\"$other\"," cfg
	check
	rmdir "$other"
	[ $STATUS -eq 78 ]
	grep -E '^cfg:2: .*filesystem' <<<"$OUT"
}

@test "base-path on a filesystem that knows no mark: said at the start, and nothing is left there" {
	can_trace
	config 'sandbox = "off";'
	STATUS=0
	OUT=$(strace -f -qq -o /dev/null -e trace=fchmod -e inject=fchmod:error=EPERM "$SERVER" -c cfg 2>&1) || STATUS=$?
	[ $STATUS -eq 78 ]
	grep -E '^cfg:2: .*completed-path .*: a file to try it cannot be marked in base-path .*: Operation not permitted' <<<"$OUT"
	[ -z "$(find rec 'done' -type f)" ]
}

# ---- libconfig's own ----

@test "a syntax error: its line" {
	config 'max-snaplen = ;'
	failing 'cfg:[34]' 'syntax'
}
@test "a comma after the last client: its line" { bad 5 'syntax' '' "$(one ''),"; }
@test "a comma missing between clients: the line behind it, and a hint" {
	bad 6 'syntax error here or before it: a comma' '' "$(printf '%s\n%s' "$(one '')" "$(one '')")"
}
@test "a configuration of the original server: what converts it" {
	printf 'server\n base-path rec\n client foo 127.0.0.2\n' >cfg
	failing cfg:2 'syntax error; this looks like .*osmo-pcap-vty2cfg'
	printf '!\nline vty\n no login\n' >cfg
	failing cfg:1 'osmo-pcap-vty2cfg'
}
@test "a key twice: its line, its name, and where it stands first" {
	bad 3 'max-snaplen stands twice in its group: first in line 3$' 'max-snaplen = 1; max-snaplen = 2;'
	bad 6 'port stands twice in its group: first in line 2$' "$(printf '%s\n' '' 'limits: { connections = 5; }; # port = 3' \
		'log-level = "port = 1; }"; /* port = 2' '} */ port = 1;')"
	bad 5 'name stands twice in its group: first in line 5$' '' "$(one ''), $(one 'name = "bar";')"
	bad 5 'server stands twice in its group: first in line 1$' '' '); server: { }; x = ('
	echo 'log-level = "info";' >more.cfg
	bad 6 'log-level stands twice in its group: first in line 1 of more.cfg$' "$(printf '%s\n' '' '@include "more.cfg"' '' \
		'log-level = "debug";')"
}
@test "an include that is not there" {
	config '@include "missing"
	'
	check
	[ $STATUS -eq 78 ]
	grep -E '^cfg:3: ' <<<"$OUT"
}
@test "a syntax error in an include: its name and line" {
	config '@include "more"
	'
	printf '\n\nmax-snaplen = ;\n' >more
	check
	[ $STATUS -eq 78 ]
	grep -E '(^|/)more:[34]: .*syntax' <<<"$OUT"
}
@test "an include of itself" {
	config '@include "cfg"
	'
	STATUS=0
	OUT=$(timeout "$PATIENCE" "$SERVER" -c cfg -t 2>&1) || STATUS=$?
	[ $STATUS -eq 78 ]
	[[ $OUT == *cfg:* ]]
}
@test "two files that include each other" {
	config '@include "more"
	'
	echo '@include "cfg"' >more
	STATUS=0
	OUT=$(timeout "$PATIENCE" "$SERVER" -c cfg -t 2>&1) || STATUS=$?
	[ $STATUS -eq 78 ]
	grep -E '(cfg|more):[0-9]+: ' <<<"$OUT"
}
@test "an empty file" {
	: >cfg
	check
	[ $STATUS -eq 0 ] || [ $STATUS -eq 78 ]
	[ -n "$OUT" ]
}
@test "a megabyte of clients" {
	{
		echo 'server: { ip = "127.0.0.1"; port = 0; base-path = "rec"; completed-path = "done"; };'
		echo 'clients = ('
		perl -e 'print join ",\n", map { sprintf "\t{ name = \"client-%d\"; address = \"10.%d.%d.%d\"; }", $_, $_ >> 16, $_ >> 8 & 255, $_ & 255 } 1 .. 20000'
		echo ');'
	} >cfg
	STATUS=0
	OUT=$(timeout "$PATIENCE" "$SERVER" -c cfg -t 2>&1) || STATUS=$?
	[ $STATUS -eq 0 ]
}

@test "listening on a link-local address needs its interface, and -T prints it" {
	LISTEN=fe80::15
	bad 2 'ip: .fe80::15.: a link-local address needs its interface, as in fe80::1%eth0'
	LISTEN=192.0.2.1%eth0
	bad 2 'ip: .192.0.2.1%eth0.: an interface stands only behind a link-local address'
	LISTEN=127.0.0.1
	bad 5 'address: .fe80::15%eth0.: no interface may stand here: the address counts on all of them' '' \
		'{ name = "a"; address = "fe80::15%eth0"; }'
	config ''
	sed -i 's/ip = "127.0.0.1"/ip = [ "fe80::15%eth0", "fe80::15%eth1" ]/' cfg
	"$SERVER" -t -c cfg
	"$SERVER" -T -c cfg | grep -F 'ip = [ "fe80::15%eth0", "fe80::15%eth1" ];'
}

@test "all errors of one run, each with its line" {
	cat >cfg <<-EOT
		server: {
			ip = "127.0.0.1"; port = 70000;
			base-path = "rec";
			completed-path = "nowhere";
			colour = "red";
			max-snaplen = "x";
			limits: {
				connections = 0;
			};
		};
		clients = (
			{ name = "foo"; address = "127.0.0.2"; },
			{ name = "foo"; address = "127.0.0.3"; },
			{ name = "bar"; address = "127.0.0.2"; },
			{ name = "b/z"; address = "127.0.0.4"; },
			{ name = "qux"; address = "127.0.0.5"; tls = true; }
		);
	EOT
	check
	[ $STATUS -eq 78 ]
	local line
	for line in 2 4 5 6 8 13 14 15 16; do
		grep -E "^cfg:$line: " <<<"$OUT"
	done
	[ "$(grep -c error <<<"$OUT")" -eq 9 ]
}

@test "all the semantic errors of one run" {
	cat >cfg <<-EOT
		server: { ip = "127.0.0.1"; port = 0; base-path = "rec";
			completed-path = "nowhere"; };
		clients = (
			{ name = "foo"; address = "127.0.0.2"; },
			{ name = "foo"; address = "127.0.0.3"; },
			{ name = "bar"; address = "127.0.0.2"; },
			{ name = "qux"; address = "127.0.0.5"; tls = true; }
		);
	EOT
	check
	[ $STATUS -eq 78 ]
	local line
	for line in 2 5 6 7; do
		grep -E "^cfg:$line: " <<<"$OUT"
	done
}

# ---- -T ----

# printed: what -T says of ./cfg; printing that says the same
printed() {
	"$SERVER" -c cfg -T >once
	"$SERVER" -c once -T >twice
	cmp once twice
	"$SERVER" -c once -t
}

@test "what -T prints is valid and prints the same again" {
	config 'max-file-size = 5368709120L; rotate-localtime = "minute mod 21"; log-level = "debug"; limits: { idle-timeout = 77; max-silence = "90s"; };
		pid-file = "x.pid"; status-path = "x"; user = "root";' \
		'{ name = "foo"; address = [ "127.0.0.2", "2001:db8::/32" ]; max-snaplen = 77; store = false; file-permission-mask = "0644"; },
		{ name = "bar"; address = "127.0.0.3"; base-path = "done"; max-file-size = "10M"; rotate-localtime = "never";
		max-silence = "0s"; close-when-due = true; }'
	printed
	grep -qE '^		max-silence = "90s";' once
	grep -qE '^		max-silence = "0s";' once
	grep -qE '^	close-when-due = false;' once
	grep -qE '^		close-when-due = true;' once
	grep -qE 'rotate-localtime = "minute mod 21"' once
	grep -qE 'idle-timeout = 77' once
	grep -qE 'max-snaplen = 77' once
	grep -qE 'store = false' once
	grep -qE '2001:db8::/32' once
}

@test "-T: the defaults" {
	config '' "$(one '')"
	printed
	grep -qE 'max-snaplen = 9000;' once
	grep -qE 'max-file-size = "1G"' once
	grep -qE 'rotate-localtime = "day"' once
	grep -qE 'file-permission-mask = "0440"' once
	grep -qE 'connections = 1000;' once
	grep -qE 'unestablished = 100;' once
	grep -qE 'per-client = 4;' once
	grep -qE 'handshake-timeout = 10;' once
	grep -qE 'frame-timeout = 30;' once
	grep -qE 'idle-timeout = 0;' once
	grep -qE 'max-silence = "0s";' once
	grep -qE 'close-when-due = false;' once
	grep -qE 'keepalive = 60;' once
	grep -qE 'header-changes-per-minute = 60;' once
}

@test "-T: paths are absolute, unset keys are comments, per-client values stand only where set" {
	config '' "$(one 'max-snaplen = 77;')"
	printed
	grep -qF "base-path = \"$(pwd -P)/rec\";" once || grep -qF "base-path = \"$PWD/rec\";" once
	grep -qE '^[[:space:]]*(//|#).*user' once
	grep -qE '^[[:space:]]*(//|#).*pid-file' once
	[ "$(grep -c 'max-snaplen' once)" -eq 2 ]
	[ "$(grep -cE '^[[:space:]]*base-path' once)" -eq 1 ]
}

@test "-T: without port it is 54321, without base-path the current directory" {
	echo "server: { }; clients = ( $(one '') );" >cfg
	printed
	grep -qE 'port = 54321;' once
	grep -qF "base-path = \"$(pwd -P)\";" once || grep -qF "base-path = \"$PWD\";" once
	grep -qE '^[[:space:]]*(//|#).*ip' once
	grep -qE '^[[:space:]]*(//|#).*completed-path' once
}

@test "-T of a wrong configuration: the errors, exit 78" {
	config 'colour = 1;'
	run "$SERVER" -c cfg -T
	[ "$status" -eq 78 ]
	[[ $output == *cfg:3:*colour* ]]
}

@test "the shipped sample configuration is valid" {
	local sample=$TESTDIR/../etc/osmo-pcap-server.cfg
	[ -e "$sample" ] || skip "no sample"
	"$SERVER" -c "$sample" -T >once 2>out || {
		# its directories and files need not be there before the installation, all else must be right
		run ! grep -vE 'No such file' out
	}
}

# ---- to the last value ----

@test "an error of what a client has inherited names the line where it stands" {
	[ -w /dev/shm ] && [ "$(stat -c %d /dev/shm)" != "$(stat -c %d .)" ] || skip "no other filesystem here"
	local other
	other=$(mktemp -d /dev/shm/bats-XXXXXX)
	mkdir rec2
	config '' "$(one 'base-path = "rec2";')"
	sed -i "s,\"done\",\"$other\"," cfg
	check
	rmdir "$other"
	[ $STATUS -eq 78 ]
	[ "$(grep -cE '^cfg:2: .*filesystem' <<<"$OUT")" -eq 2 ]
}

@test "a fingerprint has 64 hexadecimal digits" {
	local hex
	hex=$(printf '%064d' 0)
	config 'tls: { };' "$(one "tls = true; certificate = \"sha256:${hex/0/z}\";")"
	check
	grep -E '^cfg:5: .*neither a name nor sha256' <<<"$OUT"
	config 'tls: { };' "$(one "tls = true; certificate = \"sha256:${hex}0\";")"
	check
	grep -E '^cfg:5: .*neither a name nor sha256' <<<"$OUT"
	config 'tls: { };' "$(one "tls = true; certificate = \"sha256:${hex/00/aF}\";")"
	check
	run ! grep 'neither a name' <<<"$OUT"
}

@test "unestablished as high as connections is no warning, above it is" {
	good 'limits: { connections = 50; unestablished = 50; };'
	[[ $OUT != *unestablished* ]]
	config 'limits: { connections = 50; unestablished = 51; };'
	check
	[ $STATUS -eq 0 ]
	grep -E '^cfg:3: .*warning.*unestablished is above connections' <<<"$OUT"
}

@test "a file of more than 16 MiB is not read" {
	config
	head -c $((17 << 20)) /dev/zero | tr '\0' '\n' >>cfg
	check
	[ $STATUS -eq 78 ]
	[[ $OUT == *cfg*"larger than 16 MiB"* ]]
}

@test "ten includes within each other are read, the eleventh is an error" {
	local n
	config '@include "include1"
	'
	for n in 1 2 3 4 5 6 7 8 9; do
		echo "@include \"include$((n + 1))\"" >include$n
	done
	echo 'max-snaplen = 4711;' >include10
	run -0 "$SERVER" -c cfg -T
	[[ $output == *"max-snaplen = 4711;"* ]]
	mv include10 include11
	echo '@include "include11"' >include10
	check
	[ $STATUS -eq 78 ]
	grep -E '(^|/)include10:1: .*nested too deep' <<<"$OUT"
}

@test "a size is printed with the largest unit of which it is a multiple" {
	local size
	for size in 1000 5K 1025K 6M 7G 3T; do
		config "max-file-size = \"$size\";"
		run -0 "$SERVER" -c cfg -T
		[[ $output == *"max-file-size = \"$size\";"* ]]
	done
}

@test "a directory beneath the root directory, which is another one: a warning" {
	[ -w / ] || skip "needs to write to /"
	config '' "$(one 'base-path = "/"; completed-path = "/";')"
	check
	[ $STATUS -eq 0 ]
	[[ $OUT == *warning*rec*"lies beneath /:"* ]]
}
