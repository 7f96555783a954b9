#!/usr/bin/env bats
# -D, pid-file, the titles of processes, and the user that the server becomes.
. "$BATS_TEST_DIRNAME/lib.bash"
bats_require_minimum_version 1.5.0

# daemon: -D with ./cfg; OUT, STATUS; afterwards SERVER_PID and PORT
daemon() {
	STATUS=0
	timeout "$PATIENCE" "${WRAP[@]}" "$SERVER" -c cfg -D >out 2>&1 </dev/null 3>&- || STATUS=$?
	cat out
	[ ! -f pid ] || [ ! -s pid ] || SERVER_PID=$(<pid)
	PORT=$FIXED_PORT
}
ready() {
	FIXED_PORT=$(free_port)
	config "pid-file = \"$PWD/pid\"; ${1-}"
}
ends() { kill -TERM "$SERVER_PID"; until_true gone "$SERVER_PID"; }

@test "-D: status 0 when it listens, in the background, and ends at TERM" {
	ready
	daemon
	[ $STATUS -eq 0 ]
	kill -0 "$SERVER_PID"
	stream pcap rec >s
	[ "$(peer_send 127.0.0.2 s)" = closed ] # at once, no waiting
	until_true compgen -G 'done/trace-foo-*'
	recorded
	ends
}

@test "-D: it has left the terminal's session and this directory's processes" {
	ready
	daemon
	[ $STATUS -eq 0 ]
	[ "$(ps -o sid= -p "$SERVER_PID" | tr -d ' ')" != "$(ps -o sid= -p $$ | tr -d ' ')" ]
	[ "$(ps -o tty= -p "$SERVER_PID" | tr -d ' ')" = '?' ]
	run ! grep -E '/(out|tty|pts)' <(readlink "/proc/$SERVER_PID/fd/"[0-2])
}

# title_is PID TEXT: that is its whole command line
title_is() { [ "$(tr -d '\0' <"/proc/$1/cmdline")" = "$2" ]; }

@test "processes have titles: their role, and the client that they record" {
	has_titles
	local name
	name=$(printf 'n%.0s' {1..64})
	config '' "{ name = \"$name\"; address = \"127.0.0.2\"; }, { name = \"bar\"; address = \"127.0.0.0/24\"; }"
	mv cfg $'a\e[1mb \303\244'
	touch cfg
	server_start -c $'a\e[1mb \303\244'
	title_is "$SERVER_PID" 'osmo-pcap-server: master [a?[1mb ??]'
	live a 127.0.0.2
	live b 127.0.0.3
	tell a pcap rec
	tell b pcap rec
	wait_log "file client=.* reason=opened" 2
	title_is "$(child "$name")" "osmo-pcap-server: recording $name [127.0.0.2]"
	title_is "$(child bar)" 'osmo-pcap-server: recording bar [127.0.0.3]'
	ps -o args= -p "$(child bar)" >said
	grep -x 'osmo-pcap-server: recording bar .127.0.0.3. *' said
	server_signal HUP
	wait_log ' reload clients='
	title_is "$SERVER_PID" 'osmo-pcap-server: master [a?[1mb ??]'
}

@test "repair has a title" {
	has_titles
	can_trace
	config ''
	server_start
	strace -f -qq -o trace -e trace=getdents64 -e inject=getdents64:delay_enter=5s -p "$SERVER_PID" 3>&- &
	PIDS+=($!)
	until_true grep -q 'TracerPid:.*[1-9]' "/proc/$SERVER_PID/status"
	server_signal HUP # which has a round of it
	until_true titled repair
}

@test "-D: relative paths are those of the directory it was started in" {
	ready
	daemon
	stream pcap rec >s
	peer_send 127.0.0.2 s
	until_true compgen -G 'done/trace-foo-*'
	mv cfg cfg2
	sed 's/127.0.0.3/127.0.0.4/' cfg2 >cfg
	kill -HUP "$SERVER_PID"
	accepted() { peer_send 127.0.0.4 s >end; compgen -G 'done/trace-bar-*'; }
	until_true accepted
}

@test "-D: pid-file names the server while it runs, and is removed" {
	beside_memcheck "the server's process runs valgrind"
	ready
	daemon
	[ "$(readlink "/proc/$(<pid)/exe")" = "$(readlink -f "$SERVER")" ]
	ends
	[ ! -e pid ]
}

