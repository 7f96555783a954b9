#!/usr/bin/env bats
# handover: archived files are handed over to a command, once, and again after failures.
. "$BATS_TEST_DIRNAME/lib.bash"
. "$BATS_TEST_DIRNAME/archive.bash"

# settings HAND-OVER-LINES [ARCHIVE-LINES]: ./cfg with an archive, not compressed, that hands over
settings() {
	config "" "${CLIENTS-$DEFAULT_CLIENTS}"
	cat >>cfg <<-EOT
		archive: { path = "archive"; compress = "${COMPRESS-none}"; ${2-}
		hand-over: { $1 }; };
	EOT
}

# command BODY: the script ./command, which gets what it is called with in "$@"
command_is() {
	printf '#!/bin/bash\n%s\n' "$1" >command.new
	chmod +x command.new
	mv command.new command
}

# capture NAME [PACKETS]: a finished capture appears in done
capture() {
	stream pcap data,times="${2:-3}":rec=100 >s
	unframe s >"rec/$1"
	mv "rec/$1" 'done'/
}

once() { "${WRAP[@]}" "$ARCHIVE" --once -c cfg 2>log; }
# runs: the daemon; RUNS is its process
runs() {
	"${WRAP[@]}" "$ARCHIVE" -c cfg 2>>log 3>&- &
	RUNS=$!
	PIDS+=("$RUNS")
	wait_log 'archiving path='
}
stops() {
	kill -TERM "$RUNS"
	await "$RUNS"
}
handed_over() { [ "$(index 'SELECT count(*) FROM file WHERE handed_over > 0')" -eq "$1" ]; }

@test "the command gets what it asks for of each file, without a shell, and the index remembers when" {
	CLIENTS='{ name = "net"; address = "127.0.9.0/24"; }, { name = "foo"; address = "127.0.0.2"; }'
	# shellcheck disable=SC2016
	command_is 'printf "%s\n" "$@" >"args.$2"; cp "$1" copy'
	# shellcheck disable=SC2016 # not for this shell
	settings 'command = [ "./command", "{path}", "{client}", "-{address}-", "{name}", "{sha256}", "{first}", "{last}",
		"; $(touch shell) * {{x}", "" ];'
	capture trace-net-127.0.9.7-20261128_101500.pcap 2
	cp 'done'/* was
	once
	cmp was copy
	sed -n 1,5p args.net | diff - <(printf '%s\n' "$PWD/archive/net/2026-11-28/trace-net-127.0.9.7-20261128_101500.pcap" \
		net -127.0.9.7- trace-net-127.0.9.7-20261128_101500.pcap "$(sha256sum <was | cut -d ' ' -f 1)")
	[ "$(sed -n 6p args.net | tr -d .)" = "$(index 'SELECT first FROM file')" ]
	[ "$(sed -n 7p args.net | tr -d .)" = "$(index 'SELECT last FROM file')" ]
	# shellcheck disable=SC2016
	sed -n '8,$p' args.net | diff - <(printf '%s\n' '; $(touch shell) * {x}' '')
	[ ! -e shell ]
	[ "$(index 'SELECT handed_over >= archived FROM file')" = 1 ]
	wait_log 'handed client=net path="net/2026-11-28/trace-net-127.0.9.7-20261128_101500.pcap"'
	capture trace-foo-20261128_101500.pcap
	once
	[ "$(sed -n 3p args.foo)" = -- ]
	[ "$(grep -c 'handed client=' log)" -eq 1 ] # the first one not again
}

@test "the command inherits /dev/null and a pipe for its errors, and nothing else; it reaches no terminal" {
	cat >'command' <<-'EOT'
		#!/usr/bin/perl
		my @open = map { "$_ " . readlink "/proc/self/fd/$_" } grep { -l "/proc/self/fd/$_" } 0 .. 999;
		open STATUS, "/proc/self/status";
		my @signals = grep /^Sig(Blk|Ign)/, <STATUS>;
		open OUT, ">said";
		s/SigIgn:\t\K(\w+)/sprintf "%016x", hex($1) & 0x7fffffff/e for @signals; # 32 and 33 are the C library's
		print OUT map("$_\n", @open), @signals, "leads its session\n" x ($$ == `ps -o sid= -p $$`);
	EOT
	chmod +x command
	settings 'command = "./command";'
	capture trace-foo-20261128_101500.pcap
	"$ARCHIVE" --once -c cfg 2>log 7</etc/passwd
	# perl itself ignores SIGFPE
	grep -v '^3 .*/command$' said | sed 's/\[.*//' | diff - <(printf '%s\n' '0 /dev/null' '1 /dev/null' '2 pipe:' \
		'SigBlk:	0000000000000000' 'SigIgn:	0000000000000080' 'leads its session')
}

