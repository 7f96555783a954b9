#!/usr/bin/env bats
# osmo-pcap-vty2cfg: each command of the original becomes the setting that the server then has, and what cannot is
# told with file and line.
. "$BATS_TEST_DIRNAME/lib.bash"

VTY2CFG=$PROGRAMS/osmo-pcap-vty2cfg

# node LINE…: the lines as those of the node server, in ./old
node() {
	echo server >old
	printf ' %s\n' "$@" >>old
}

# convert [STATUS]: old becomes cfg, problems go to err.
convert() {
	local status=0
	"$VTY2CFG" old >cfg 2>err || status=$?
	[ "$status" -eq "${1-0}" ] || { cat old cfg err >&2; return 1; }
}

# convert_to_run: convert, for a server that also runs beside memcheck (lib.bash).
convert_to_run() {
	convert
	[ -z "${VALGRIND-}" ] || sed -i 's/^{/& sandbox = "off";/' cfg
}

# effective [OLD]: what the server makes of cfg is in ./out.
effective() { "$SERVER" -T -c cfg >out 2>refused || { cat "${1-old}" cfg refused >&2; return 1; }; }

# refuses: the server does not take cfg, and it is not for the syntax.
refuses() {
	if "$SERVER" -T -c cfg >out 2>refused || ! grep -q error refused; then
		cat cfg >&2
		return 1
	fi
	readable
}

# readable [OLD]: the server could read cfg, whatever it thinks of it.
readable() {
	local problems
	"$SERVER" -T -c cfg >out 2>refused && return
	problems=$(<refused)
	if [[ ${problems,,} == *"syntax error"* ]]; then
		cat refused "${1-old}" cfg >&2
		return 1
	fi
}