@test "-D: the pid-file stays while recordings do, until TERM has stored them" {
	ready
	daemon
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	ends
	stored a foo "done"
	[ ! -e pid ]
}

@test "-D: a second instance with the same pid-file is refused, the first one stays" {
	ready
	daemon
	[ $STATUS -eq 0 ]
	local first=$SERVER_PID
	cp pid pid.before
	FIXED_PORT=$(free_port)
	config "pid-file = \"$PWD/pid\";"
	daemon
	[ $STATUS -eq 1 ]
	grep -q pid out
	cmp pid pid.before
	kill -0 "$first"
}

@test "-D: a pid-file that a dead server left is taken over" {
	beside_memcheck "the server's process runs valgrind"
	ready
	echo 999999999 >pid
	daemon
	[ $STATUS -eq 0 ]
	[ "$(readlink "/proc/$(<pid)/exe")" = "$(readlink -f "$SERVER")" ]
	kill -KILL "$SERVER_PID"
	until_true gone "$SERVER_PID"
	daemon
	[ $STATUS -eq 0 ]
	kill -0 "$(<pid)"
}

# no_pid_file REASON: not started, and what is there stays
no_pid_file() {
	local before
	before=$(stat -c '%i %F %s %Y' pid)
	ready
	daemon
	[ $STATUS -eq 1 ]
	SERVER_PID= # it is none
	grep -x "error: pid-file $PWD/pid: $1" out
	[ "$(stat -c '%i %F %s %Y' pid)" = "$before" ]
}
@test "-D: a pid-file that is some other file: not started, the file stays" {
	local text
	for text in precious '123 456' '-1' $'12\n34' 1234567890123456789012345678901234567890; do
		echo "$text" >pid
		no_pid_file 'is no pid file: .*'
		[ "$(<pid)" = "$text" ]
	done
}
@test "-D: a pid-file that is a link, a FIFO, a directory or a device: not started, with the reason" {
	echo 1 >elsewhere
	ln -s elsewhere pid
	no_pid_file 'is a symbolic link'
	rm pid
	mkfifo pid
	no_pid_file 'is not a regular file'
	rm pid
	mkdir pid
	no_pid_file 'Is a directory'
	ready
	sed -i "s,$PWD/pid,/dev/null," cfg
	daemon
	[ $STATUS -eq 1 ]
	grep -x 'error: pid-file /dev/null: is not a regular file' out
}
@test "-D: a pid-file that is empty, or has a number without a newline, is taken over" {
	local text
	for text in '' 999999999; do
		printf '%s' "$text" >pid
		ready
		daemon
		[ $STATUS -eq 0 ]
		grep -qx '[0-9]*' pid
		ends
		[ ! -e pid ]
	done
}

@test "-D: a pid-file that cannot be written: not started, with the reason" {
	ready
	sed -i "s,$PWD/pid,$PWD/nowhere/pid," cfg
	daemon
	[ $STATUS -ne 0 ]
	grep -E 'nowhere' out
	[ "$(peer_send 127.0.0.2 /dev/null)" = refused ]
}

@test "-D: the port is taken: status 1, with the reason, and no pid-file" {
	FIXED_PORT=
	config
	server_start
	FIXED_PORT=$PORT
	config "pid-file = \"$PWD/pid\";"
	local first=$SERVER_PID
	daemon
	[ $STATUS -eq 1 ]
	grep -iE "$FIXED_PORT.*in use|in use.*$FIXED_PORT" out
	[ ! -e pid ]
	kill -0 "$first"
}

@test "the port is taken: status 1, with the reason, in the foreground too" {
	server_start
	sed "s/port = 0/port = $PORT/" cfg >cfg2
	run timeout "$PATIENCE" "$SERVER" -c cfg2
	[ "$status" -eq 1 ]
	[[ $output == *"in use"* ]]
}

@test "-D: an address that is not ours: status 1, with the reason" {
	ready
	sed -i 's/"127.0.0.1"/"192.0.2.1"/' cfg
	daemon
	[ $STATUS -eq 1 ]
	grep -F 192.0.2.1 out
}

