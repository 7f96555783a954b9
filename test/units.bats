#!/usr/bin/env bats
# The files for systemd: they are valid, they confine, and they create what they promise. How the
# services behave under a running systemd, test/systemd/run tests.
. "$BATS_TEST_DIRNAME/lib.bash"

UNITS='osmo-pcap-server.socket osmo-pcap-server.service osmo-pcap-server-standalone.service
	osmo-pcap-server-inetd.socket osmo-pcap-server-inetd@.service osmo-pcap-send@.service'
PATHS='server configuration stop send'
if [ -x "$BUILDDIR/osmo-pcap-archive" ]; then
	UNITS+=' osmo-pcap-archive.service osmo-pcap-status.socket osmo-pcap-status@.service'
	PATHS+=' archive status'
fi

if [ -x "$BUILDDIR/osmo-pcap-publish" ]; then
	UNITS+=' osmo-pcap-publish.service'
	PATHS+=' publish'
fi

# One installation, for all tests that only look at it; the others change a copy.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	make_var systemdsystemunitdir sysusersdir tmpfilesdir osmocomdir >directories
	make_install "$PWD/root"
}

# units [copy]: ROOT, where all is installed; in it DIR, the units, and SYSUSERS, TMPFILES and CONFIGURATION
units() {
	local name
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
	for name in DIR SYSUSERS TMPFILES CONFIGURATION; do
		read -r "${name?}"
	done <"$BATS_FILE_TMPDIR/directories"
	[ "$DIR" != no ] || skip "configured without systemd"
	ROOT=$BATS_FILE_TMPDIR/root
	if [ $# -gt 0 ]; then
		cp -a "$ROOT" root
		ROOT=$PWD/root
	fi
	for name in DIR SYSUSERS TMPFILES CONFIGURATION; do
		printf -v "$name" %s "$ROOT${!name}"
	done
}

@test "systemd finds nothing wrong with the units" {
	units copy
	# Those that ours refer to, and what runs, or does not, in their stead.
	mkdir -p root/lib/systemd root/bin
	cp -R /lib/systemd/system root/lib/systemd/
	cp /bin/sh root/bin/
	[ "$DIR" = "$PWD/root/lib/systemd/system" ] || cp "$DIR"/* root/lib/systemd/system/
	# shellcheck disable=SC2086 # several
	systemd-analyze verify --root="$ROOT" --man=no --recursive-errors=yes $UNITS >said 2>&1 || { cat said; false; }
	[ ! -s said ] || { cat said; false; }
}

# exposures UNIT…: what systemd makes of the confinement of each, 0 to 100, as "UNIT NUMBER" in ./of
exposures() {
	systemd-analyze security --offline=true --no-pager "${@/#/$DIR/}" |
		sed -n 's/.*exposure level for \(.*\): \([0-9]*\)\.\([0-9]\) .*/\1 \2\3/p' >of
	[ "$(wc -l <of)" -eq $# ]
}
# exposed UNIT MOST: no more than that
exposed() {
	local unit exposure
	while read -r unit exposure; do
		[ "$unit" != "${1/@/@i}" ] || break # systemd names an instance
	done <of
	[ "$exposure" -le "$2" ]
}

@test "the services are confined" {
	units
	exposures osmo-pcap-server-standalone.service osmo-pcap-server.service osmo-pcap-server-inetd@.service \
		osmo-pcap-send@.service
	exposed osmo-pcap-server-standalone.service 15
	exposed osmo-pcap-server.service 4
	exposed osmo-pcap-server-inetd@.service 3
	exposed osmo-pcap-send@.service 22
	if [ -x "$BUILDDIR/osmo-pcap-publish" ]; then
		exposures osmo-pcap-publish.service
		exposed osmo-pcap-publish.service 10
	fi
	with_archive
	exposures osmo-pcap-archive.service osmo-pcap-status@.service
	exposed osmo-pcap-archive.service 4
	exposed osmo-pcap-status@.service 4
}
with_archive() { [ -x "$BUILDDIR/osmo-pcap-archive" ] || skip "built without the archive"; }

@test "the services have the same confinement in common" {
	local unit
	units
	grep -vE '^(#|$)' "$TESTDIR/../etc/systemd/hardening.conf" >lines
	[ "$(wc -l <lines)" -ge 20 ]
	for unit in $UNITS; do
		[[ $unit == *.service ]] || continue
		grep -Fxf lines "$DIR/$unit" | diff lines -
		! grep -n '@' "$DIR/$unit" | grep -vE ':#|SystemCallFilter=|ExecStart=.*@' || false
	done
}

@test "the programs and the configuration that the units name are installed" {
	local path
	units
	grep -hE '^Exec' "$DIR"/*.service | grep -oE '(=| )/[^ ]+' | tr -d '= ' | grep -v '^/bin/sh$' | sort -u >paths
	[ "$(wc -l <paths)" -eq "$(wc -w <<<"$PATHS")" ]
	while read -r path; do
		[ -e "$ROOT$path" ]
	done <paths
}

@test "user, group and directories are created as promised" {
	units copy
	as_root
	mkdir -p root/etc
	systemd-sysusers --root="$ROOT" "$SYSUSERS/osmo-pcap-server.conf"
	grep -E '^osmo-pcap:x:[0-9]+:[0-9]+:[^:]*:/:/(usr/)?s?bin/nologin$' root/etc/passwd
	grep '^osmo-pcap:' root/etc/group
	systemd-tmpfiles --root="$ROOT" --create "$TMPFILES/osmo-pcap-server.conf"
	local uid gid readers
	uid=$(sed -n 's/^osmo-pcap:x:\([0-9]*\):.*/\1/p' root/etc/passwd)
	gid=$(sed -n 's/^osmo-pcap:x:\([0-9]*\):.*/\1/p' root/etc/group)
	readers=$(sed -n 's/^osmo-pcap-read:x:\([0-9]*\):$/\1/p' root/etc/group)
	[ "$readers" != "$gid" ]
	[ "$(stat -c '%u:%g %a' root/var/lib/osmo-pcap-server)" = "0:0 755" ]
	[ "$(stat -c '%u:%g %a' root/var/lib/osmo-pcap-server/recording)" = "$uid:$readers 2750" ]
	[ "$(stat -c '%u:%g %a' root/var/lib/osmo-pcap-server/done)" = "$uid:$readers 2750" ]
	[ "$(stat -c '%u:%g %a' "$CONFIGURATION")" = "0:0 755" ]
}

@test "a directory of the configuration that others own stays as it is" {
	units copy
	as_root
	mkdir -p root/etc
	systemd-sysusers --root="$ROOT" "$SYSUSERS/osmo-pcap-server.conf"
	chown 1:2 "$CONFIGURATION"
	chmod 2775 "$CONFIGURATION"
	systemd-tmpfiles --root="$ROOT" --create "$TMPFILES/osmo-pcap-server.conf"
	[ "$(stat -c '%u:%g %a' "$CONFIGURATION")" = "1:2 2775" ]
}

# archived: a capture in the directories that the files for systemd create is archived, as the archive's user; sets
# SERVER_ID, ARCHIVE_ID and READERS
archived() {
	units copy
	with_archive
	command -v setfacl >/dev/null || skip "no setfacl"
	command -v setpriv >/dev/null || skip "no setpriv"
	open_to_nobody
	mkdir -p root/etc
	systemd-sysusers --root="$ROOT" "$SYSUSERS"/osmo-pcap-{server,archive}.conf
	SERVER_ID=$(sed -n 's/^osmo-pcap:x:\([0-9]*:[0-9]*\):.*/\1/p' root/etc/passwd)
	ARCHIVE_ID=$(sed -n 's/^osmo-pcap-archive:x:\([0-9]*:[0-9]*\):.*/\1/p' root/etc/passwd)
	READERS=$(sed -n 's/^osmo-pcap-read:x:\([0-9]*\):osmo-pcap-archive$/\1/p' root/etc/group)
	[ "${SERVER_ID#*:}" != "$READERS" ]
	# In an access control list it is a user of this machine that is named.
	sed "s/u:osmo-pcap-archive:/u:${ARCHIVE_ID%:*}:/" "$TMPFILES/osmo-pcap-archive.conf" >archive.conf
	systemd-tmpfiles --root="$ROOT" --create "$TMPFILES/osmo-pcap-server.conf" "$PWD/archive.conf"
	: >probe
	setfacl -m u:1:r probe || skip "no access control lists here"
	DIR=$PWD/root/var/lib/osmo-pcap-server
	cat >cfg <<-EOT
		server: { base-path = "$DIR/recording"; completed-path = "$DIR/done"; };
		archive: { path = "$DIR/archive"; };
		clients = ( { name = "foo"; address = "127.0.0.2"; } );
	EOT
	stream pcap rec >s
	unframe s | as "$SERVER_ID" sh -c "umask 337; cat >$DIR/recording/x && mv $DIR/recording/x $DIR/done/trace-foo-20261128_101500.pcap"
	as "$ARCHIVE_ID,$READERS" "$BUILDDIR/osmo-pcap-archive" --once -c cfg 2>log || { cat log; false; }
	FILE=$DIR/archive/foo/2026-11-28/trace-foo-20261128_101500.pcap.zst
}
# as UID:GID[,GROUP] COMMAND…: with no groups but these
as() {
	local id=${1%,*} groups=--clear-groups
	[[ $1 != *,* ]] || groups=--groups=${1#*,}
	shift
	setpriv --reuid "${id%:*}" --regid "${id#*:}" "$groups" "$@"
}

@test "the archive's user may take captures from completed-path, and keeps them" {
	archived
	[ -f "$FILE" ]
	[ ! -e "$DIR/done/trace-foo-20261128_101500.pcap" ]
	[ "$(stat -c '%u:%g %a' "$DIR/archive")" = "${ARCHIVE_ID%:*}:$READERS 2750" ]
	[ "$(stat -c '%u:%g %a' "$FILE")" = "${ARCHIVE_ID%:*}:$READERS 440" ]
	[ "$(stat -c '%u:%g %a' "$DIR/archive/index.sqlite")" = "${ARCHIVE_ID%:*}:$READERS 640" ]
	# what the package of the server does with each upgrade takes nothing away
	systemd-tmpfiles --root="$ROOT" --create "$TMPFILES/osmo-pcap-server.conf"
	as "$ARCHIVE_ID" sh -c ": >$DIR/done/x && rm $DIR/done/x"
}

@test "the server's user can neither change nor delete what is archived, nor read it" {
	archived
	local try
	for try in "cat $FILE" "ls $DIR/archive" "rm -f $FILE" "chmod 777 $FILE" "mv $DIR/archive $DIR/other" \
		"mv $FILE $DIR/done/" ": >>$FILE" ": >$DIR/archive/x" "cat $DIR/archive/index.sqlite" "rm -f $DIR/archive/index.sqlite"; do
		not as "$SERVER_ID" sh -c "$try" 2>/dev/null || { echo "can: $try"; false; }
	done
	[ "$(zstd -dcq "$FILE" | wc -c)" -gt 24 ]
}

@test "a reader of captures can read what is archived, and the index, and change neither; others can read neither" {
	archived
	as "65534:65534,$READERS" cat "$FILE" >/dev/null
	[ "$(as "65534:65534,$READERS" sqlite3 -readonly "$DIR/archive/index.sqlite" 'SELECT path FROM file')" = "${FILE#"$DIR"/archive/}" ]
	local try
	for try in "rm -f $FILE" ": >>$FILE" ": >$DIR/archive/x" "sqlite3 $DIR/archive/index.sqlite 'DELETE FROM file'" \
		": >$DIR/done/x"; do
		not as "65534:65534,$READERS" sh -c "$try" 2>/dev/null || { echo "can: $try"; false; }
	done
	for try in "cat $FILE" "ls $DIR/archive" "ls $DIR/done"; do
		not as 65534:65534 sh -c "$try" 2>/dev/null || { echo "can: $try"; false; }
	done
}

@test "stop: does nothing when the main process has left by itself" {
	sleep 60 3>&- &
	PIDS+=($!)
	env -u MAINPID "$TESTDIR/../etc/systemd/stop"
	not gone $!
}
