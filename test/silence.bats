#!/usr/bin/env bats
# Clients from which nothing comes: that the log says so once, and once more when they are back.
. "$BATS_TEST_DIRNAME/lib.bash"

FOO='name = "foo"; address = "127.0.0.2";'
BAR='name = "bar"; address = "127.0.0.3";'

# begin SERVER-LINES [CLIENTS]
begin() {
	needs_one_server "the clients of all connections"
	config "$@"
	server_start
}

# reload SERVER-LINES [CLIENTS]
reload() {
	local n
	n=$(grep -c ' reload clients=' log || true)
	config "$@"
	server_signal HUP
	wait_log ' reload clients=' $((n + 1))
}

# silent N CLIENT, heard N CLIENT: so many lines say so
silent() { [ "$(grep -cE " silent client=$2 seconds=[1-9][0-9]*\$" log)" -eq "$1" ]; }
heard() { [ "$(grep -cE " heard client=$2 seconds=[1-9][0-9]*\$" log)" -eq "$1" ]; }

@test "a client that was never seen is silent from the start on, heard with its first packet, and silent again" {
	begin 'limits: { max-silence = "1s"; };'
	until_true silent 1 foo
	until_true silent 1 bar
	live a 127.0.0.2
	tell a pcap rec
	until_true heard 1 foo
	until_true silent 2 foo
	silent 1 bar
	heard 0 bar
	tell a rec
	until_true heard 2 foo
}

@test "a connected client without a packet is silent: a link header is none" {
	begin 'limits: { max-silence = "1s"; };'
	live a 127.0.0.2
	tell a pcap
	wait_log 'established client=foo'
	until_true silent 1 foo
	tell a pcap
	live b 127.0.0.3
	tell b pcap rec
	until_true heard 1 bar
	heard 0 foo
	tell a rec
	until_true heard 1 foo
}

@test "a connection that has ended was heard" {
	begin 'limits: { max-silence = "1s"; };'
	stream pcap rec >s
	until_true silent 1 foo
	peer_send 127.0.0.2 s
	until_true heard 1 foo
	until_true silent 2 foo
}

@test "a client of which nothing is stored is heard all the same" {
	begin 'limits: { max-silence = "1s"; };' "{ $FOO store = false; }"
	until_true silent 1 foo
	live a 127.0.0.2
	tell a pcap rec
	until_true heard 1 foo
	no_file
}

@test "a client whose filter drops everything is heard all the same: it sends" {
	begin 'limits: { max-silence = "1s"; };' "{ $FOO filter = \"icmp\"; }"
	until_true silent 1 foo
	live a 127.0.0.2
	tell a pcap rec
	until_true heard 1 foo
	until_true silent 2 foo
	tell a rec
	until_true heard 2 foo
	hang_up a
	wait_log 'closed client=foo .* packets=2 .* filtered=2 '
	no_file
}

@test "without max-silence, and with \"0s\", a client is never silent; one may have its own" {
	begin 'limits: { max-silence = "0s"; };' "{ $FOO max-silence = \"1s\"; }, { $BAR }"
	until_true silent 1 foo
	reload 'limits: { max-silence = "1s"; };' "{ $FOO max-silence = \"0s\"; }, { $BAR }"
	until_true silent 1 bar
	silent 1 foo
	reload '' "{ $FOO }, { $BAR }, { name = \"baz\"; address = \"127.0.0.4\"; max-silence = \"1s\"; }"
	until_true silent 1 baz
	silent 1 foo
	silent 1 bar
}

@test "a reload: who is silent stays so, who was heard stays so, a new client counts from then on" {
	local all='limits: { max-silence = "1s"; };' baz='{ name = "baz"; address = "127.0.0.4"; }'
	begin "$all"
	until_true silent 1 foo
	until_true silent 1 bar
	reload "$all" "$baz, { $BAR }, { $FOO }"
	until_true silent 1 baz
	silent 1 foo
	silent 1 bar
	live a 127.0.0.2
	tell a pcap rec
	until_true heard 1 foo
	reload "$all" "{ $FOO }, $baz" # bar is not listed any more
	reload "$all" "{ $FOO }, $baz, { $BAR }"
	until_true silent 2 bar # a new one
	until_true silent 2 foo
	silent 1 baz
	heard 1 foo
	tell a rec # from a process that is older than the reloads
	until_true heard 2 foo
}

@test "whatever becomes of max-silence, who is silent is so until it is heard, and that once" {
	local all='limits: { max-silence = "1s"; };'
	begin "$all" "{ $FOO }, { $BAR }"
	until_true silent 1 foo
	until_true silent 1 bar
	reload 'limits: { max-silence = "1h"; };' "{ $FOO }, { $BAR }"
	reload "$all" "{ $FOO max-silence = \"0s\"; }, { $BAR }"
	reload '' "{ $FOO }, { $BAR }"
	live a 127.0.0.2
	tell a pcap rec
	until_true heard 1 foo
	reload "$all" "{ $FOO }, { $BAR }"
	until_true silent 2 foo
	silent 1 bar
	heard 0 bar
}

# as_often_heard: as silent
as_often_heard() { [ "$(grep -c ' silent client=foo' log)" -eq "$(grep -c ' heard client=foo' log)" ]; }

@test "a client whose recording waits for room on our disk is not silent" {
	begin 'limits: { max-silence = "1s"; };' "{ $FOO }, { $BAR }"
	live a 127.0.0.2
	tell a pcap rec
	wait_stored a foo
	failing "$(child foo)" pwrite64:error=ENOSPC
	tell a rec
	wait_log 'error client=foo .*the disk is full'
	until_true as_often_heard # it may have been silent before
	n=$(grep -c ' silent client=foo' log || true)
	until_true silent 1 bar
	live b 127.0.0.3
	tell b pcap rec
	until_true heard 1 bar
	until_true silent 2 bar # two seconds, at least, have passed
	silent "$n" foo
}

@test "silent is a warning, heard a notice" {
	begin 'limits: { max-silence = "1s"; };' "{ $FOO }"
	until_true silent 1 foo
	config 'log-level = "warning"; limits: { max-silence = "1s"; };' "{ $FOO }"
	server_signal HUP # before it the server accepts no connection
	live a 127.0.0.2
	tell a pcap rec
	until_true silent 2 foo # so it was heard
	heard 0 foo
	config 'log-level = "notice"; limits: { max-silence = "1s"; };' "{ $FOO }"
	server_signal HUP
	wait_log ' reload clients='
	tell a rec
	until_true heard 1 foo
}

@test "a server of one connection says nothing of silence" {
	[ "$VIA" = standalone ] || skip "it is one way"
	command -v tcpserver >/dev/null || skip "no tcpserver"
	VIA=superserver
	config 'limits: { max-silence = "1s"; idle-timeout = 3; };'
	server_start
	live a 127.0.0.2
	tell a pcap rec
	wait_log 'closed client=foo .*no frame for 3 seconds'
	never_log ' silent '
}