@test "-D: a wrong configuration: status 78, with the reason" {
	ready 'colour = 1;'
	daemon
	[ $STATUS -eq 78 ]
	grep 'cfg:3:.*colour' out
	[ ! -e pid ]
	[ "$(peer_send 127.0.0.2 /dev/null)" = refused ]
}

@test "-D: what fails last, when the log is open: status 1, with the reason" {
	can_trace
	ready
	WRAP=(strace -f -qq -o trace -e trace=epoll_create1 -e inject=epoll_create1:error=EMFILE)
	daemon
	[ $STATUS -eq 1 ]
	grep -x 'error: the server cannot begin: Too many open files' out
	[ ! -e pid ]
}

@test "-D: a directory that is missing: status 78, with the reason" {
	ready
	rmdir rec
	daemon
	[ $STATUS -eq 78 ]
	grep 'rec.*No such file' out
}

# ---- signals during the start ----

# stopping_start: puts before the server's command line what stops it in the middle of its start, when it tries its
# directories; starts_stopped waits for that
stopping_start() {
	beside_memcheck "the server's process runs valgrind"
	can_trace
	WRAP=(strace -f -D -qq -o trace -e trace=renameat2 -e inject=renameat2:signal=STOP:when=1)
}
starts_stopped() { until_true grep -q 'stopped by SIGSTOP' trace; }

@test "HUP, USR1 and USR2 during the start are acted on after it" {
	stopping_start
	config
	"${WRAP[@]}" "$SERVER" -c cfg 2>>log 3>&- &
	SERVER_PID=$!
	starts_stopped
	kill -HUP "$SERVER_PID"
	kill -USR1 "$SERVER_PID"
	kill -USR2 "$SERVER_PID"
	kill -CONT "$SERVER_PID"
	wait_log ' reload clients=2 '
	wait_log ' status connections=0 '
	server_stop
}

@test "-D: HUP during the start ends neither the daemon nor the process that waits for it" {
	stopping_start
	ready
	local starter
	timeout "$PATIENCE" "${WRAP[@]}" "$SERVER" -c cfg -D >out 2>&1 </dev/null 3>&- &
	starter=$!
	starts_stopped
	SERVER_PID=$(<pid)
	ready # another port
	kill -HUP "$SERVER_PID"
	kill -CONT "$SERVER_PID"
	await "$starter"
	until_true listened_to "$FIXED_PORT"
	ends
}

@test "TERM and INT during the start end it" {
	stopping_start
	local sig status
	for sig in TERM INT; do
		config
		rm -f trace
		# in the background a shell has INT ignored
		env --default-signal=INT "${WRAP[@]}" "$SERVER" -c cfg 2>>log 3>&- &
		SERVER_PID=$!
		starts_stopped
		kill -$sig "$SERVER_PID"
		kill -CONT "$SERVER_PID"
		status=0
		await "$SERVER_PID" || status=$?
		[ $status -eq $((128 + $(kill -l $sig))) ]
	done
	never_log 'listening'
}

# ---- user and group ----

# dropping: as root, the server becomes nobody; its directories are nobody's
dropping() {
	open_to_nobody
	GROUP=$(id -gn nobody)
	chown -R "nobody:$GROUP" rec 'done'
	config "user = \"nobody\"; group = \"$GROUP\";"
}

is_nobody() {
	local uid gid
	uid=$(id -u nobody) gid=$(id -g nobody)
	grep -qE "^Uid:	$uid	$uid	$uid	$uid\$" "/proc/$1/status"
	grep -qE "^Gid:	$gid	$gid	$gid	$gid\$" "/proc/$1/status"
	grep -qE "^Groups:	($gid )?\$" "/proc/$1/status"
	grep -qE '^CapEff:	0+$' "/proc/$1/status"
	grep -qE '^CapPrm:	0+$' "/proc/$1/status"
}

@test "user has no effect without root: a warning, unless it is that user" {
	as_nobody() { setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups "$@"; }
	dropping
	as_nobody true 2>/dev/null || skip "no setpriv"
	chmod 666 cfg
	as_nobody "$SERVER" -t -c cfg >said 2>&1
	[ ! -s said ]
	sed -i 's/user = "nobody"/user = "daemon"/' cfg
	as_nobody "$SERVER" -t -c cfg >said 2>&1
	grep 'warning: user daemon has no effect: not started as root$' said
}