@test "what was not handed over is tried again, after growing pauses, also after a restart" {
	# shellcheck disable=SC2016
	command_is 'case $1 in *-foo-*) exit 3 ;; esac'
	settings 'command = [ "./command", "{path}" ];'
	fake_clock '2026-11-28 12:00:00'
	capture trace-foo-20261128_101500.pcap
	runs
	wait_log 'waiting client=foo .*reason="the command ended with status 3" tries=1 pause=30 '
	again_at '2026-11-28 12:00:29'
	[ "$(grep -c 'waiting client=' log)" -eq 1 ]
	again_at '2026-11-28 12:00:30'
	wait_log 'tries=2 pause=60 age=30 '
	stops
	runs
	again_at '2026-11-28 12:01:29'
	[ "$(grep -c 'waiting client=' log)" -eq 2 ]
	again_at '2026-11-28 12:01:30'
	wait_log 'tries=3 pause=120 age=90 '
	index 'SELECT tries, next_try - archived, handed_over FROM file' | grep -qx '3|210|0'
	stops
	"${WRAP[@]}" "$ARCHIVE" --plan -c cfg >plan
	grep -qx "foo foo/2026-11-28/trace-foo-20261128_101500.pcap: waits to be handed over for 90s, failed 3 times, next try in 2m" plan
	grep -qx '1 file of 372 bytes waits to be handed over' plan
	command_is 'exit 0'
	echo '2026-11-28 12:10:00' >clock
	once
	wait_log 'handed client=foo'
	"${WRAP[@]}" "$ARCHIVE" --plan -c cfg >plan
	not grep -E "^foo .*trace-" plan
}
# again_at 'DATE TIME': the clock shows it, and all whose turn it is have had it; another file shows that
again_at() {
	local stamp
	stamp=$(tr -d :- <<<"${1/ /_}")
	echo "$1" >clock.new
	mv clock.new clock
	capture "trace-bar-$stamp.pcap"
	wait_log "archived client=bar name=trace-bar-$stamp.pcap"
	wait_log "handed client=bar path=.*$stamp"
}

@test "USR1: what waits after failures is handed over at once, also after many" {
	command_is 'exit 1'
	settings 'command = "./command"; at-once = 1;'
	fake_clock '2026-11-28 12:00:00' # the time of no pause comes
	local i
	for i in 1 2 3 4 5 6; do
		capture "trace-foo-2026112${i}_101500.pcap"
	done
	runs
	wait_log 'waiting client=foo' 5
	command_is 'exit 0'
	kill -USR1 "$RUNS"
	wait_log 'handed client=foo' 6
}

@test "a command that fails for a day is tried every hour in the end, and then the file is handed over" {
	local t pause=30 tries=1
	# shellcheck disable=SC2016
	command_is 'case $1 in *-foo-*) [ -e there ] ;; esac'
	settings 'command = [ "./command", "{path}" ];'
	fake_clock '2026-11-28 12:00:00'
	capture trace-foo-20261128_101500.pcap
	t=$(date -u -d '2026-11-28 12:00:00' +%s)
	runs
	wait_log 'waiting client=foo '
	while [ $tries -lt 31 ]; do
		t=$((t + pause)) tries=$((tries + 1)) pause=$((pause < 1800 ? 2 * pause : 3600))
		again_at "$(date -u -d "@$t" '+%F %T')"
		wait_log "waiting client=foo .* tries=$tries pause=$pause "
	done
	[ $((t - $(date -u -d '2026-11-28 12:00:00' +%s))) -gt 82800 ]
	touch there
	t=$((t + pause))
	again_at "$(date -u -d "@$t" '+%F %T')"
	wait_log 'handed client=foo '
}

