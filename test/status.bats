#!/usr/bin/env bats
# osmo-pcap-status: what it says of a server, in each of its forms.
. "$BATS_TEST_DIRNAME/lib.bash"
bats_require_minimum_version 1.5.0 # run -STATUS

STATUS=$PROGRAMS/osmo-pcap-status

setup() {
	begin_in "$BATS_TEST_TMPDIR"
	[ -x "$STATUS" ] || skip "built without the archive"
	mkdir run
	config 'status-path = "run";' '{ name = "site-0"; address = "127.0.0.2"; }, { name = "site-1"; address = "127.0.0.3"; }'
}

eval "lib_$(declare -f teardown)"
teardown() {
	[ ! -S "$BATS_TEST_TMPDIR/tmux" ] || screen kill-server || true
	lib_teardown
}

# area CLIENTS CONNECTED: a server is said to be there. PUBLISHER: the process that says so, AREA: where it takes orders.
area() {
	mkfifo orders
	"$BUILDDIR/test/areafile" "$PWD/run" "$PWD/cfg" "$@" <orders >ready 3>&- &
	PUBLISHER=$!
	PIDS+=("$PUBLISHER")
	exec {AREA}>orders
	until_true grep -q ready ready
}
order() { printf %s "$1" >&"$AREA"; }
killed() {
	exec {AREA}>&-
	await "$PUBLISHER"
}

status() { "$STATUS" -c cfg "$@" 3>&-; }
# shows REGEX [ARGUMENT…]
shows() { status "${@:2}" | grep -E -- "$1"; }