@test "started as root with user and group: nothing of root is left" {
	dropping
	server_start
	never_log 'running as root'
	is_nobody "$SERVER_PID"
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	is_nobody "$(child foo)"
	[ "$(stat -c %U rec/trace-foo-*)" = nobody ]
}

@test "with user alone the group is the user's" {
	dropping
	config 'user = "nobody";'
	server_start
	is_nobody "$SERVER_PID"
}

@test "after root is dropped: rotates, publishes, repairs" {
	dropping
	config "user = \"nobody\"; group = \"$GROUP\"; max-file-size = 200;"
	server_start
	live a 127.0.0.2
	tell a pcap rec rec rec
	wait_log 'file client=foo .*opened' 2
	until_true compgen -G 'done/trace-foo-*'
	[ "$(mode rec/trace-foo-*) $(mode done/trace-foo-*)" = "1440 440" ]
	kill -KILL "$(child foo)"
	wait_log 'file client=foo .*reason=repaired'
	[ "$(packets done/*)" -eq 3 ]
	[ "$(stat -c %U done/* | sort -u)" = nobody ]
	no_file rec
}

# groups_of FILE…: the groups that they have
groups_of() { stat -c %g "$@" | sort -u; }

@test "with the bit 2000 on the directories each file has their group: recorded, published, repaired" {
	local readers=4242
	dropping
	chgrp "$readers" rec 'done'
	chmod 2750 rec 'done'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	[ "$(groups_of rec/*)" = "$readers" ]
	server_signal USR1
	wait_log 'reason=reload'
	tell a rec
	until_true compgen -G 'rec/*'
	kill -KILL "$(child foo)"
	wait_log 'reason=repaired'
	no_file rec
	[ "$(find 'done' -type f | wc -l)" -eq 2 ]
	[ "$(groups_of 'done'/*)" = "$readers" ]
	[ "$(mode 'done'/* | sort -u)" = 440 ]
}

@test "after root is dropped: reloads, listens on another port, ends" {
	dropping
	server_start
	FIXED_PORT=$(free_port)
	config "user = \"nobody\"; group = \"$GROUP\";" '{ name = "new"; address = "127.0.0.4"; }'
	chmod 644 cfg
	server_signal HUP
	wait_log "listening address=127.0.0.1:$FIXED_PORT\$"
	PORT=$FIXED_PORT
	stream pcap rec >s
	peer_send 127.0.0.4 s
	wait_log 'closed client=new '
	server_stop
}

# As by root in /root. Twice: the server has left that directory after the first time.
@test "after root is dropped: reloads where the user may not enter the working directory" {
	dropping
	mkdir -m 700 closed
	echo "clients = ( $DEFAULT_CLIENTS );" >more
	config "user = \"nobody\"; group = \"$GROUP\";"
	sed -i -e "s,\"rec\",\"$PWD/rec\",; s,\"done\",\"$PWD/done\"," \
		-e 's/^clients = .*/@include "more"/' cfg
	chmod 644 cfg more
	WRAP=(sh -c 'cd closed && exec "$@"' sh)
	server_start -c "$PWD/cfg"
	server_signal HUP
	wait_log 'reload clients=2 '
	echo '@include "no-such-file"' >>cfg
	server_signal HUP
	wait_log 'error file=".*/cfg" line=[0-9]+ reason=".*no-such-file: No such file'
	sed -i '$d' cfg
	server_signal HUP
	wait_log 'reload clients=2 ' 2
	rm cfg
	server_signal HUP
	wait_log 'error file=".*/cfg" reason="cannot be read: No such file'
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo '
	server_stop
}

@test "a port below 1024 is bound before root is dropped" {
	dropping
	local port
	for port in 1021 1017 1013; do
		config "user = \"nobody\"; group = \"$GROUP\";"
		sed -i "s/port = 0/port = $port/" cfg
		: >log
		"$SERVER" -c cfg 2>>log 3>&- &
		SERVER_PID=$!
		until_true sh -c "grep -q 'listening address=' log || ! kill -0 $SERVER_PID"
		! log_has 'listening address=' || break
	done
	wait_log 'listening address='
	is_nobody "$SERVER_PID"
}

@test "directories that the user may not write to: not started" {
	dropping
	chown root rec
	chmod 755 rec
	run timeout "$PATIENCE" "$SERVER" -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *rec*denied* ]]
}

