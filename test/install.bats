#!/usr/bin/env bats
# make install and make uninstall.
. "$BATS_TEST_DIRNAME/lib.bash"

# installed: "MODE FILE" of all there is, beneath the root.
installed() { (cd "$ROOT" && find . ! -type d -printf '%m /%P\n' | sort -k 2); }

# expected: what a build with systemd's directories installs.
expected() {
	local unit name sbin bin man doc completions osmocom systemd sysusers tmpfiles stop
	for name in sbin bin completions doc man osmocom systemd sysusers tmpfiles stop; do
		read -r "${name?}"
	done < <(make_var sbindir bindir completionsdir docdir mandir osmocomdir systemdsystemunitdir sysusersdir tmpfilesdir stopdir)
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
			echo "755 $(make_var sbindir)/osmo-pcap-publish"
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
	ROOT=$PWD/root
	umask 022
	make_install "$ROOT"
	expected >want
	installed >have
	diff want have
}

@test "what was installed records with the configuration that was installed" {
	local cfg
	ROOT=$PWD/root
	make_install "$ROOT"
	cfg=$ROOT$(make_var osmocomdir)/osmo-pcap-server.cfg
	mv rec recording
	sed -e "s|/var/lib/osmo-pcap-server|$PWD|" \
		-e 's|//ip = .*|ip = "127.0.0.1";|' -e 's|//port = .*|port = 0;|' \
		-e 's|^clients = (|clients = ( { name = "foo"; address = "127.0.0.2"; }|' "$cfg" >cfg
	SERVER=$ROOT$(make_var sbindir)/osmo-pcap-server server_start
	stream pcap rec >s
	peer_send 127.0.0.2 s
	wait_log 'reason=closed'
	recorded
}

@test "make install keeps a configuration that is there, and a link" {
	local cfg
	ROOT=$PWD/root
	cfg=$ROOT$(make_var osmocomdir)/osmo-pcap-server.cfg
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
	ROOT=$PWD/root
	make_install "$ROOT"
	PKI=$ROOT$(make_var bindir)/osmo-pcap-pki
	"$PKI" ca pki
	"$PKI" server pki a.example >said
	"$PKI" client pki b >>said
	grep -oE '[^ "]*(/ca\.crt|/ca\.crl|/(server|client)-[a-z.]*\.(key|crt))' said | grep '^/' | sed 's|/[^/]*$||' | sort -u >dirs
	diff dirs <(make_var osmocomdir)
	grep -q "OPTIONS=--tls --ca $(make_var osmocomdir)/ca.crt" said
}

@test "make uninstall leaves the configurations and nothing else" {
	ROOT=$PWD/root
	make_install "$ROOT"
	echo '# mine' >>"$ROOT$(make_var osmocomdir)/osmo-pcap-server.cfg"
	make_install "$ROOT" uninstall
	installed | cut -d ' ' -f 2 >left
	[ "$(xargs <left)" = "$(make_var osmocomdir)/osmo-pcap-send.conf $(make_var osmocomdir)/osmo-pcap-server.cfg" ]
	tail -n 1 "$ROOT$(make_var osmocomdir)/osmo-pcap-server.cfg" | grep -qx '# mine'
	[ -z "$(find "$ROOT" -type d -name osmo-pcap-server)" ]
}

@test "configured without systemd, completions and hardening, nothing of them" {
	local source
	source=$(cd "$TESTDIR/.." && pwd)
	[ ! -e "$source/config.status" ] || skip "the source tree is itself configured"
	[ -x "$source/configure" ] || skip "no configure here"
	mkdir elsewhere && cd elsewhere
	"$source/configure" --silent --with-systemdsystemunitdir=no --with-completionsdir=no --disable-hardening >out 2>&1
	[ -z "$(BUILDDIR=$PWD make_var HARDEN_CFLAGS)$(BUILDDIR=$PWD make_var HARDEN_LDFLAGS)" ]
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
	mkdir elsewhere none bin
	printf '#!/bin/sh\ncase $* in *systemd*) exit 1;; esac\nexec %s "$@"\n' "$(command -v pkg-config)" >none/pkg-config
	printf '#!/bin/sh\n' >bin/make # not the point here
	chmod +x none/pkg-config bin/make
	(cd elsewhere && PATH=$PWD/../none:$PATH "$source/configure" --silent >out 2>&1)
	[ "$(BUILDDIR=$PWD/elsewhere make_var systemdsystemunitdir)" = no ]
	BUILD=$PWD/elsewhere PATH=$PWD/bin:$PATH "$source/bootstrap" build
	[ "$(BUILDDIR=$PWD/elsewhere make_var systemdsystemunitdir)" = "$(pkg-config --variable=systemdsystemunitdir systemd)" ]
}