# code N REGEX: what --check says
code() {
	run status --check
	echo "$output" >&2
	[ "$status" -eq "$1" ] && [ ${#lines[@]} -eq 1 ] && [[ $output =~ $2 ]]
}

# serve [SERVER-LINES]: a server that publishes its state
serve() {
	needs_one_server "its status area"
	config 'status-path = "run"; limits: { '"${1-}"' };'
	server_start
}

@test "a server: who records, who was there and who never was; totals outlast a connection, a reload and the server" {
	serve
	live a 127.0.0.2
	tell a pcap rec rec
	wait_stored a foo
	until_true shows '^foo +recording +127\.0\.0\.2:[0-9]+ .* 2 +[0-9]+ *$'
	shows '^bar +never '
	shows '^clients: 1 recording, 1 never seen; '
	status --json | perl -MJSON::PP -0777 -ne '
		my ($foo) = grep { $_->{name} eq "foo" } @{decode_json($_)->{clients}};
		print $foo->{recordings}[0]{file}' >file
	[ -e "rec/$(cat file)" ]
	shows '^osmo_pcap_client_packets_total\{client="foo"\} 2$' --metrics
	server_signal HUP
	wait_log ' reload clients='
	shows '^server: .* configuration 2,'
	hang_up a
	until_true shows '^foo +absent '
	shows '"last-end-reason":"peer closed the connection"' --json
	code 1 '^WARNING: 1 absent: foo$'
	server_stop
	code 2 'CRITICAL: '
	server_again
	shows '^osmo_pcap_client_packets_total\{client="foo"\} 2$' --metrics
	shows '^foo +absent '
}

# rate CONDITION CLIENT: of its packets per second. It is polled for seconds: to read the JSON as such takes longer than to
# print it.
rate() {
	local json n
	json=$(status --json) || return
	n='"name":"'$2'"[^{}]*"packets-per-second":([0-9.]+)' # of the same client
	[[ $json =~ $n ]] || return
	awk -v n="${BASH_REMATCH[1]}" 'BEGIN { exit n !~ /^[0-9.]+$/ || !(n '"$1"') }'
}

@test "rates are of the last seconds: of a connection that has ended a moment ago, too; what was before counts no more" {
	beside_memcheck "seconds count"
	local many
	mapfile -t many < <(yes rec | head -n 4000)
	serve
	live a 127.0.0.2
	tell a pcap "${many[@]}"
	until_true rate '> 300' foo
	until_true rate '== 0' foo
	tell a "${many[@]:0:500}"
	until_true rate '> 20' foo
	hang_up a
	until_true shows '^foo +absent '
	rate '> 20' foo # 500 in 5 to 10 seconds
	rate '<= 100' foo
	shows '^foo +absent +- .* [1-9][0-9.]*k? +[1-9][0-9.]*k +4\.5k '
	until_true rate '== 0' foo
	shows '^foo +absent +- .* - +- +4\.5k '
}

@test "what a filter has dropped is counted like what was accepted: after the connection, and after the server" {
	needs_one_server "its status area"
	config 'status-path = "run"; filter = "greater 1000";'
	server_start
	live a 127.0.0.2
	tell a pcap rec rec=1000 rec
	until_true shows '^osmo_pcap_client_filtered_packets_total\{client="foo"\} 2$' --metrics
	hang_up a
	until_true shows '^foo +absent '
	shows '^osmo_pcap_client_filtered_packets_total\{client="foo"\} 2$' --metrics
	server_stop
	server_again
	shows '^osmo_pcap_client_filtered_packets_total\{client="foo"\} 2$' --metrics
}

# A second later it is silent again.
is_heard() {
	tell a rec
	shows '^osmo_pcap_client_silent\{client="foo"\} 0$' --metrics
}

@test "a client from which nothing comes any more: in the table, in the metrics, critical for the check" {
	serve 'max-silence = "1s";'
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	wait_log ' silent client=foo'
	shows '^foo +silent .*127\.0\.0\.2:'
	shows '^osmo_pcap_client_silent\{client="foo"\} 1$' --metrics
	code 2 '^CRITICAL: 1 silent: foo; 1 never seen: bar$'
	until_true is_heard
}

@test "a recording that has outlived its server" {
	local child
	serve
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	kill -KILL "$SERVER_PID"
	until_true gone "$SERVER_PID"
	until_true shows '^server: not running'
	shows '^foo +outlived .*127\.0\.0\.2:'
	server_again
	shows '^server: pid '
	shows '^foo +outlived .*127\.0\.0\.2:.* 1 +[0-9]+ *$'
	tell a rec
	until_true shows '^osmo_pcap_client_packets_total\{client="foo"\} 2$' --metrics
	# what it has counted stays in the total before the server has counted it, and after
	child=$(child foo)
	server_signal STOP
	hang_up a
	until_true gone "$child"
	shows '^osmo_pcap_client_packets_total\{client="foo"\} 2$' --metrics
	server_signal CONT
	until_true eval '[ "$(echo run/server-*)" = "run/server-$SERVER_PID" ]'
	shows '^osmo_pcap_client_packets_total\{client="foo"\} 2$' --metrics
}

@test "files that repair has finished are counted, as many as they are" {
	needs_one_server "its status area"
	config 'status-path = "run";'
	stream pcap rec >s
	unframe s | tee rec/trace-foo-20250101_000000_{001..300}.pcap >/dev/null
	mark_unfinished rec/*
	server_start
	until_true shows '^osmo_pcap_repaired_files_total 300$' --metrics
}

@test "a table of all clients, or of those that are named" {
	area 2 1
	status >table
	grep -E "^server: pid $PUBLISHER, up [0-9]+s, configuration 1, sandbox full\$" table
	grep -E '^clients: 1 recording, 1 never seen; ' table
	grep -E '^site-0 +recording +192\.0\.2\.0:40000 ' table
	grep -E '^site-1 +never +' table
	[ "$(awk 'length > 80' table | wc -l)" -eq 0 ]
	status 'site-1*' >table
	! grep site-0 table || false
	grep '^site-1' table
}

@test "a client that there is not is no client that is well" {
	area 2 2
	run status --check site-0 'sit-*'
	[ "$status" -eq 3 ]
	[ "$output" = "UNKNOWN: the server knows no client 'sit-*'" ]
	for mode in "" --json --metrics --watch; do
		run timeout 20 "$STATUS" -c cfg $mode nobody
		[ "$status" -eq 1 ]
		[[ $output == *"osmo-pcap-status: the server knows no client 'nobody'"* ]]
	done
	run timeout 20 "$STATUS" -c cfg --watch 0
	[ "$status" -eq 2 ]
	status --check site-1
}

@test "a client of which nothing is stored is counting, in the table and on the page" {
	needs_one_server "its status area"
	config 'status-path = "run";' '{ name = "foo"; address = "127.0.0.2"; store = false; }'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	until_true shows '^foo +counting '
	printf 'GET / HTTP/1.0\r\n\r\n' | status --http | grep -E '>foo</td>.*>counting</td>'
}

@test "a server that has been killed: what it knew last stays visible, and the check is critical" {
	area 2 1
	killed
	shows '^server: not running'
	shows '^site-0 +absent .* 60k +60M'
	code 2 '^CRITICAL: the server is not running'
	shows '^osmo_pcap_up 0$' --metrics
}

@test "before anything has run: what there is to do, also on a terminal of 80 columns" {
	config 'status-path = "none";'
	mkdir -p archive
	echo "archive: { path = \"$PWD/archive\"; };" >>cfg
	run status
	[ "$status" -eq 1 ]
	[[ $(tr '\n' ' ' <<<"$output") == *'/none: no such directory: no server has run here, or one without status-path archive: '*'/archive: no index: start osmo-pcap-archive ' ]]
}

@test "the check: well, warning, critical, unknown" {
	code 2 "^CRITICAL: $PWD/run: no server was started with $PWD/cfg\$"
	area 2 2
	code 0 '^OK: 2 of 2 clients connected, server up [0-9]+s$'
	order s
	until_true code 2 '^CRITICAL: 1 silent: site-0$'
	order w
	until_true code 2 '^CRITICAL: 1 silent: site-0; 1 waiting for room on the disk: site-0$'
	config 'status-path = "cfg";'
	code 3 '^UNKNOWN: .*/cfg: Not a directory$'
	run status --check --nonsense
	[ "$status" -eq 3 ]
	run "$STATUS" --check -c nowhere
	[ "$status" -eq 3 ]
}

@test "what is no status area is passed over, and cannot be told from no server" {
	area 2 1
	printf OSMOPCST >run/server-1
	head -c 100000 /dev/zero >run/server-2
	ln -s "$PWD/cfg" run/server-3
	mkfifo run/server-4
	mkdir run/server-5
	cp "run/server-$PUBLISHER" run/.server-6 # one that is being made
	shows '^site-0 +recording'
	rm "run/server-$PUBLISHER"
	code 3 '^UNKNOWN: server-[1-5]: '
}

@test "a client that nobody is called as: neither well nor a table" {
	area 2 2
	code_of() { run "$STATUS" -c cfg "$@"; }
	code_of --check site-2
	[ "$status" -eq 3 ]
	[ "$output" = "UNKNOWN: the server knows no client 'site-2'" ]
	code_of --check 'site-*' 'bsc-*'
	[ "$output" = "UNKNOWN: the server knows no client 'bsc-*'" ]
	code_of site-1 site-2
	[ "$status" -eq 1 ]
	[[ $output == *"osmo-pcap-status: the server knows no client 'site-2'"* ]]
	grep -q '^site-1' <<<"$output"
	code_of --check 'site-*'
	[ "$status" -eq 0 ]
	order s
	until_true code 2 '^CRITICAL: 1 silent: site-0$'
	code_of --check site-0 site-2
	[ "$output" = "CRITICAL: 1 silent: site-0; the server knows no client 'site-2'" ]
	killed
	rm run/server-*
	code_of --check site-2 # nobody knows
	[ "$status" -eq 2 ]
}

# patch FILE OFFSET HEX: these bytes there
patch() { perl -e 'open my $f, "+<", shift or die; seek $f, shift, 0; print $f pack "H*", shift' "$@"; }

@test "a name in the directory drives no terminal, and makes no line" {
	touch $'run/server-\e[31m\nOK: all is well'
	code 3 '^UNKNOWN: server-\?\[31m\?OK: all is well: '
	run status
	[[ $output == 'server: server-?[31m?OK: all is well: '* ]]
	[ ${#lines[@]} -eq 1 ]
}

@test "where all may write, what is of another user is not believed; nor what all may write" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	area 2 2
	cp "run/server-$PUBLISHER" run/server-1
	killed
	rm "run/server-$PUBLISHER"
	shows '^site-0 '
	chown 65534 run/server-1
	shows '^site-0 ' # the directory's owner has let it be there
	chmod 1777 run
	code 3 '^UNKNOWN: server-1: anybody may have written it$'
	chown 0 run/server-1
	shows '^site-0 '
	chmod 755 run
	chmod o+w run/server-1
	code 3 '^UNKNOWN: server-1: anybody may have written it$'
}

@test "a sparse file of many gigabytes costs no memory" {
	area 2 2
	cp "run/server-$PUBLISHER" run/server-1
	patch run/server-1 24 00000100               # client_size: 65536
	patch run/server-1 1256 400d030000000000     # clients: 200,000
	truncate -s 20G run/server-1
	rm "run/server-$PUBLISHER"
	code 3 '^UNKNOWN: server-1: its counts are not possible$'
}

@test "a server is found among hundreds of files that earlier ones have left" {
	area 2 2
	cp "run/server-$PUBLISHER" left
	patch left 1276 01000000 # inherited
	perl -e 'link "left", "run/server-9999999.$_" or die for 1 .. 400'
	shows "^server: pid $PUBLISHER, up "
	code 0 '^OK: 2 of 2 '
}

@test "metrics: clean for promtool, without anything that a peer says" {
	area 2 1
	status --metrics >metrics
	grep -x 'osmo_pcap_client_packets_total{client="site-0"} 60000' metrics
	grep -x 'osmo_pcap_client_connected{client="site-1"} 0' metrics
	! grep -E '192\.0\.2\.|pcap"' metrics || false
	command -v promtool >/dev/null || skip "no promtool: the format is not checked"
	promtool check metrics <metrics >said 2>&1
	[ ! -s said ]
}

@test "metrics: the archive, and what it has not taken yet" {
	command -v sqlite3 >/dev/null || skip "no sqlite3"
	area 2 1
	mkdir archive
	echo 'archive: { path = "archive"; hand-over: { command = "true"; }; };' >>cfg
	stream pcap rec >s
	unframe s >done/trace-site-0-20261128_101500.pcap
	shows '^osmo_pcap_completed_files 1$' --metrics
	"$PROGRAMS/osmo-pcap-archive" --once -c cfg 2>log
	status --metrics >metrics
	grep -x 'osmo_pcap_archive_files 1' metrics
	grep -x "osmo_pcap_archive_bytes $(size "$(find archive -name '*.zst')")" metrics
	grep -x 'osmo_pcap_completed_files 0' metrics
	grep -E '^osmo_pcap_archive_handover_waiting_files [01]$' metrics
	grep -E '^osmo_pcap_archive_full_seconds [0-9]+$' metrics
	shows '^archive: [0-9]+ B in 1 file, ' site-0
}

@test "alert rules: each fires when it should, and not before" {
	command -v promtool >/dev/null || skip "no promtool: the rules are not tried"
	promtool check rules "$TESTDIR/../etc/prometheus/osmo-pcap.rules"
	promtool test rules "$TESTDIR/alerts.yml"
	grep -oE 'osmo_pcap_[a-z_]+' "$TESTDIR/../etc/prometheus/osmo-pcap.rules" | sort -u >named
	[ "$(wc -l <named)" -ge 8 ]
	while read -r name; do
		grep -qx "\.It Ic $name" "$TESTDIR/../man/osmo-pcap-status.1" || { echo "no metric $name" >&2; return 1; }
	done <named
}

@test "json: one document" {
	area 2 1
	status --json >json
	perl -MJSON::PP -0777 -ne '
		my $d = decode_json($_);
		my %c = map { $_->{name} => $_ } @{$d->{clients}};
		$d->{server}{running} or die;
		$c{"site-0"}{recordings}[0]{file} eq "trace-site-0-20261128_100000.pcap" or die;
		$c{"site-0"}{packets} == 60000 && $c{"site-1"}{state} eq "never" or die;' json
}

@test "an index that cannot be opened is told with the reason" {
	area 1 1
	mkdir archive
	ln -s index.sqlite archive/index.sqlite
	echo 'archive: { path = "archive"; };' >>cfg
	code 3 '^UNKNOWN: archive: .*/archive/index\.sqlite: Too many levels of symbolic links$'
}

# listen: http on PORT, as a service manager does it
listen() {
	command -v systemd-socket-activate >/dev/null || skip "no systemd-socket-activate"
	PORT=$(free_port)
	systemd-socket-activate --accept --inetd -l "127.0.0.1:$PORT" "$STATUS" -c cfg --http 2>log 3>&- &
	PIDS+=($!)
	until_true listened_to "$PORT"
}

# get REQUEST-LINE [FIELD…]: the answer in ./answer
get() { printf '%s\r\n' "$@" '' | timeout "$PATIENCE" socat -t "$PATIENCE" - "TCP:127.0.0.1:$PORT" >answer; }
answered() { head -n 1 answer | tr -d '\r' | grep -x "HTTP/1.1 $1"; }

@test "http: three documents, and nothing else" {
	area 2 1
	listen
	get 'GET /metrics HTTP/1.1' 'Host: localhost'
	answered '200 OK'
	grep -x 'osmo_pcap_client_packets_total{client="site-0"} 60000' answer
	[ "$(sed '1,/^\r$/d' answer | wc -c)" -eq "$(sed -n 's/^Content-Length: \([0-9]*\)\r$/\1/p' answer)" ]
	get 'GET /status.json HTTP/1.1' 'Host: localhost'
	sed '1,/^\r$/d' answer | perl -MJSON::PP -0777 -ne 'decode_json($_)->{clients} or die'
	get 'GET / HTTP/1.1' 'Host: localhost'
	grep -F '<td>site-0</td><td class="good">recording</td>' answer
	! grep -iE '<script|src=|href=|url\(' answer || false
	get 'HEAD / HTTP/1.1' "Host: $(hostname)"
	answered '200 OK'
	[ "$(sed '1,/^\r$/d' answer | wc -c)" -eq 0 ]
	get 'GET /etc/passwd HTTP/1.0'
	answered '404 Not Found'
	get 'POST / HTTP/1.0'
	answered '405 Method Not Allowed'
	get 'GET / HTTP/1.0' 'Content-Length: 5'
	answered '400 Bad Request'
	get 'GET / HTTP/1.1'
	answered '400 Bad Request'
	get 'GET /metrics HTTP/1.1' 'Host: rebound.example:9741' # DNS rebinding
	answered '421 Misdirected Request'
	! grep osmo_pcap answer || false
	get 'GET / HTTP/1.1' "Host: $(hostname | cut -d . -f 1).example.org" # its name with a domain: not known
	answered '421 Misdirected Request'
	grep -F 'or by one that --host gives' answer
	printf '\x16\x03\x01\x02\x00\n' | timeout "$PATIENCE" socat -t "$PATIENCE" - "TCP:127.0.0.1:$PORT" >answer
	answered '400 Bad Request'
}

@test "http: a name that --host gives is the machine's, and no other" {
	local name
	area 1 1
	asked() { printf 'GET /metrics HTTP/1.1\r\nHost: %s\r\n\r\n' "$1" | "$STATUS" -c cfg --http --host pcap.example.org --host=captures >answer; }
	for name in pcap.example.org PCAP.Example.org:9741 pcap.example.org. captures:80 localhost "$(hostname)"; do
		asked "$name"
		answered '200 OK'
	done
	for name in example.org pcap x.pcap.example.org captures.example.org rebound.example; do
		asked "$name"
		answered '421 Misdirected Request'
		! grep osmo_pcap answer || false
	done
	run -2 "$STATUS" -c cfg --host pcap.example.org
	run -2 "$STATUS" -c cfg --http --host pcap.example.org:9741
	[[ $output == *"--host 'pcap.example.org:9741' is no name of a host"* ]]
	run -2 "$STATUS" -c cfg --http --host ''
	run -2 "$STATUS" -c cfg --http --host={1..17}
}

# bars CLIENT: what is drawn of its last day: "FROM TO [uncounted]" for each bar, in steps of five minutes
bars() {
	"$STATUS" -c cfg --http <request | perl -0777 -ne '
		my ($svg) = m{aria-label="'"$1"'">(.*?)</svg>}s or exit;
		while ($svg =~ m{class="bar" d="M(\d+) .*?H(\d+)V100Z"><title>(.*?)</title>}sg) {
			print "$1 $2", index($3, "not counted") >= 0 ? " uncounted" : "", "\n";
		}'
}

@test "http: the last day has what is being recorded, and what is completed and not archived, without looking into it" {
	local old where
	area 3 1
	printf 'GET / HTTP/1.0\r\n\r\n' >request
	bars site-0 | grep -xE '28[67] 288 uncounted'
	old=$(date -d '-3 hours' +%Y%m%d_%H%M%S)
	for where in 'done' rec; do
		echo 'no capture' >"$where/trace-site-1-$old.pcap"
		touch -d '-2 hours' "$where/trace-site-1-$old.pcap"
		bars site-1 | grep -xE '25[123] 26[345] uncounted'
		rm "$where"/*
		echo 'no capture' >"$where/trace-site-1-$old.pcap" # being recorded, or left: no area has it
		chmod 1644 "$where/trace-site-1-$old.pcap"
		echo 'no capture' >"$where/trace-site-1-$(date -d '-4 days' +%Y%m%d_%H%M%S).pcap"
		[ "$(bars site-1 | wc -l)" -eq 0 ]
		sed -i 's/completed-path.*done";//' cfg
	done
	! "$STATUS" -c cfg --http <request | grep missing || false
	config 'status-path = "run";' '{ name = "site-0"; address = "127.0.0.2"; }'
	mkdir archive
	echo 'no index' >archive/index.sqlite
	echo 'archive: { path = "archive"; };' >>cfg
	rm -r 'done'
	"$STATUS" -c cfg --http <request >page
	grep -F '<b class="bad">Archived captures are missing:</b> ' page | grep -F 'archive/index.sqlite: '
	grep -F '<b class="bad">Completed captures are missing:</b> ' page | grep -F 'done: No such file or directory.'
}

# reader: the process that reads the request of the one connection that there is
reader() { pgrep -P "$(pgrep -P "${PIDS[1]}")"; }
is_reading() { [ -n "$(reader)" ] && grep -q '^Seccomp:.*2$' "/proc/$(reader)/status"; }

@test "http: what reads the request is confined, has next to nothing, and has ten seconds" {
	local first pid silent
	[ -z "${VALGRIND-}" ] || skip "beside memcheck"
	area 2 1
	listen
	exec {silent}<>"/dev/tcp/127.0.0.1/$PORT"
	until_true is_reading
	pid=$(reader)
	grep -E '^NoNewPrivs:.*1$' "/proc/$pid/status"
	find "/proc/$pid/fd" -type l -printf '%l\n' | sed 's/[:\[].*//' | sort | uniq -c | sort -n >fds
	[ "$(wc -l <fds)" -le 3 ]
	! grep -vE ' (pipe|socket|anon_inode)$' fds || false
	first=$SECONDS
	until_true gone "$pid"
	[ $((SECONDS - first)) -le 20 ]
}

@test "http: what reads the request has locked itself in before: it can open nothing, when the first byte comes" {
	beside_memcheck "strace"
	can_trace
	# landlock_create_ruleset(), which says its version
	perl -e 'exit !(syscall(444, 0, 0, 1) > 0)' || skip "this kernel has no Landlock"
	area 2 1
	printf 'GET /metrics HTTP/1.0\r\n\r\n' |
		strace -f -qq -o trace -e trace=landlock_restrict_self,seccomp,prctl,read "$STATUS" -c cfg --http >answer
	answered '200 OK'
	grep "^$(sed -n 's/ .*read(.*"GET .*//p' trace) " trace | tee said >&2
	sed -nE 's/.* (landlock_restrict_self).* = 0$/\1/p; s/.* (seccomp\(SECCOMP_SET|prctl\(PR_SET_SEC).* = 0$/seccomp/p; s/.*"GET .*/read/p' said >calls
	printf '%s\n' landlock_restrict_self seccomp read | cmp - calls
}

# asked QUERY PATH: what Prometheus answers, with a REGEX in it
asked() {
	printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" |
		timeout 10 socat -t 10 - "TCP:127.0.0.1:$PROMETHEUS" | tee asked | grep -qE -- "$2"
}

@test "Prometheus scrapes it: the target is up, series are there, and a rule of the example fires" {
	command -v prometheus >/dev/null || skip "no prometheus"
	beside_memcheck "a scrape has its time"
	serve 'max-silence = "1s";'
	live a 127.0.0.2
	tell a pcap rec
	wait_log ' silent client=foo'
	listen
	PROMETHEUS=$(free_port)
	sed 's/^\( *for:\).*/\1 0s/' "$TESTDIR/../etc/prometheus/osmo-pcap.rules" >osmo-pcap.rules
	cat >prometheus.yml <<-EOT
		global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
		rule_files: [ osmo-pcap.rules ]
		scrape_configs: [ { job_name: osmo-pcap, static_configs: [ { targets: [ '127.0.0.1:$PORT' ] } ] } ]
	EOT
	prometheus --config.file=prometheus.yml --storage.tsdb.path=tsdb --web.listen-address="127.0.0.1:$PROMETHEUS" 2>said 3>&- &
	PIDS+=($!)
	until_true asked /api/v1/targets '"lastError":"".*"health":"up"'
	until_true asked '/api/v1/query?query=osmo_pcap_client_packets_total' '"client":"foo".*,"1"\]'
	until_true asked /api/v1/alerts '"alertname":"OsmoPcapClientSilent","client":"foo".*"state":"firing"'
}

# in a terminal of its own
screen() { tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null "$@"; }
displays() { screen capture-pane -p | grep -qE -- "$1"; }
displays_not() { ! displays "$1"; }
is_screen() { [ "$(screen display -p '#{alternate_on} #{cursor_flag}')" = "$1" ]; }
terminal() {
	command -v tmux >/dev/null || skip "no tmux"
	screen new-session -d -x 100 -y 10 'bash --norc' 3>&-
	screen send-keys "PS1=; stty -g >was" Enter
	until_true test -s was
}
typed() { screen send-keys "clear; $1" Enter; }

@test "--watch: as wide and as high as the terminal, and given back after q, a signal and a fault" {
	area 20 10
	terminal
	typed "$STATUS -c cfg --watch 1"
	until_true displays '^CLIENT .* PEER .* FILE'
	is_screen '1 0'
	displays '^1[0-9] more$'
	screen resize-window -x 50 -y 40
	until_true displays_not PEER
	until_true displays '^site-9 +recording'
	order p
	until_true displays '^clients: .*; [1-9][0-9.]* pkt/s'
	screen send-keys q
	until_true is_screen '0 1'
	local how
	for how in TERM SEGV; do
		typed "$STATUS -c cfg --watch"
		until_true is_screen '1 0'
		kill -$how "$(pgrep -P "$(screen display -p '#{pane_pid}')")"
		until_true is_screen '0 1'
	done
	typed 'stty -g >is'
	until_true cmp was is
}

# xterm's cursor stays on the last column; tmux's does not, and shows nothing of this.
@test "--watch: what fills a line to its last column is not erased behind it" {
	command -v script >/dev/null || skip "no script"
	area 20 20
	{ until_true grep -q site-9 typescript; printf q; } |
		timeout "$PATIENCE" script -qefc "stty cols 110 rows 30; '$STATUS' -c cfg --watch 60" typescript >/dev/null 3>&-
	# file names that are cut do
	perl -0777 -ne 's/\e\[[0-9;]*m//g; while (/(?:\e\[H|\n)([^\e\r\n]{110})(\e\[[KJ])?\r/g) { $n++; exit 1 if $2 } exit !$n' typescript
	grep -q $'recording.*\033\\[K' typescript
}

@test "colours are for terminals, and for those who want them" {
	area 2 1
	terminal
	typed "$STATUS -c cfg"
	until_true displays '^site-0 +recording'
	screen capture-pane -e -p | grep -E $'^site-0 +\033\\[32mrecording'
	typed "NO_COLOR=1 $STATUS -c cfg; touch shown"
	until_true test -e shown
	until_true displays '^site-0 +recording'
	! screen capture-pane -e -p | grep -E $'site-0 +\033\\[32m' || false
	! status | grep $'\033' || false
}

@test "wrong options are wrong" {
	local words
	for words in '--json --metrics' '--watch=0' '--watch=x' '--http site-0' '--nonsense'; do
		# shellcheck disable=SC2086 # a list
		run status $words
		[ "$status" -eq 2 ]
	done
	run status
	[ "$status" -eq 1 ]
	run "$STATUS" -c nowhere
	[ "$status" -eq 78 ]
}