@test "an unknown user: not started" {
	config 'user = "no-such-user";'
	as_root
	run timeout "$PATIENCE" "$SERVER" -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *no-such-user* ]]
}

@test "a user and a group by their numbers, quoted and not" {
	dropping
	local keys
	for keys in "user = $(id -u nobody); group = $(id -g nobody);" "user = \"$(id -u nobody)\";"; do
		config "$keys"
		server_start
		is_nobody "$SERVER_PID"
		stream pcap rec >s
		peer_send 127.0.0.2 s
		wait_log 'closed client=foo .*packets=1 '
		server_stop
	done
}

@test "a number that no user has: with a group" {
	dropping
	getent passwd 54329 && skip "there is a user 54329"
	chown -R 54329:54330 rec 'done'
	config 'user = 54329; group = 54330;'
	server_start
	grep -qE "^Uid:	54329	54329	54329	54329\$" "/proc/$SERVER_PID/status"
	grep -qE "^Gid:	54330	54330	54330	54330\$" "/proc/$SERVER_PID/status"
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'closed client=foo .*packets=1 '
	[ "$(stat -c %u:%g done/*)" = 54329:54330 ]
	server_stop
	config 'user = 54329;'
	run timeout "$PATIENCE" "$SERVER" -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *"user 54329 has no entry, and so no primary group: set group"* ]]
}

@test "a user with a number for its name: the name counts" {
	dropping
	unshare -Urm true 2>/dev/null || skip "no user namespaces here"
	sed "s/^nobody:/54329:/" /etc/passwd >passwd
	# shellcheck disable=SC2016
	WRAP=(unshare -m sh -c 'mount --bind passwd /etc/passwd && exec "$@"' sh)
	unshare -m true 2>/dev/null || skip "no mounts here"
	config 'user = "54329";'
	server_start
	is_nobody "$SERVER_PID"
	server_stop
}

@test "a number that is none, too large, negative: not started" {
	as_root
	local user
	for user in 4294967295 99999999999L '"-1"' -1 '"1000x"' '"0x10"'; do
		config "user = $user; group = 1;"
		run timeout "$PATIENCE" "$SERVER" -c cfg
		[ "$status" -eq 78 ]
	done
}

@test "-D as root with user: the pid-file is written and removed" {
	dropping
	FIXED_PORT=$(free_port)
	mkdir run
	chown nobody run
	config "user = \"nobody\"; group = \"$GROUP\"; pid-file = \"$PWD/run/pid\";"
	daemon
	[ $STATUS -eq 0 ]
	SERVER_PID=$(<run/pid)
	is_nobody "$SERVER_PID"
	ends
	[ ! -e run/pid ]
}

# ---- the change of user, when the system does not do as it says ----

not_verified() { # COMMAND…
	run timeout "$PATIENCE" "$@" "$SERVER" -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *"could not verify the change to user nobody"* ]]
}
@test "a change of user or group that did not take place is not verified: not started" {
	beside_memcheck "strace is beside it"
	dropping
	can_trace
	not_verified strace -f -qq -o trace -e trace=setresuid -e inject=setresuid:retval=0
	not_verified strace -f -qq -o trace -e trace=setresgid -e inject=setresgid:retval=0
}
@test "a change of user with a way back to root is not verified: not started" {
	dropping
	setpriv --securebits=+no_setuid_fixup true 2>/dev/null || skip "setpriv does not do it here"
	not_verified setpriv --securebits=+no_setuid_fixup
}
@test "started as root with user and a group that is not the user's: the group is that" {
	dropping
	local group
	group=$(getent group daemon | cut -d : -f 3)
	[ -n "$group" ] || skip "no group daemon"
	config 'user = "nobody"; group = "daemon";'
	server_start
	grep -qE "^Gid:	$group	$group	$group	$group\$" "/proc/$SERVER_PID/status"
	grep -qE "^Groups:	$group \$" "/proc/$SERVER_PID/status"
}
@test "-t as root: directories that the user may not write to" {
	dropping
	chown root rec
	chmod 755 rec
	run timeout "$PATIENCE" "$SERVER" -t -c cfg
	[ "$status" -eq 78 ]
	[[ $output == *"base-path $PWD/rec: not writable by user nobody: Permission denied"* ]]
}
