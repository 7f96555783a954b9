#!/usr/bin/env bats
# usage: an empty value of an option is wrong usage in every program, told before anything is opened. Scripts
# give one whose variable is not set.
. "$BATS_TEST_DIRNAME/lib.bash"

setup() { begin_in "$BATS_TEST_TMPDIR"; }

# empty PROGRAM ARGUMENT…: it ends with 2, and says that something is empty
empty() {
	local status=0
	timeout "$PATIENCE" "$PROGRAMS/$1" "${@:2}" <&- >out 2>err || status=$?
	[ "$status" -eq 2 ] && grep empty err && [ ! -s out ] || { echo "$* ended with $status"; cat out err; return 1; } >&2
}

# built PROGRAM
built() { [ -x "$PROGRAMS/$1" ]; }

@test "an option with an empty value, and an empty operand, are wrong usage" {
	local option program
	config
	for program in osmo-pcap-{server,archive,publish,read,status}; do
		! built "$program" || empty "$program" -c ''
		! built "$program" || empty "$program" --config-file=
	done
	empty osmo-pcap-server -c cfg --explain ''
	for option in --certificate --at; do
		empty osmo-pcap-server -c cfg --explain 127.0.0.2 "$option" ''
	done
	if built osmo-pcap-read; then
		for option in --from --to --format --write -w; do
			empty osmo-pcap-read -c cfg "$option" ''
		done
		empty osmo-pcap-read -c cfg foo ''
	fi
	! built osmo-pcap-archive || empty osmo-pcap-archive -c cfg --verify=
	empty osmo-pcap-status -c cfg --watch=
	empty osmo-pcap-status -c cfg ''
	for option in --interface --port --snaplen --source --rate --loop --ca --cert --key --server-name --priority; do
		empty osmo-pcap-send "$option" '' 127.0.0.1 /dev/null
	done
	empty osmo-pcap-send 127.0.0.1 ''
	empty osmo-pcap-vty2cfg ''
}

@test "osmo-pcap-pki takes no empty argument for the root of the filesystem, nor for a name" {
	empty osmo-pcap-pki ca ''
	empty osmo-pcap-pki server dir ''
	empty osmo-pcap-pki crl ''
	mkdir dir
	empty osmo-pcap-pki client dir ''
	[ -z "$(ls dir)" ]
}
