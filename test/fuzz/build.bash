# build: how a fuzz target is compiled, for run and coverage. Sourced.
SRC=$(cd "$here/../../src" && pwd)
OUT=${BUILD:-$here/../../build}/fuzz
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)
TARGETS='stream config repair reader messages archive recall read status proxy'

need() {
	local p
	for p; do
		command -v "$p" >/dev/null || { echo "$p is missing: see test/fuzz/README" >&2; exit 1; }
	done
}

# sources TARGET: those of the server that it exercises
sources() {
	local base="base/bytes base/parse base/addr base/calendar capture/capname" s
	local config="base/io base/cstr base/pages base/region base/wholefile base/problem base/ratelimit base/quote base/expand base/ownname config/lexer config/text config/load config/duplicate config/groups config/suggest config/values config/keys config/check config/endpoint config/print config/clients"
	local capture="capture/frame capture/accept capture/edit capture/format capture/linktype capture/pcap capture/pcapng"
	local filter="filter/compile filter/program filter/run filter/table filter/build filter/sift"
	case $1 in
	stream) base="$base $capture $filter capture/rotate record/filehead record/output record/payload record/plain record/recorder record/unread" ;;
	config) base="$base base/log capture/rotate $config" ;;
	repair) base="$base $config $capture $filter capture/rotate record/filehead record/output record/payload record/plain record/recorder record/unread record/capfile record/unfinished base/writeback server/repair" ;;
	reader) base="base/bytes capture/format capture/pcap capture/pcapng record/reader" ;;
	archive | recall) base="$base base/grow base/io base/json base/writeback capture/format capture/pcap capture/pcapng record/reader record/decompress index/frames index/metadata index/metaread index/profile index/summary archive/checksum archive/digest archive/pack archive/press archive/recall" ;;
	read) base="$base base/grow base/io base/json base/when base/cstr capture/format capture/pcap capture/pcapng record/reader index/frames index/profile index/summary read/archived read/cut read/described filter/compile filter/program filter/run read/extract read/filters read/interfaces read/numbers read/order read/piece daemon/pipes read/inflow read/sink read/stream read/teller view/axis view/chart view/coverage view/gaps view/page view/pattern view/rows view/words" ;;
	status) base="base/grow base/io base/pages base/parse base/region base/addr index/frames index/profile status/area status/check view/chart view/coverage view/pattern base/json base/when base/calendar watch/headline watch/metrics watch/numbers watch/rates watch/request watch/since watch/snapshot watch/statewords watch/table" ;;
	proxy) base="$base capture/proxyhead server/child_report capture/rotate" ;;
	messages) base="$base capture/proxyhead server/child_report config/lexer tls/certname capture/rotate tls/signform" ;;
	esac
	for s in $base; do echo "$SRC/$s.c"; done
}

# build TARGET COMPILER OUTPUT FLAG…: what several targets exercise is compiled once with the same flags, and anew when
# something in the source has changed. Not for two at a time; by itself it takes all processors. BUILT: a directory of the
# project's own build, whose objects serve as they are, except for those of files that are smaller here.
build() {
	local target=$1 compiler=$2 output=$3 objects object all=() missing=() s name folder smaller=
	shift 3
	# shellcheck disable=SC2046 # lists
	set -- -D_GNU_SOURCE -DWHOLEFILE_MAX=65536u -I"$SRC" -I"$here" \
		$(pkg-config --cflags libconfig gnutls libpcap libzstd zlib) "$@"
	objects=$OUT/objects-$(echo "$compiler" "$@" | cksum | cut -d ' ' -f 1)
	mkdir -p "$objects"
	[ -e "$objects/begun" ] && [ -z "$(find "$SRC" -newer "$objects/begun" -print -quit)" ] || rm -f "$objects"/*.o
	touch "$objects/begun"
	printf '%s\n' "$@" | grep -v '\.c$' | sed 's/.*/"&"/' >"$objects/flags"
	[ -z "${BUILT-}" ] || smaller=$(grep -rl WHOLEFILE_MAX "$SRC")
	for s in $(sources "$target"); do
		name=${s##*/} folder=${s%/*}
		object=("${BUILT-/nowhere}/src/${folder##*/}/"*_a-"${name%.c}.o")
		if [ -e "${object[0]}" ] && [[ $smaller != *"$s"* ]]; then
			all+=("${object[0]}")
			continue
		fi
		all+=("$objects/${folder##*/}_${name%.c}.o")
		[ -e "${all[-1]}" ] || missing+=("$s" "${all[-1]}")
	done
	# shellcheck disable=SC2016 # for the inner shell
	[ ${#missing[@]} -eq 0 ] || printf '%s\0' "${missing[@]}" | xargs -0 -n 2 -P "$(nproc)" sh -c \
		'"$0" "@$1" -c "$2" -o "$3.new" && mv "$3.new" "$3"' "$compiler" "$objects/flags" || return
	# shellcheck disable=SC2046 # a list
	"$compiler" "$@" "$here/$target.c" "${all[@]}" -o "$output" $(pkg-config --libs libconfig libpcap gnutls libzstd zlib)
}
