#!/usr/bin/env bats
# make install and make uninstall.
. "$BATS_TEST_DIRNAME/lib.bash"

# One installation, for all tests that only look at it; the others change a copy.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	umask 022
	make_var sbindir bindir completionsdir docdir mandir osmocomdir systemdsystemunitdir sysusersdir tmpfilesdir stopdir \
		>directories
	make_install "$PWD/root"
}

# installation [copy]: ROOT, and the directories that are beneath it
installation() {
	local name
	for name in sbin bin completions doc man osmocom systemd sysusers tmpfiles stop; do
		read -r "${name?}"
	done <"$BATS_FILE_TMPDIR/directories"
	ROOT=$BATS_FILE_TMPDIR/root
	[ $# -gt 0 ] || return 0
	cp -a "$ROOT" copy
	ROOT=$PWD/copy
}

# installed: "MODE FILE" of all there is, beneath the root.
installed() { (cd "$ROOT" && find . ! -type d -printf '%m /%P\n' | sort -k 2); }

# expected: what a build with systemd's directories installs.
expected() {
	local unit name
	{
		echo "755 $sbin/osmo-pcap-server"
		echo "755 $bin/osmo-pcap-send"
		echo "755 $bin/osmo-pcap-vty2cfg"
		echo "755 $bin/osmo-pcap-pki"
		echo "644 $osmocom/osmo-pcap-server.cfg"
		echo "644 $osmocom/osmo-pcap-send.conf"
		echo "644 $doc/README"
		echo "644 $doc/COPYING"
		echo "644 $doc/PERFORMANCE"
		echo "644 $doc/examples/osmo-pcap-server.cfg"
		echo "644 $doc/examples/osmo-pcap-send.conf"
		echo "644 $doc/examples/haproxy/haproxy.cfg"
		echo "644 $doc/examples/haproxy/osmo-pcap-server.cfg"
		echo "644 $man/man1/osmo-pcap-send.1"
		echo "644 $man/man1/osmo-pcap-vty2cfg.1"
		echo "644 $man/man1/osmo-pcap-pki.1"
		echo "644 $man/man5/osmo-pcap-server.cfg.5"
		echo "644 $man/man7/osmo-pcap-operations.7"
		echo "644 $man/man8/osmo-pcap-server.8"
		for name in server send vty2cfg pki; do
			echo "644 $completions/osmo-pcap-$name"
		done
		if [ -x "$BUILDDIR/osmo-pcap-archive" ]; then
			echo "644 $completions/osmo-pcap-archive"
			echo "644 $completions/osmo-pcap-read"
			echo "644 $completions/osmo-pcap-status"
			echo "755 $sbin/osmo-pcap-archive"
			echo "755 $bin/osmo-pcap-read"
			echo "755 $bin/osmo-pcap-status"
			echo "644 $man/man1/osmo-pcap-read.1"
			echo "644 $man/man1/osmo-pcap-status.1"
			echo "644 $doc/examples/osmo-pcap.rules"
			echo "644 $doc/examples/osmo-pcap-textfile.service"
			echo "644 $doc/examples/osmo-pcap-textfile.timer"
			echo "644 $man/man8/osmo-pcap-archive.8"
			if [ "$systemd" != no ]; then
				echo "644 $systemd/osmo-pcap-archive.service"
				echo "644 $systemd/osmo-pcap-status.socket"
				echo "644 $systemd/osmo-pcap-status@.service"
				echo "644 $sysusers/osmo-pcap-archive.conf"
				echo "644 $tmpfiles/osmo-pcap-archive.conf"
			fi
		fi
		if [ -x "$BUILDDIR/osmo-pcap-publish" ]; then
			echo "644 $completions/osmo-pcap-publish"
			echo "755 $sbin/osmo-pcap-publish"
			echo "644 $man/man8/osmo-pcap-publish.8"
			if [ "$systemd" != no ]; then
				echo "644 $systemd/osmo-pcap-publish.service"
				echo "644 $sysusers/osmo-pcap-publish.conf"
			fi
		fi
		if [ "$systemd" != no ]; then
			for unit in .socket .service -standalone.service -inetd.socket -inetd@.service; do
				echo "644 $systemd/osmo-pcap-server$unit"
			done
			echo "644 $systemd/osmo-pcap-send@.service"
			echo "755 $stop/stop"
			echo "644 $sysusers/osmo-pcap-server.conf"
			echo "644 $sysusers/osmo-pcap-send.conf"
			echo "644 $tmpfiles/osmo-pcap-server.conf"
		fi
	} | sort -k 2
}

@test "make install: these files with these modes, and no others" {
	installation
	expected >want
	installed >have
	diff want have
}

@test "what was installed records with the configuration that was installed" {
	local cfg
	installation
	cfg=$ROOT$osmocom/osmo-pcap-server.cfg
	mv rec recording
	sed -e "s|/var/lib/osmo-pcap-server|$PWD|" \
		-e 's|//ip = .*|ip = "127.0.0.1";|' -e 's|//port = .*|port = 0;|' \
		-e 's|^clients = (|clients = ( { name = "foo"; address = "127.0.0.2"; }|' "$cfg" >cfg
	SERVER=$ROOT$sbin/osmo-pcap-server server_start
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'reason=closed'
	recorded
}

@test "make install keeps a configuration that is there, and a link" {
	local cfg
	installation
	ROOT=$PWD/root # with nothing but this
	cfg=$ROOT$osmocom/osmo-pcap-server.cfg
	mkdir -p "${cfg%/*}"
	echo mine >"$cfg"
	make_install "$ROOT"
	[ "$(cat "$cfg")" = mine ]
	ln -sf elsewhere "$cfg"
	make_install "$ROOT"
	[ "$(readlink "$cfg")" = elsewhere ]
	[ ! -e "${cfg%/*}/elsewhere" ]
}

@test "osmo-pcap-pki, where it is installed, names the directory of that installation" {
	command -v certtool >/dev/null || skip "no certtool"
	installation
	PKI=$ROOT$bin/osmo-pcap-pki
	"$PKI" ca pki
	"$PKI" server pki a.example >said
	"$PKI" client pki b >>said
	grep -oE '[^ "]*(/ca\.crt|/ca\.crl|/(server|client)-[a-z.]*\.(key|crt))' said | grep '^/' | sed 's|/[^/]*$||' | sort -u >dirs
	diff dirs - <<<"$osmocom"
	grep -q "OPTIONS=--tls --ca $osmocom/ca.crt" said
}

@test "make uninstall leaves the configurations and nothing else" {
	installation copy
	echo '# mine' >>"$ROOT$osmocom/osmo-pcap-server.cfg"
	make_install "$ROOT" uninstall
	installed | cut -d ' ' -f 2 >left
	[ "$(xargs <left)" = "$osmocom/osmo-pcap-send.conf $osmocom/osmo-pcap-server.cfg" ]
	tail -n 1 "$ROOT$osmocom/osmo-pcap-server.cfg" | grep -qx '# mine'
	[ -z "$(find "$ROOT" -type d -name osmo-pcap-server)" ]
}

# configure_quickly: a configure that runs from now on tries the compiler with nothing that was tried when this build was
# configured. What takes longest, files of dependencies, is left out with --disable-dependency-tracking.
configure_quickly() {
	sed -n '/^ac_cv_env_\|PKG_CONFIG/!s/^ac_cv_/&/p' "$BUILDDIR/config.log" >site
	export CONFIG_SITE=$PWD/site
}

@test "configured without systemd, completions and hardening, nothing of them" {
	local source
	source=$(cd "$TESTDIR/.." && pwd)
	[ ! -e "$source/config.status" ] || skip "the source tree is itself configured"
	[ -x "$source/configure" ] || skip "no configure here"
	configure_quickly
	mkdir elsewhere && cd elsewhere
	"$source/configure" --silent --disable-dependency-tracking \
		--with-systemdsystemunitdir=no --with-completionsdir=no --disable-hardening >out 2>&1
	[ -z "$(BUILDDIR=$PWD make_var HARDEN_CFLAGS HARDEN_LDFLAGS)" ]
	env -u MAKEFLAGS -u MAKELEVEL make -n install DESTDIR=/nowhere >said
	grep -q osmocom said
	not grep -n etc/completion said
	not grep -nE 'osmo-pcap-server[a-z@-]*\.(conf|socket|service)|osmo-pcap-send@|sysusers\.d/osmo|systemd/stop' said
}

@test "bootstrap configures again when systemd was installed after it had configured" {
	local source
	source=$(cd "$TESTDIR/.." && pwd)
	[ ! -e "$source/config.status" ] || skip "the source tree is itself configured"
	[ -x "$source/configure" ] && [ -x "$source/bootstrap" ] || skip "no configure here"
	pkg-config --exists systemd || skip "no systemd.pc"
	command -v dpkg-query >/dev/null || skip "not Debian"
	configure_quickly
	mkdir elsewhere none bin
	printf '#!/bin/sh\ncase $* in *systemd*) exit 1;; esac\nexec %s "$@"\n' "$(command -v pkg-config)" >none/pkg-config
	printf '#!/bin/sh\n' >bin/make # not the point here
	chmod +x none/pkg-config bin/make
	(cd elsewhere && PATH=$PWD/../none:$PATH "$source/configure" --silent --disable-dependency-tracking >out 2>&1)
	[ "$(BUILDDIR=$PWD/elsewhere make_var systemdsystemunitdir)" = no ]
	BUILD=$PWD/elsewhere PATH=$PWD/bin:$PATH "$source/bootstrap" build
	[ "$(BUILDDIR=$PWD/elsewhere make_var systemdsystemunitdir)" = "$(pkg-config --variable=systemdsystemunitdir systemd)" ]
}