@test "the index cannot be written: a file that was handed over is handed over once more, nothing is lost" {
	can_trace
	# shellcheck disable=SC2016
	command_is 'echo $$ >>running; until [ -e go ]; do sleep 0.05; done'
	settings 'command = "./command";'
	capture trace-foo-20261128_101500.pcap
	runs
	until_true lines_in running 1
	failing "$RUNS" pwrite64:error=ENOSPC
	touch go
	wait_log 'error reason="the index: .*'
	put_down "${PIDS[@]}"
	until_true gone "$RUNS"
	handed_over 0
	runs
	wait_log 'handed client=foo' 2
	lines_in running 2
	handed_over 1
}

@test "the clock is set back: what waits for a time that is far away is tried now" {
	# shellcheck disable=SC2016
	command_is 'case $1 in *-foo-*) [ -e there ] ;; esac'
	settings 'command = [ "./command", "{path}" ];'
	fake_clock '2026-11-28 12:00:00'
	capture trace-foo-20261128_101500.pcap
	runs
	wait_log 'waiting client=foo '
	touch there
	again_at '2026-11-28 11:59:59'
	never_log 'handed client=foo'
	again_at '2026-11-27 12:00:00'
	wait_log 'handed client=foo'
}

@test "a command that takes longer than timeout is ended, with all it has started" {
	# shellcheck disable=SC2016
	command_is 'sleep 1000 & echo $! >"sleep$1"; echo $$ >"pid$1"; case $1 in bar) trap "" TERM ;; *) trap "exit 0" TERM ;; esac; while :; do wait; sleep 1; done'
	settings 'command = [ "./command", "{client}" ]; timeout = "1s";'
	capture trace-foo-20261128_101500.pcap
	capture trace-bar-20261128_101500.pcap
	not once
	wait_log 'waiting client=foo .*reason="the command took longer than timeout" tries=1 pause=30'
	wait_log 'waiting client=bar .*reason="the command took longer than timeout" tries=1 pause=30'
	local f
	for f in sleepfoo sleepbar pidfoo pidbar; do
		gone "$(cat "$f")"
	done
	handed_over 0
}

@test "what a command leaves running when it ends is killed" {
	# shellcheck disable=SC2016
	command_is 'sleep 1000 & echo $! >left'
	settings 'command = "./command";'
	capture trace-foo-20261128_101500.pcap
	once
	handed_over 1
	gone "$(cat left)"
}

