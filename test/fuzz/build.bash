# build: how a fuzz target is compiled, for run and coverage. Sourced.
SRC=$(cd "$here/../../src" && pwd)
OUT=${BUILD:-$here/../../build}/fuzz
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)
TARGETS='stream config repair messages'

need() {
	local p
	for p; do
		command -v "$p" >/dev/null || { echo "$p is missing: see test/fuzz/README" >&2; exit 1; }
	done
}

# sources TARGET: those of the server that it exercises
sources() {
	local base="bytes parse addr capname" s
	local config="io problem ratelimit conftext config configfiles configvalues configkeys configcheck configprint quote admit"
	case $1 in
	stream) base="$base frame capfmt capfmt_pcap capfmt_pcapng capfmt_wireshark recorder rotate" ;;
	config) base="$base log rotate $config" ;;
	repair) base="$base $config frame capfmt capfmt_pcap capfmt_pcapng capfmt_wireshark recorder rotate capfile repair" ;;
	messages) base="$base report conftext certname rotate signform" ;;
	esac
	for s in $base; do echo "$SRC/$s.c"; done
}

# build TARGET COMPILER OUTPUT FLAG…
build() {
	local target=$1 compiler=$2 output=$3
	shift 3
	# shellcheck disable=SC2046 # lists
	"$compiler" -D_GNU_SOURCE -DTEXT_MAX=65536 -I"$SRC" -I"$here" $(pkg-config --cflags libconfig gnutls libpcap) "$@" \
		"$here/$target.c" $(sources "$target") -o "$output" $(pkg-config --libs libconfig libpcap)
}
