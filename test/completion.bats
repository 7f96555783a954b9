#!/usr/bin/env bats
# What bash completes: by the functions that it would call, with the variables that it would set.
. "$BATS_TEST_DIRNAME/lib.bash"

# completed LINE: what fits at its end, a line each
completed() {
	# shellcheck disable=SC2016 # for the inner shell
	PATH=$PROGRAMS:$PATH bash --norc -uc '
		. "$1/${2%% *}"
		COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDS=() COMPREPLY=()
		# in pieces, as readline does
		rest=$2
		while [[ $rest =~ ^[[:space:]]*([:=]|[^[:space:]:=]+) ]]; do
			COMP_WORDS+=("${BASH_REMATCH[1]}")
			rest=${rest#"${BASH_REMATCH[0]}"}
		done
		[[ $2 != *[[:space:]] ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		[[ $(complete -p "${2%% *}") =~ -F\ ([^ ]+)\  ]]
		"${BASH_REMATCH[1]}" "${2%% *}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" || true
		[ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"' - "$TESTDIR/../etc/completion" "$1"
}

# completes LINE WORD…: these, and no others
completes() {
	local line=$1
	shift
	completed "$line" | LC_ALL=C sort >have
	printf '%s\n' "$@" | sed '/^$/d' | LC_ALL=C sort >want
	diff want have
}

@test "completion: every option that --help shows, and no other" {
	local name
	for name in osmo-pcap-server osmo-pcap-send osmo-pcap-vty2cfg osmo-pcap-archive osmo-pcap-read osmo-pcap-status osmo-pcap-publish; do
		[ -x "$PROGRAMS/$name" ] || continue
		"$PROGRAMS/$name" --help | grep '^  .*-' | sed 's/\([^ ]\)   *[^ -].*/\1/' |
			grep -oE '(^|[ ,])--?[A-Za-z0-9-]+' | tr -d ' ,' | LC_ALL=C sort -u >want
		completed "$name -" | LC_ALL=C sort >have
		diff want have
	done
	completes 'osmo-pcap-server --e' --explain
	completes 'osmo-pcap-send --server' --server-name
}

@test "completion: files are readline's, other values are not completed" {
	completes 'osmo-pcap-server -c ' ''
	completes 'osmo-pcap-server --config-file=o' ''
	completes 'osmo-pcap-server --explain 127.0.0.1 --at ' ''
	completes 'osmo-pcap-vty2cfg o' ''
	completes 'osmo-pcap-send --port ' ''
	completes 'osmo-pcap-send -r o' original
	completes 'osmo-pcap-send --rate=o' original
	completed 'osmo-pcap-send -i l' | grep -qx lo
}

@test "completion: the clients that osmo-pcap-read can be asked for" {
	config
	completes 'osmo-pcap-read -c cfg ' foo bar
	completes 'osmo-pcap-read --config-file=cfg --list b' bar
	completes 'osmo-pcap-read --format p' pcapng pcap
	completes 'osmo-pcap-read --from ' ''
}

@test "completion: the clients that osmo-pcap-status can be asked for" {
	config
	completes 'osmo-pcap-status -c cfg ' foo bar
	completes 'osmo-pcap-status --config-file=cfg --watch b' bar
	completes 'osmo-pcap-status -c ' ''
	completes 'osmo-pcap-status --config-file=' ''
}

@test "completion: behind --explain the addresses of the clients" {
	config '' '{ name = "foo"; address = [ "192.0.2.1", "2001:db8::1", "2001:db8::1:0/112" ]; }, { name = "bar"; address = "10.7.0.0/16"; }'
	completes 'osmo-pcap-server -c cfg --explain ' 192.0.2.1 2001:db8::1 2001:db8::1:0 10.7.0.0
	completes 'osmo-pcap-server --config-file=cfg --explain=1' 192.0.2.1 10.7.0.0
	completes 'osmo-pcap-server -c cfg --explain 2001:db' db8::1 db8::1:0
	completes 'osmo-pcap-server -c nowhere --explain ' ''
	mv cfg osmo-pcap-server.cfg
	completes 'osmo-pcap-server --explain 19' 192.0.2.1
}

@test "completion: commands of osmo-pcap-pki, and names that have certificates" {
	mkdir -p of/pki
	touch of/pki/{client-a,client-bc,server-s.example,ca}.crt of/pki/client-x.key
	completes 'osmo-pcap-pki ' ca server client renew revoke crl
	completes 'osmo-pcap-pki re' renew revoke
	completes 'osmo-pcap-pki ca o' of
	completes 'osmo-pcap-pki revoke of/pki ' a bc
	completes 'osmo-pcap-pki renew of/pki ' ca server client
	completes 'osmo-pcap-pki renew of/pki server ' s.example
	completes 'osmo-pcap-pki client of/pki ' ''
	"$TESTDIR/../etc/osmo-pcap-pki" 2>&1 | sed -nE 's/.*osmo-pcap-pki ([a-z]+) DIR.*/\1/p' | LC_ALL=C sort -u >want
	completed 'osmo-pcap-pki ' | LC_ALL=C sort | diff want -
}