@test "standard output goes nowhere; of a flood on standard error the log has the beginning" {
	command_is 'yes | head -c 10000000; printf "a\033[31m \"b\" \\\\\000c\n" >&2; head -c 1000000 /dev/zero | tr "\000" x >&2
		echo >&2; yes error | head -c 6000000 >&2; exit 1'
	settings 'command = "./command";'
	capture trace-foo-20261128_101500.pcap
	not once
	[ "$(grep -c 'command client=foo path="[^"]*/trace-foo-20261128_101500.pcap" says=' log)" -eq 20 ]
	grep -qF 'says="a?[31m \x22b\x22 \x5c?c"' log
	grep -qE 'says="x{400}"$' log
	wait_log 'waiting client=foo .* lines=1000002$'
	[ "$(size log)" -lt 10000 ]
}

@test "a command that is killed, or cannot be started, has failed" {
	# shellcheck disable=SC2016
	command_is 'echo "a last word" >&2; kill -KILL $$'
	settings 'command = "./command";'
	capture trace-foo-20261128_101500.pcap
	not once
	wait_log 'waiting client=foo .*reason="the command was ended by signal 9"'
	wait_log 'says="a last word"'
	settings 'command = "./nowhere";'
	capture trace-bar-20261128_101500.pcap
	not once
	wait_log 'waiting client=bar .*reason="the command ended with status 127"'
	wait_log 'says="./nowhere cannot be started: No such file or directory"'
	wait_log 'cfg:[0-9]*: warning: command: there is no program ./nowhere$'
	local program
	for program in nowhere-at-all rec /etc/passwd; do
		settings "command = \"$program\";"
		run "$ARCHIVE" -t -c cfg
		[ "$status" -eq 0 ]
		[[ $output == *"warning: command: there is no program $program"* ]]
	done
	settings 'command = "sh";'
	run "$ARCHIVE" -t -c cfg
	[[ $output != *"no program"* ]]
}

@test "at-once: so many commands run at the same time, and the others follow" {
	# shellcheck disable=SC2016
	command_is 'echo $$ >>running; until [ -e go ]; do sleep 0.05; done'
	settings 'command = "./command"; at-once = 2;'
	local i
	for i in 1 2 3; do
		capture "trace-foo-2026112${i}_101500.pcap"
	done
	runs
	wait_log 'archived client=foo' 3
	until_true lines_in running 2
	kill -USR1 "$RUNS"
	capture trace-foo-20261124_101500.pcap
	wait_log 'archived client=foo' 4
	lines_in running 2
	touch go
	wait_log 'handed client=foo' 4
	handed_over 4
	lines_in running 4
}
lines_in() { [ "$(wc -l <"$1")" -eq "$2" ]; }

@test "a reload lets commands end; TERM ends them, and the next start begins again at once" {
	mkfifo go
	# shellcheck disable=SC2016
	command_is 'echo $$ >>running; read -r line <go'
	settings 'command = [ "./command", "{name}" ];'
	capture trace-foo-20261128_101500.pcap
	runs
	until_true lines_in running 1
	settings 'command = [ "./nothing", "{name}" ];'
	kill -HUP "$RUNS"
	wait_log 'reload path='
	timeout "$PATIENCE" sh -c 'echo >go'
	wait_log 'handed client=foo'
	settings 'command = [ "./command", "{name}" ];'
	kill -HUP "$RUNS"
	wait_log 'reload path=' 2
	capture trace-bar-20261128_101500.pcap
	until_true lines_in running 2
	stops
	gone "$(tail -n 1 running)"
	wait_log 'waiting client=bar .*reason="the archive stops"'
	handed_over 1
	[ "$(index "SELECT tries + next_try FROM file WHERE handed_over = 0")" = 0 ]
	runs
	until_true lines_in running 3
	timeout "$PATIENCE" sh -c 'echo >go'
	wait_log 'handed client=bar'
}

@test "when the archive is killed its commands end, and the next start begins again" {
	mkfifo go
	# shellcheck disable=SC2016
	command_is 'echo $$ >>running; read -r line <go'
	settings 'command = "./command";'
	capture trace-foo-20261128_101500.pcap
	runs
	until_true lines_in running 1
	kill -KILL "$RUNS"
	until_true gone "$(cat running)"
	runs
	until_true lines_in running 2
	timeout "$PATIENCE" sh -c 'echo >go'
	wait_log 'handed client=foo'
}

@test "a command that fails for file after file is not started for all of them" {
	command_is 'exit 1'
	settings 'command = "./command"; at-once = 1;'
	local i
	for i in 1 2 3 4 5 6 7 8; do
		capture "trace-foo-2026112${i}_101500.pcap"
	done
	not once
	[ "$(grep -c 'waiting client=foo' log)" -eq 5 ]
	command_is 'exit 0'
	not once
	handed_over 3 # and five wait for their next try
	wait_log 'waiting files=5 reason="they are not handed over yet"'
	sqlite3 archive/index.sqlite 'UPDATE file SET next_try = 0'
	once
	never_log 'waiting files='
}

@test "required: what was not handed over is not deleted, which is an error once an hour; then it is" {
	# shellcheck disable=SC2016
	command_is '[ -e there ]'
	settings 'command = "./command"; required = true;' 'keep: { max-files = 1; };'
	fake_clock '2026-11-28 12:00:00'
	WRAP+=(NO_FAKE_STAT=1) # files are as old as they are
	capture trace-foo-20261126_000000.pcap
	touch -d '2026-11-26 12:00' 'done'/*
	capture trace-foo-20261127_000000.pcap
	touch -d '2026-11-27 12:00' 'done'/trace-foo-20261127_000000.pcap
	runs
	wait_log 'waiting client=foo' 2
	another_round
	wait_log 'error reason="retention is exceeded by files that wait to be handed over" files=1 bytes=372 age=[0-9]*$'
	echo '2026-11-28 12:59:59' >clock
	another_round
	[ "$(grep -c 'retention is exceeded' log)" -eq 1 ]
	[ "$(find archive -name 'trace-foo*' | wc -l)" -eq 2 ]
	echo '2026-11-28 13:00:00' >clock
	another_round
	wait_log 'retention is exceeded' 2
	never_log 'deleted client='
	"${WRAP[@]}" "$ARCHIVE" -t -c cfg
	stops
	"${WRAP[@]}" "$ARCHIVE" --plan -c cfg >plan
	grep -q "nothing is to be deleted now" plan
	touch there
	echo '2026-11-28 15:00:00' >clock
	once
	wait_log 'deleted client=foo path="foo/2026-11-26/.*" reason="max-files"'
	never_log 'retention is exceeded'
	[ "$(index 'SELECT count(*) FROM file')" -eq 1 ]
}
# another_round: retention has been applied once more; two reloads, of which the second comes behind a round
another_round() {
	local n
	n=$(grep -c 'reload path=' log || true)
	kill -HUP "$RUNS"
	wait_log 'reload path=' $((n + 1))
	kill -HUP "$RUNS"
	wait_log 'reload path=' $((n + 2))
}

@test "required: files whose first turn has not ended are no error" {
	command_is 'until [ -e there ]; do sleep 0.1; done'
	settings 'command = "./command"; required = true;' 'keep: { max-files = 1; };'
	capture trace-foo-20261126_000000.pcap
	capture trace-foo-20261127_000000.pcap 4
	runs
	wait_log 'archived client=foo' 2
	another_round
	never_log 'retention is exceeded'
	touch there
	wait_log 'handed client=foo' 2
	kill -HUP "$RUNS"
	wait_log 'deleted client=foo'
	never_log 'retention is exceeded'
}

@test "not required: retention deletes what waits, with a warning; what was handed over without" {
	command_is 'exit 1'
	settings 'command = "./command";' 'keep: { max-files = 1; };'
	capture trace-foo-20261126_000000.pcap
	touch -d '2026-11-26 12:00' 'done'/*
	capture trace-foo-20261127_000000.pcap
	not once
	wait_log 'deleted client=foo path="foo/2026-11-26/.*" reason="max-files"'
	wait_log 'warning reason="files were deleted before they were handed over: .*" files=1 bytes=372$'
	command_is 'exit 0'
	sqlite3 archive/index.sqlite 'UPDATE file SET next_try = 0'
	once
	capture trace-foo-20261128_000000.pcap 4
	once
	wait_log 'deleted client=foo path="foo/2026-11-27/'
	never_log 'before they were handed over'
	[ "$(index 'SELECT count(*) FROM file')" -eq 1 ]
}

@test "settings of hand-over that are wrong are errors with file and line; -T prints those that are right" {
	config
	local at=$(($(wc -l <cfg) + 1)) why
	echo 'archive: { path = "archive"; hand-over: { command = [ "a", "{what}" ]; at-once = 0; timeout = "5"; required = 1; time-out = 2; }; };' >>cfg
	run "$ARCHIVE" -t -c cfg
	[ "$status" -eq 78 ]
	for why in "command: '{what}': a { must begin {path}, {client}" 'at-once: 0 is not in 1..64' "timeout: '5': is no time" \
		'required must be true or false' 'unknown key time-out in hand-over: did you mean timeout?'; do
		grep -F "cfg:$at: error: $why" <<<"$output"
	done
	settings 'timeout = "0s";'
	run "$ARCHIVE" -t -c cfg
	[[ $output == *"hand-over has no command"* ]]
	[[ $output == *"timeout: must be a second or more"* ]]
	settings 'command = [ "", "x" ];'
	run "$ARCHIVE" -t -c cfg
	[[ $output == *"command: the name of the program is empty"* ]]
	settings 'command = [ "rclone", "{path}", "{{" ]; timeout = "90m"; required = true;'
	"$SERVER" -T -c cfg >out
	grep -qxF '		command = [ "rclone", "{path}", "{{" ];' out
	grep -qxF '		timeout = "90m";' out
	"$SERVER" -T -c out | diff out -
}

# ---- with rclone ----

can_rclone() {
	command -v rclone >/dev/null || skip "no rclone"
	export RCLONE_CONFIG=$PWD/rclone.conf
	cat >rclone.conf
}

@test "rclone: to a directory, with directories of its own" {
	can_rclone <<-EOT
		[store]
		type = alias
		remote = $PWD/elsewhere
	EOT
	COMPRESS=zstd:1
	settings 'command = [ "rclone", "copyto", "{path}", "store:pcap/{client}/{name}" ];'
	capture trace-foo-20261128_101500.pcap
	capture trace-bar-20261128_101500.pcap 5
	cp 'done'/* rec
	once
	zstd -dc elsewhere/pcap/foo/trace-foo-20261128_101500.pcap.zst | cmp rec/trace-foo-20261128_101500.pcap -
	zstd -dc elsewhere/pcap/bar/trace-bar-20261128_101500.pcap.zst | cmp rec/trace-bar-20261128_101500.pcap -
	handed_over 2
	# the same name again is another file there, too
	capture trace-foo-20261128_101500.pcap 4
	cp 'done'/* four
	once
	zstd -dc "elsewhere/pcap/foo/$(basename "$(index 'SELECT path FROM file WHERE packets = 4')")" | cmp four -
	[ "$(find elsewhere -type f | wc -l)" -eq 3 ]
}

@test "rclone: to a WebDAV server, and again when that has come back" {
	local port dav
	port=$(free_port)
	can_rclone <<-EOT
		[store]
		type = webdav
		url = http://127.0.0.1:$port
	EOT
	settings 'command = [ "rclone", "copyto", "--retries=1", "--low-level-retries=1", "{path}", "store:pcap/{client}/{name}" ];'
	capture trace-foo-20261128_101500.pcap
	cp 'done'/* was
	not once
	wait_log 'command client=foo .*says=".*connection refused'
	wait_log 'waiting client=foo .*reason="the command ended with status [0-9]*"'
	mkdir dav
	rclone serve webdav --addr "127.0.0.1:$port" dav >dav.log 2>&1 3>&- &
	dav=$!
	PIDS+=("$dav")
	disown "$dav"
	until_true listened_to "$port"
	sqlite3 archive/index.sqlite 'UPDATE file SET next_try = 0' # its pause is over
	once
	cmp was dav/pcap/foo/trace-foo-20261128_101500.pcap
	handed_over 1
}

@test "a file that is deleted while it is handed over does not wait any more, and the log says so" {
	command_is 'touch "began.$2"; until [ -e go ]; do sleep 0.1; done; exit 3'
	settings 'command = [ "./command", "{path}", "{client}" ]; at-once = 1;' 'keep: { max-files = 1; };'
	capture trace-foo-20261128_000001.pcap
	touch -d '2026-11-27' 'done'/*
	runs
	until_true test -e began.foo
	capture trace-foo-20261128_000002.pcap 4
	wait_log 'deleted client=foo path="foo/2026-11-28/trace-foo-20261128_000001.pcap"'
	rm began.foo
	touch go
	wait_log 'warning client=foo path="foo/2026-11-28/trace-foo-20261128_000001.pcap" reason="it was deleted while it was handed over" command="the command ended with status 3"'
	never_log 'waiting client=foo path="foo/2026-11-28/trace-foo-20261128_000001.pcap"'
	stops
}

@test "commands that end while somebody keeps the index locked: the archive waits for that once, not for each, and stops when it is told to" {
	settings "command = [\"sh\", \"-c\", \"while [ ! -e $PWD/go ]; do sleep 0.1; done\"]; at-once = 50;"
	local i
	for i in {10..59}; do
		capture "trace-foo-20261128_0000$i.pcap" "$i"
	done
	"$ARCHIVE" -c cfg 2>log 3>&- &
	local runs=$!
	PIDS+=("$runs")
	wait_log 'archived client=foo' 50
	mkfifo words
	sqlite3 -cmd ".timeout $((PATIENCE * 1000))" archive/index.sqlite <words >locked 3>&- &
	PIDS+=("$!")
	exec 7>words
	echo 'BEGIN IMMEDIATE; SELECT 1;' >&7
	until_true test -s locked
	touch go
	wait_log 'error reason="the index: database is locked"'
	kill -TERM $runs
	await $runs
	exec 7>&-
}
