#!/usr/bin/env bats
# The files for systemd: they are valid, they confine, and they create what they promise. How the
# services behave under a running systemd, test/systemd/run tests.
. "$BATS_TEST_DIRNAME/lib.bash"

UNITS='osmo-pcap-server.socket osmo-pcap-server.service osmo-pcap-server-standalone.service
	osmo-pcap-server-inetd.socket osmo-pcap-server-inetd@.service osmo-pcap-send@.service'

# Installs beneath ./root; DIR: the units there.
units() {
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
	DIR=$(make_var systemdsystemunitdir)
	[ "$DIR" != no ] || skip "configured without systemd"
	make_install "$PWD/root"
	DIR=$PWD/root$DIR
}

@test "systemd finds nothing wrong with the units" {
	local unit
	units
	# Those that ours refer to, and what runs, or does not, in their stead.
	mkdir -p root/lib/systemd root/bin
	cp -R /lib/systemd/system root/lib/systemd/
	cp /bin/sh root/bin/
	[ "$DIR" = "$PWD/root/lib/systemd/system" ] || cp "$DIR"/* root/lib/systemd/system/
	for unit in $UNITS; do
		systemd-analyze verify --root="$PWD/root" --man=no --recursive-errors=yes "$unit" >said 2>&1
		[ ! -s said ] || { cat said; false; }
	done
}

# exposure UNIT: what systemd makes of its confinement, 0 to 100
exposure() {
	systemd-analyze security --offline=true --no-pager "$DIR/$1" |
		sed -n 's/.*exposure level.*: \([0-9]*\)\.\([0-9]\) .*/\1\2/p'
}

@test "the services are confined" {
	units
	exposure osmo-pcap-server-standalone.service >of
	[ "$(cat of)" -le 15 ]
	exposure osmo-pcap-server.service >of
	[ "$(cat of)" -le 4 ]
	exposure osmo-pcap-server-inetd@.service >of
	[ "$(cat of)" -le 3 ]
	exposure osmo-pcap-send@.service >of
	[ "$(cat of)" -le 22 ]
}

@test "the services have the same confinement in common" {
	local unit
	units
	grep -vE '^(#|$)' "$TESTDIR/../etc/systemd/hardening.conf" >lines
	[ "$(wc -l <lines)" -ge 20 ]
	for unit in osmo-pcap-server.service osmo-pcap-server-standalone.service osmo-pcap-server-inetd@.service \
		osmo-pcap-send@.service; do
		grep -Fxf lines "$DIR/$unit" | diff lines -
		! grep -n '@' "$DIR/$unit" | grep -vE ':#|SystemCallFilter=|ExecStart=.*@' || false
	done
}

@test "the programs and the configuration that the units name are installed" {
	local path
	units
	grep -hE '^Exec' "$DIR"/*.service | grep -oE '(=| )/[^ ]+' | tr -d '= ' | grep -v '^/bin/sh$' | sort -u >paths
	[ "$(wc -l <paths)" -eq 4 ] # server, configuration, stop, send
	while read -r path; do
		[ -e "root$path" ]
	done <paths
}

@test "user, group and directories are created as promised" {
	units
	as_root
	mkdir -p root/etc
	systemd-sysusers --root="$PWD/root" "$PWD/root$(make_var sysusersdir)/osmo-pcap-server.conf"
	grep -E '^osmo-pcap:x:[0-9]+:[0-9]+:[^:]*:/:/(usr/)?s?bin/nologin$' root/etc/passwd
	grep '^osmo-pcap:' root/etc/group
	systemd-tmpfiles --root="$PWD/root" --create "$PWD/root$(make_var tmpfilesdir)/osmo-pcap-server.conf"
	local uid gid readers
	uid=$(sed -n 's/^osmo-pcap:x:\([0-9]*\):.*/\1/p' root/etc/passwd)
	gid=$(sed -n 's/^osmo-pcap:x:\([0-9]*\):.*/\1/p' root/etc/group)
	readers=$(sed -n 's/^osmo-pcap-read:x:\([0-9]*\):$/\1/p' root/etc/group)
	[ "$readers" != "$gid" ]
	[ "$(stat -c '%u:%g %a' root/var/lib/osmo-pcap-server)" = "0:0 755" ]
	[ "$(stat -c '%u:%g %a' root/var/lib/osmo-pcap-server/recording)" = "$uid:$readers 2750" ]
	[ "$(stat -c '%u:%g %a' root/var/lib/osmo-pcap-server/done)" = "$uid:$readers 2750" ]
	[ "$(stat -c '%u:%g %a' "root$(make_var osmocomdir)")" = "0:0 755" ]
}

@test "a directory of the configuration that others own stays as it is" {
	units
	as_root
	mkdir -p root/etc
	systemd-sysusers --root="$PWD/root" "$PWD/root$(make_var sysusersdir)/osmo-pcap-server.conf"
	chown 1:2 "root$(make_var osmocomdir)"
	chmod 2775 "root$(make_var osmocomdir)"
	systemd-tmpfiles --root="$PWD/root" --create "$PWD/root$(make_var tmpfilesdir)/osmo-pcap-server.conf"
	[ "$(stat -c '%u:%g %a' "root$(make_var osmocomdir)")" = "1:2 2775" ]
}

@test "stop: does nothing when the main process has left by itself" {
	sleep 60 3>&- &
	PIDS+=($!)
	env -u MAINPID "$TESTDIR/../etc/systemd/stop"
	not gone $!
}