# has WANT…: each is a line of `out`, without regard to indentation.
has() {
	local want line flat=$'\n'
	while IFS= read -r line; do
		flat+=${line#"${line%%[![:space:]]*}"}$'\n'
	done <out
	for want; do
		[[ $flat == *$'\n'"$want"$'\n'* ]] || { echo "not there: $want" >&2; cat old cfg out >&2; return 1; }
	done
}

# same: reads "COMMANDS => SETTING" lines, commands separated by commas; the server has the setting then,
# without a complaint.
same() {
	local lines want
	local -a commands
	while IFS=' ' read -r lines; do
		want=${lines#* => }
		IFS=, read -r -a commands <<<"${lines% => *}"
		node "${commands[@]}"
		convert
		[ ! -s err ] || { cat old err >&2; return 1; }
		effective
		has "$want"
	done
}

# said REGEX…: each is in cfg.
said() {
	local want
	for want; do
		grep -qE -- "$want" cfg || { echo "not in cfg: $want" >&2; cat cfg >&2; return 1; }
	done
}

X509=('enable tls' 'tls allow-auth x509' 'tls capath /p/ca' 'tls server-cert /p/crt' 'tls server-key /p/key')

# ---- every command ----

@test "zeromq-publisher becomes the group of osmo-pcap-publish, and no such group where nothing is published" {
	node 'zeromq-publisher 127.0.0.1 5555'
	convert
	said '^// For osmo-pcap-publish' '^zeromq-publisher:$' 'bind = "tcp://127.0.0.1:5555";'
	effective
	if [ -x "$BUILDDIR/osmo-pcap-publish" ]; then
		"$BUILDDIR/osmo-pcap-publish" -t -c cfg 2>said || { cat said >&2; false; }
	fi
	node 'zeromq-publisher 127.0.0.1 5555' 'no zeromq-publisher'
	convert
	said '// Overridden by line 3:$' '//   line 2: zeromq-publisher 127.0.0.1 5555$' '//   line 3: no zeromq-publisher$'
	not grep -E '^zeromq-publisher' cfg
	node 'zeromq-publisher nowhere 5555'
	convert 78
	said 'Error: nowhere is neither an IPv4 address nor [*]'
	node 'zeromq-publisher 2001:db8::1 5555'
	convert 78
	said 'Error: 2001:db8::1 is neither an IPv4 address nor [*]'
	node 'zeromq-publisher * 65536'
	convert 78
	said 'Error: 65536 is not a number from 1 to 65535'
}

@test "commands of the server and their no forms" {
	same <<-'EOT'
	base-path /srv/a => base-path = "/srv/a";
	base-path /srv/a,base-path /srv/b => base-path = "/srv/b";
	completed-path /srv/c => completed-path = "/srv/c";
	completed-path /srv/c,no completed-path => // completed-path: files stay in base-path
	no completed-path,completed-path /srv/c => completed-path = "/srv/c";
	file-permission-mask 0440 => file-permission-mask = "0440";
	file-permission-mask 600 => file-permission-mask = "0600";
	server ip 192.0.2.7 => ip = "192.0.2.7";
	server port 6001 => port = 6001;
	zeromq-publisher 192.0.2.7 5556 => bind = "tcp://192.0.2.7:5556";
	zeromq-publisher * 5555 => bind = "tcp://0.0.0.0:5555";
	zeromq-publisher 192.0.2.7 5556,zeromq-publisher 192.0.2.8 5557 => bind = "tcp://192.0.2.8:5557";
	server port 6001,server port 6002 => port = 6002;
	max-snaplen 262144 => max-snaplen = 262144;
	server max-snaplen 1500 => max-snaplen = 1500;
	max-file-size 262144000 => max-file-size = "250M";
	max-file-size 5000000001 => max-file-size = "5000000001";
	no max-file-size => max-file-size = "0";
	no max-file-size,max-file-size 1024 => max-file-size = "1K";
	rotate-localtime second => rotate-localtime = "second";
	rotate-localtime minute => rotate-localtime = "minute";
	rotate-localtime hour => rotate-localtime = "hour";
	rotate-localtime day => rotate-localtime = "day";
	rotate-localtime month => rotate-localtime = "month";
	rotate-localtime year => rotate-localtime = "year";
	rotate-localtime minute mod 21 => rotate-localtime = "minute mod 21";
	rotate-localtime month mod 24 => rotate-localtime = "year";
	no rotate-localtime => rotate-localtime = "never";
	no rotate-localtime,rotate-localtime hour => rotate-localtime = "hour";
	EOT
}

@test "without a command the defaults are those of the server" {
	echo 'server: { }; clients = ( );' >cfg
	effective
	mv out want
	node
	convert
	effective
	diff want out
}

@test "clients: store, tls, removed ones, and the last line of a name" {
	node "${X509[@]}" 'client a 10.0.0.1' 'client b 10.0.0.2 no-store' 'client c 10.0.0.3 store tls' \
		'client d 10.0.0.4 no-store tls' 'client e 10.0.0.5 store' 'client x 10.0.0.6' 'no client x' \
		'client a 10.0.0.7 no-store'
	convert
	effective
	sed -n '/^clients/,$p' out | tr -d '\n\t' >got
	cat >want <<-'EOT'
	clients = (
	{name = "a";address = "10.0.0.7";tls = false;// certificate: any of the CA
	store = false;},
	{name = "b";address = "10.0.0.2";tls = false;// certificate: any of the CA
	store = false;},
	{name = "c";address = "10.0.0.3";tls = true;// certificate: any of the CA
	store = true;},
	{name = "d";address = "10.0.0.4";tls = true;// certificate: any of the CA
	store = false;},
	{name = "e";address = "10.0.0.5";tls = false;// certificate: any of the CA
	store = true;});
	EOT
	diff <(tr -d '\n' <want) got
	said '^	// Overridden by line 14:$' '^	//   line 7: client a 10.0.0.1$' \
		'^	// Removed by line 13:$' '^	//   line 12: client x 10.0.0.6$'
	[ "$(grep -c 'certificate = "NAME" ties it' cfg)" -eq 2 ]
}

@test "clients have IPv6 addresses too" {
	node 'client a 2001:db8::1' 'server ip ::1'
	convert
	effective
	has 'address = "2001:db8::1";' 'ip = "::1";'
}

@test "tls: each key and its no form" {
	node "${X509[@]}" 'tls crlfile /p/crl' 'tls priority NORMAL:-VERS-ALL:+VERS-TLS1.3'
	convert
	effective
	has 'allow-auth = "x509";' 'capath = "/p/ca";' 'crlfile = "/p/crl";' 'server-cert = "/p/crt";' \
		'server-key = "/p/key";' 'priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3";'
	node "${X509[@]}" 'tls crlfile /p/crl' 'tls priority NORMAL' 'no tls crlfile' 'no tls priority'
	convert
	effective
	has '// crlfile: nothing is revoked' 'priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA";'
	local no
	for no in 'allow-auth x509' capath server-cert server-key; do
		node "${X509[@]}" 'client a 10.0.0.1 store tls' "no tls $no"
		convert 78
		grep -E "^old:2: error: tls ${no% x509}( is missing)" err
	done
}

@test "tls allow-auth: anonymous alone is that, with x509 it is x509 and said so" {
	node 'enable tls' 'tls allow-auth anonymous' 'client a 10.0.0.1 store tls'
	convert
	effective
	has 'allow-auth = "anonymous";'
	said 'known by its address alone'
	node "${X509[@]}" 'tls allow-auth anonymous'
	convert
	effective
	has 'allow-auth = "x509";'
	grep '^old:7: warning: tls allow-auth x509 and anonymous are both allowed' err
	said '// .* x509 is taken.* or run a second server with "anonymous" on another port for them$'
	node "${X509[@]}" 'tls allow-auth anonymous' 'no tls allow-auth x509'
	convert
	effective
	has 'allow-auth = "anonymous";'
}

@test "tls settings without TLS are comments" {
	local tail
	for tail in 'disable tls' 'no max-file-size'; do
		node "${X509[@]:1}" "$tail"
		convert
		effective
		has '// tls: no client can use it'
		said '^	// TLS is not enabled; this is how it was set:$' '^	//tls:$' '^	//	capath = "/p/ca";$'
		# what is commented out is the group as it would be
		sed -i 's,^\t//\(tls:\|[{}	]\),\t\1,' cfg
		effective
		has 'capath = "/p/ca";'
	done
}

@test "TLS that no client uses and that is not complete is a comment" {
	node 'enable tls' 'tls server-cert /p/crt' 'client a 10.0.0.1'
	convert
	effective
	has '// tls: no client can use it'
	said 'TLS is enabled, no client uses it' '^	//	server-cert = "/p/crt";$'
}

@test "client NAME IP tls, which no version of the original accepts, is an error that says what to write" {
	node "${X509[@]}" 'client a 10.0.0.1 tls' 'client b 10.0.0.2 store tls'
	convert 78
	grep -x 'old:7: error: the original has no such command: put store or no-store before tls' err
	[ "$(wc -l <err)" -eq 1 ]
	said '//   line 7: client a 10.0.0.1 tls' 'name = "b"'
	not grep 'name = "a"' cfg
}

@test "a proposed name is one that no client has" {
	node 'client a+b 10.0.0.1' 'client a-b 10.0.0.2' 'client a-b-2 10.0.0.3' "client $(printf 'x%.0s' {1..64}) 10.0.0.4" \
		"client $(printf 'x%.0s' {1..70}) 10.0.0.5" 'client bsc:1 10.0.0.6'
	convert 78
	grep -E '^old:2: error: client name a\+b: .*; for example a-b-3$' err
	grep -E '^old:6: error: client name x{70}: .*; for example x{62}-2$' err
	grep -E '^old:7: error: client name bsc:1: .*; for example bsc-1$' err
	[ "$(wc -l <err)" -eq 3 ]
}

@test "the second client of an address is a comment, as it is never reached in the original" {
	node 'client a 10.0.0.1' 'client b 10.0.0.2' 'client c 10.0.0.1' 'client d 10.0.0.2'
	convert
	effective
	[ "$(grep -c 'name = ' out)" -eq 2 ]
	grep '^old:4: warning: client c is left out: a has its address' err
	said '^	//\{ name = "c"; address = "10.0.0.1"; \}$'
}

@test "what means something else here is said" {
	node 'max-file-size 0' 'file-permission-mask 0666'
	convert
	grep '^old:2: warning: max-file-size 0: ' err
	said '// exact here: the umask' '// max-file-size 0: the original starts a file for each packet'
	node 'max-file-size 2G'
	convert
	effective
	has 'max-file-size = "2G";'
	grep '^old:2: warning: max-file-size with a unit' err
}

@test "lines without a counterpart are comments with the reason" {
	cat >old <<-'EOT'
	log stderr
	  logging color 1
	  logging level all everything
	log file /var/log/x.log
	 logging timestamp 0
	line vty
	 no login
	 bind 127.0.0.1
	ctrl
	 bind 127.0.0.1
	stats interval 5
	stats-tcp interval 5
	stats-tcp batch-size 3
	stats reporter statsd
	  prefix x
	  enable
	cpu-sched
	 policy rr 1
	server
	 file-write-queue-max-length 64
	 tls dh pkcs3 /p/dh
	 tls dh generate
	 tls log-level 9
	 tls verify-cert
	EOT
	convert
	[ ! -s err ]
	effective
	local n=0 line
	while read -r line; do
		n=$((n + 1))
		[ "$line" = server ] || said "//   line $n: $line"
	done < <(sed 's/\*/[*]/' old)
	[ "$(grep -c 'line [0-9]*: ' cfg)" -eq $((n - 1)) ]
	said '// No counterpart: nothing is queued here, a full disk makes the client wait:$'
	# only the node server means something
	[ "$(grep -vcE '^[[:space:]]*(//.*)?$' cfg)" -eq 5 ]
}

# ---- whole files ----

@test "a configuration of the kind that the original comes with" {
	cat >old <<-'EOT'
	!
	! OsmoPCAPServer (UNKNOWN) configuration saved from vty
	!!
	!
	log stderr
	  logging color 1
	  logging print category 1
	  logging level all everything
	!
	line vty
	 no login
	!
	server
	 base-path /tmp
	 file-permission-mask 0440
	 server ip 127.0.0.1
	 server port 6001
	 max-file-size 262144000
	 client zecke 127.0.0.1
	EOT
	convert
	[ ! -s err ]
	cat >want <<-'EOT'
	server: { ip = "127.0.0.1"; port = 6001; base-path = "/tmp"; file-permission-mask = "0440";
	max-file-size = "250M"; };
	clients = ( { name = "zecke"; address = "127.0.0.1"; } );
	EOT
	effective
	mv out got
	mv want cfg
	effective
	diff out got
}

@test "one with TLS: what is missing is told, and all else is there" {
	cat >old <<-'EOT'
	server
	 base-path /tmp
	 server ip 127.0.0.1
	 client zecke1 127.0.0.1
	 client zecke2 127.0.0.1 store tls
	 client zecke3 127.0.0.2 no-store tls
	 client zecke4 127.0.0.3 no-store
	 enable tls
	 tls priority SECURE
	EOT
	convert 78
	[ "$(grep -c '^old:8: error: tls .* missing' err)" -eq 4 ]
	refuses
	sed -i 's,priority = "SECURE";,& capath = "/a"; server-cert = "/b"; server-key = "/c";,' cfg
	effective
	has 'name = "zecke1";' 'name = "zecke3";' 'name = "zecke4";' 'allow-auth = "x509";'
}

@test "a client with tls where TLS is not enabled is an error" {
	node "${X509[@]:1}" 'client bar 192.168.200.2 store tls'
	convert 78
	grep '^old:6: error: client bar has tls without enable tls' err
}

@test "tabs, CRLF, end, exit, no indentation, no last newline" {
	printf 'log stderr\r\n\tlogging color 1\r\nserver\r\n\tbase-path\t/srv/a \r\n\t\tserver port 7\r\nexit\r\nend' >old
	convert
	effective
	has 'base-path = "/srv/a";' 'port = 7;'
	printf 'server\nbase-path /srv/a\nenable tls\nline vty\nno login\n' >old
	convert
	effective
	has 'base-path = "/srv/a";'
}

@test "comments are kept beside what they are about" {
	printf '! head\nserver\n ! the disk\n base-path /srv/a\n # north\n client a 10.0.0.1\n ! south\n client b 10.0.0.2\n' >old
	convert
	effective
	diff - <(tail -n +2 cfg | tr -d '\t') <<-'EOT'
	// head

	server:
	{
		// the disk
		base-path = "/srv/a";
	};
	clients = (
		// north
		{ name = "a"; address = "10.0.0.1"; },
		// south
		{ name = "b"; address = "10.0.0.2"; }
	);
	EOT
}

@test "quotes, backslashes and control characters arrive in the server" {
	printf 'server\n base-path /a"b\\c\001d%%{e}\xc3\xa4\n ! "*/\\\002\177@include "x"\n' >old
	convert
	said '^// "\*/\\\?\?@include "x"$'
	effective
	has "$(printf 'base-path = "/a\\"b\\\\c\\x01d%%{e}\xc3\xa4";')"
	printf '@include "/etc/passwd"\n foo\nserver\n ! @include "x"\n' >old
	convert 78
	effective
}

# ---- errors ----

# wrong LINE REGEX: the line, the third of old, is an error that says so; the server gets the rest all the same.
wrong() {
	node 'base-path /srv/a' "$1" 'server port 7'
	convert 78
	grep -qE -- "^old:3: error: $2" err || { cat err >&2; return 1; }
	[ "$(wc -l <err)" -eq 1 ]
	said 'base-path = "/srv/a";' 'port = 7;' '// Error: ' '^// INCOMPLETE: errors: 1\.'
	readable
}

@test "errors have file and line, and all else is converted" {
	wrong 'frobnicate' 'not understood'
	wrong 'base-path' 'not understood; expected base-path PATH'
	wrong 'base-path /srv/my traces' 'not understood; expected base-path PATH'
	wrong 'file-permission-mask 02440' '02440 is not an octal mode'
	wrong 'server ip pcap.example.net' 'pcap.example.net: not an IP address'
	wrong 'server port 65536' '65536 is not a number from 1 to 65535'
	wrong 'max-snaplen 262145' '262145 is not a number from 1 to 262144'
	wrong 'max-file-size lots' 'lots is not a number of bytes'
	wrong 'rotate-localtime week' 'expected rotate-localtime UNIT'
	wrong 'client a' 'not understood; expected client NAME A.B.C.D'
	wrong 'client a 10.0.0.1 tls store' 'not understood; expected client NAME A.B.C.D tls'
	wrong 'client a/b 10.0.0.1' 'client name a/b: .*; for example a-b'
	wrong 'client _a 10.0.0.1' 'client name _a: .*; for example a$'
	wrong 'client // 10.0.0.1' 'client name //: .*; for example client$'
	wrong "client $(printf 'x%.0s' {1..65}) 10.0.0.1" 'client name x*: .*; for example x{64}$'
	wrong 'client a bsc.example.net' 'client a: address bsc.example.net: not an IP address'
	wrong 'client a 10.0.0.010' 'client a: address 10.0.0.010: .* takes it for 10.0.0.8'
	wrong 'tls allow-auth none' 'not understood; expected tls allow-auth'
}

@test "a name, an address or an ip that is not valid is not valid for the server either" {
	local line
	for line in 'client a/b 10.0.0.1' 'client a 10.0.0.010' 'server ip localhost' 'file-permission-mask 02440' \
		'max-file-size lots'; do
		node "$line"
		convert 78
		refuses
	done
}

@test "a file without the node server, and one of osmo-pcap-client" {
	: >old
	convert 78
	grep '^old: error: there is no line .server.' err
	printf 'client\n pcap interface eth0\n server ip 10.0.0.1\n' >old
	convert 78
	grep '^old:1: error: this belongs into a configuration of osmo-pcap-client' err
	[ "$(wc -l <err)" -eq 2 ]
	printf 'base-path /srv/a\nserver\n' >old
	convert 78
	grep '^old:1: error: a command of the node server that stands outside of it' err
}

@test "standard input, options and exit statuses" {
	node 'server port 7'
	"$VTY2CFG" old | sed 's/ old;/ <stdin>;/' >want
	"$VTY2CFG" <old | diff want -
	"$VTY2CFG" - <old | diff want -
	"$VTY2CFG" -h | grep -q '^usage: osmo-pcap-vty2cfg '
	"$VTY2CFG" --version | grep -qE '^osmo-pcap-vty2cfg [0-9]'
	run "$VTY2CFG" -x
	[ "$status" -eq 2 ]
	run "$VTY2CFG" old old
	[ "$status" -eq 2 ]
	run "$VTY2CFG" missing
	[ "$status" -eq 1 ]
	[[ $output == *'missing: No such file or directory' ]]
	run "$VTY2CFG" .
	[ "$status" -eq 1 ]
	run sh -c '"$0" old >/dev/full' "$VTY2CFG"
	[ "$status" -eq 1 ]
}

# ---- in use ----

@test "a converted configuration records a client's packets" {
	node "base-path $PWD/rec" "completed-path $PWD/done" 'file-permission-mask 0400' 'server ip 127.0.0.1' \
		"server port $(free_port)" 'client foo 127.0.0.2' 'client quiet 127.0.0.3 no-store'
	convert_to_run
	"$SERVER" -t -c cfg
	server_start
	stream pcap rec=60 rec=100 >sent
	peer_send 127.0.0.2 sent
	peer_send 127.0.0.3 sent
	wait_log 'closed client=foo .* packets=2 '
	wait_log 'closed client=quiet .* packets=2 '
	recorded sent
	[ "$(mode "$(only_file)")" = 400 ]
	[[ $(only_file) == done/trace-foo-* ]]
}

@test "a converted configuration records a client with a certificate, and none without" {
	local pki=$TESTDIR/../etc/osmo-pcap-pki
	{ "$pki" ca pki && "$pki" server pki pcap.example.net 127.0.0.1 && "$pki" client pki site-7; } >pki.out 2>&1
	node "base-path $PWD/rec" "completed-path $PWD/done" 'server ip 127.0.0.1' "server port $(free_port)" \
		'enable tls' 'tls allow-auth x509' 'tls dh generate' "tls capath $PWD/pki/ca.crt" \
		"tls crlfile $PWD/pki/ca.crl" "tls server-cert $PWD/pki/server-pcap.example.net.crt" \
		"tls server-key $PWD/pki/server-pcap.example.net.key" 'client foo 127.0.0.2 store tls'
	convert_to_run
	"$SERVER" -t -c cfg
	server_start
	stream pcap rec=60 rec=100 >sent
	unframe sent >want
	run "$SEND" -q -S 127.0.0.2 -p "$PORT" --tls --ca pki/ca.crt 127.0.0.1 want
	[ "$status" -ne 0 ]
	no_file
	"$SEND" -q -S 127.0.0.2 -p "$PORT" --tls --ca pki/ca.crt --cert pki/client-site-7.crt --key pki/client-site-7.key \
		127.0.0.1 want
	wait_log 'closed client=foo .* packets=2 '
	cmp want "$(only_file)"
}

# ---- anything ----

@test "random lines: no crash; the server takes what was without error, and can read the rest" {
	local seed status accepted=0 refused=0
	vtylines {1..300}
	for seed in {1..300}; do
		status=0
		"$VTY2CFG" "lines.$seed" >cfg 2>err || status=$?
		case $status in
		0)
			effective "lines.$seed"
			accepted=$((accepted + 1))
			;;
		78)
			readable "lines.$seed"
			refused=$((refused + 1))
			;;
		*)
			echo "seed $seed: status $status" >&2
			cat err >&2
			return 1
			;;
		esac
	done
	[ $accepted -ge 20 ] && [ $refused -ge 20 ]
}
