#!/usr/bin/env bats
# What compiler and linker were to put into the programs is in them.
. "$BATS_TEST_DIRNAME/lib.bash"

hardened() {
	[ -n "$(make_var HARDEN_CFLAGS)" ] || skip "built without hardening"
	command -v readelf >/dev/null || skip "no readelf"
}

# each OPTIONS REGEX: readelf says so of every program.
each() {
	local program
	for program in osmo-pcap-server osmo-pcap-send osmo-pcap-vty2cfg osmo-pcap-publish; do
		[ -x "$BUILDDIR/$program" ] || continue # built without it
		readelf -W "$1" "$BUILDDIR/$program" >elf
		grep -qE -- "$2" elf || { echo "$program: no $2" >&2; return 1; }
	done
}

@test "the programs can be loaded anywhere" {
	hardened
	each -h 'Type: +DYN'
	each -d 'FLAGS_1.* PIE'
}

@test "addresses of functions are resolved at the start, and read-only afterwards" {
	hardened
	each -l 'GNU_RELRO'
	each -d 'FLAGS.* (BIND_)?NOW'
}

@test "the stack is not executable" {
	hardened
	each -l 'GNU_STACK.* RW +0x'
}

@test "functions check their stack frames" {
	hardened
	each --dyn-syms '__stack_chk_fail'
}

@test "functions of the C library check their buffers" {
	hardened
	[[ $(make_var HARDEN_CFLAGS) == *_FORTIFY_SOURCE* ]] || skip "built without optimisation"
	each --dyn-syms '__[a-z]+_chk@'
}

# Whether the processor enforces it is up to the start-up files and libraries it is linked with.
@test "the targets of indirect jumps are marked" {
	hardened
	[[ $(make_var HARDEN_CFLAGS) == *cf-protection* ]] || skip "not with this compiler"
	[ "$(uname -m)" = x86_64 ] || skip "only known for x86-64"
	local program
	for program in osmo-pcap-server osmo-pcap-send osmo-pcap-vty2cfg osmo-pcap-publish; do
		[ -x "$BUILDDIR/$program" ] || continue
		objdump -d --disassemble=main "$BUILDDIR/$program" | grep -q endbr64
	done
}
