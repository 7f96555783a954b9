# Bench: what the cases of test/bench/run share: the server and its yardsticks, started and metered,
# rounds in turn, medians, the table and the JSON. A figure is never given without its spread.
package Bench;
use strict;
use warnings;
use Exporter 'import';
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use JSON::PP;
use Time::HiRes qw(time sleep);

our @EXPORT = qw($dir %opt tool run_tool configure_archive run_archive run_metered start_archive stop_archive archived start_server stop_server start_yardstick stop_yardstick server_log
	children_of cpu_of pki until_true alternate figure ratio note skip median empty sleep time slurp);

our ($dir, %opt);    # working directory of the case; quick, rounds, builddir, source
my (@rows, $server, $yardstick, $case);

sub tool { "$opt{builddir}/bench/$_[0]" }
sub slurp { open my $f, '<', $_[0] or return ''; local $/; my $t = <$f>; defined $t ? $t : '' }

# Runs one of our programs, returns the words it prints.
sub run_tool {
	my ($name, @arg) = @_;
	open my $p, '-|', tool($name), @arg or die "$name: $!\n";
	my $text = join '', <$p>;
	close $p or die "$name failed\n";
	return split ' ', $text;
}

sub until_true {
	my ($what, $test, $seconds) = @_;
	my $end = time + ($seconds || 120);
	until ($test->()) {
		die "waited in vain for $what\n" . (-e "$dir/log" ? server_log_tail() : '') if time > $end;
		sleep 0.005;
	}
}

# ---- processes ----

sub server_log { slurp("$dir/log") }
sub server_log_tail { join "\n", (split /\n/, server_log()) }

sub spawn {
	my ($out, @command) = @_;
	my $pid = fork;
	die "fork: $!\n" unless defined $pid;
	if (!$pid) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', $out;
		open STDERR, '>&', \*STDOUT;
		exec @command;
		die "$command[0]: $!\n";
	}
	return $pid;
}

sub usage {
	my ($user, $system, $real, $rss) = split ' ', slurp("$dir/usage");
	return { cpu => $user + $system, user => $user, system => $system, real => $real, rss => $rss / 1e3 };
}

# Paths to the files of a small authority, made once; the server's key of the given kind.
my $pki;
sub pki {
	my ($kind) = @_;
	my @key = $kind eq 'rsa' ? qw(--key-type rsa --bits 2048)
		: $kind eq 'ed25519' ? qw(--key-type ed25519) : qw(--key-type ecdsa --curve secp256r1);
	$pki ||= tempdir('osmo-pcap-bench-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	if (!-e "$pki/ca.crt") {
		system("'$opt{source}/etc/osmo-pcap-pki' ca $pki >/dev/null && "
			. "'$opt{source}/etc/osmo-pcap-pki' client $pki bench >/dev/null") == 0 or die "no authority\n";
	}
	if (!-e "$pki/$kind.crt") {
		open my $t, '>', "$pki/template" or die;
		print $t "cn = \"bench\"\nexpiration_days = 10\nsigning_key\ntls_www_server\n";
		close $t;
		system("certtool --generate-privkey @key --no-text --outfile $pki/$kind.key >/dev/null 2>&1 && "
			. "certtool --generate-certificate --load-privkey $pki/$kind.key --load-ca-privkey $pki/ca.key "
			. "--load-ca-certificate $pki/ca.crt --template $pki/template --outfile $pki/$kind.crt >/dev/null 2>&1")
			== 0 or die "no certificate of kind $kind\n";
	}
	return { cert => "$pki/$kind.crt", key => "$pki/$kind.key", ca => "$pki/ca.crt",
		client_cert => "$pki/client-bench.crt", client_key => "$pki/client-bench.key" };
}

sub more_client {
	my ($i, $tls) = @_;
	return sprintf ",\n{ name = \"site-%d\"; address = \"10.0.%d.%d\"; %s}", $i, $i / 256, $i % 256,
		$tls ? "tls = true; certificate = \"site-$i.example.net\"; " : '';
}

# start_server(tls => kind of key, size => max-file-size, base => directory, limits => text,
#   rotate => …, level => …, more => number, lines => text, own => number): returns the port. Clients are
#   127.1.0.0/16 ("c-127.1.x.y"), and as many more, of which none ever comes; of the first `own` addresses of
#   that network each is a client of its own.
sub start_server {
	my (%o) = @_;
	my ($tls, $base) = ('', $o{base} || "$dir/rec");
	make_path($base, "$base.done");
	if ($o{tls}) {
		my $p = pki($o{tls});
		$tls = "tls: { capath = \"$p->{ca}\"; server-cert = \"$p->{cert}\"; server-key = \"$p->{key}\"; };";
	}
	open my $f, '>', "$dir/cfg" or die;
	printf $f 'server: { ip = "127.0.0.1"; port = 0; base-path = "%s"; completed-path = "%s.done";'
		. ' max-file-size = %s; rotate-localtime = "never"; log-level = "%s"; %s %s limits: { connections = 6000;'
		. " unestablished = 6000; per-client = 6000; handshake-timeout = 120; %s }; };\n"
		. "clients = ( { name = \"c\"; address = \"127.1.0.0/16\"; tls = %s; }%s );\n", $base, $base,
		$o{size} || 0, $o{level} || 'info', $o{lines} || '', $tls, $o{limits} || '', $o{tls} ? 'true' : 'false',
		join '', (map { more_client($_, $o{tls}) } 1 .. ($o{more} || 0)),
		map { sprintf ",\n{ name = \"own-%d\"; address = \"127.1.%d.%d\"; }", $_, $_ / 256, $_ % 256 } 1 .. ($o{own} || 0);
	close $f;
	unlink "$dir/log";
	$server = { base => $base,
		meter => spawn("$dir/log", tool('meter'), "$dir/usage", "$opt{builddir}/osmo-pcap-server", '-c', "$dir/cfg") };
	my $port;
	until_true('the server', sub { ($port) = server_log() =~ /listening address=\S*:(\d+)\n/ }, 10);
	($server->{pid}) = children_of($server->{meter});
	($server->{keeper}) = $o{tls} ? children_of($server->{pid}) : ();
	return ($port, $server);
}

# Ends it, returns what the whole tree has cost: cpu, user, system, real. Its files are removed.
sub stop_server {
	kill 'TERM', $server->{pid};
	waitpid $server->{meter}, 0;
	die "the server ended with " . ($? >> 8) . "\n" . server_log_tail() if $?;
	empty($server->{base}, "$server->{base}.done");
	my $u = usage();
	undef $server;
	return $u;
}

# ---- the archive ----

# configure_archive(path => directory, done => directory, lines => text, clients => number): its configuration.
# Captures are those of the clients "site-0", "site-1" …
sub configure_archive {
	my (%o) = (done => "$dir/done", path => "$dir/archive", lines => '', clients => 1, @_);
	make_path($o{done}, $o{path});
	open my $f, '>', "$dir/archive.cfg" or die;
	print $f "server: { completed-path = \"$o{done}\"; base-path = \"$o{done}\"; };\n",
		"archive: { path = \"$o{path}\"; $o{lines} };\nclients = (",
		join(',', map { sprintf '{ name = "site-%d"; address = "10.0.%d.%d"; }', $_, $_ / 256, $_ % 256 } 0 .. $o{clients} - 1),
		");\n";
	close $f;
}

# A round of the archive, metered.
sub run_archive {
	system("'" . tool('meter') . "' $dir/usage $opt{builddir}/osmo-pcap-archive --once -c $dir/archive.cfg 2>$dir/archive.log") == 0
		or die "the archive failed\n" . slurp("$dir/archive.log");
	return usage();
}

# run_metered(COMMAND): of the shell; what it has cost
sub run_metered {
	my ($command) = @_;
	system(tool('meter'), "$dir/usage", 'sh', '-c', $command) == 0 or die "$command failed\n";
	return usage();
}

# start_archive(): the daemon; returns its process number. stop_archive() ends it, and returns what it has cost.
my ($archive, $archive_meter);
sub start_archive {
	unlink "$dir/log";
	$archive_meter = spawn("$dir/log", tool('meter'), "$dir/usage", "$opt{builddir}/osmo-pcap-archive", '-c', "$dir/archive.cfg");
	until_true('the archive', sub { server_log() =~ / archiving path=/ }, 30);
	($archive) = children_of($archive_meter);
	return $archive;
}

sub stop_archive {
	kill 'TERM', $archive;
	waitpid $archive_meter, 0;
	die "the archive ended with " . ($? >> 8) . "\n" . server_log_tail() if $?;
	undef $archive;
	return usage();
}

# Rows of its index.
sub archived { my $n = `sqlite3 -readonly '$_[0]/index.sqlite' 'SELECT count(*) FROM file'`; chomp $n; $n }

sub start_yardstick {
	my (@command) = @_;
	my $port;
	unlink "$dir/yardlog";
	$yardstick = spawn("$dir/yardlog", tool('meter'), "$dir/usage", @command);
	until_true($command[0], sub { ($port) = slurp("$dir/yardlog") =~ /listening (?:address=|on \S+ )\S*:(\d+)\n/ }, 10);
	return $port;
}

sub stop_yardstick {
	my ($kill) = @_;
	kill 'TERM', children_of($yardstick) if $kill;
	waitpid $yardstick, 0;
	undef $yardstick;
	return usage();
}

END {
	local $?;
	kill 'TERM', children_of($server->{meter}) if $server;
	kill 'TERM', $archive if $archive;
	kill 'TERM', children_of($yardstick) if $yardstick;
}

sub children_of { split ' ', slurp("/proc/$_[0]/task/$_[0]/children") }

# CPU seconds of one process so far, from the scheduler's own nanoseconds.
sub cpu_of { (split ' ', slurp("/proc/$_[0]/schedstat"))[0] / 1e9 }

sub empty {
	for my $d (@_) {
		opendir my $h, $d or next;
		unlink map { "$d/$_" } readdir $h;
	}
}

# ---- figures ----

sub median { my @v = sort { $a <=> $b } @_; return @v % 2 ? $v[$#v / 2] : ($v[@v / 2 - 1] + $v[@v / 2]) / 2 }

# alternate(name => sub, …): each in turn, round after round. A sub returns a hash of figures; the
# answer is a hash name -> figure -> list.
sub alternate {
	my (@pairs) = @_;
	my %all;
	for my $round (1 .. $opt{rounds}) {
		for (my $i = 0; $i < @pairs; $i += 2) {
			my $f = $pairs[$i + 1]->();
			push @{ $all{ $pairs[$i] }{$_} }, $f->{$_} for keys %$f;
		}
		print STDERR '.';
	}
	return \%all;
}

sub row { push @rows, { case => $case, @_ } }

# figure(what, who, unit, values…)
sub figure {
	my ($what, $who, $unit, @v) = @_;
	row(what => $what, who => $who, unit => $unit, median => median(@v), min => (sort { $a <=> $b } @v)[0],
		max => (sort { $a <=> $b } @v)[-1], values => \@v);
}

# ratio(what, who, [ours], [theirs], least, aim[, 'more']): of the medians; the spread is that of
# the rounds, each compared with its own neighbour. 'more': more is better.
sub ratio {
	my ($what, $who, $ours, $theirs, $least, $aim, $more) = @_;
	my @each = map { $ours->[$_] / $theirs->[$_] } 0 .. ($#$ours < $#$theirs ? $#$ours : $#$theirs);
	my $r = median(@$ours) / median(@$theirs);
	verdict({ what => $what, who => $who, unit => 'x', median => $r, min => (sort { $a <=> $b } @each)[0],
		max => (sort { $a <=> $b } @each)[-1], values => \@each }, $least, $aim, $more);
}

sub verdict {
	my ($row, $least, $aim, $more) = @_;
	my $met = sub { defined $_[0] && ($more ? $row->{median} >= $_[0] : $row->{median} <= $_[0]) };
	row(%$row, defined $least ? (least => $least, aim => $aim,
		goal => $met->($aim) ? 'aim reached' : $met->($least) ? 'reached' : 'MISSED') : ());
}

# goal(what, who, unit, least, aim, values…): a figure with a goal of its own; less is better.
sub goal {
	my ($what, $who, $unit, $least, $aim, @v) = @_;
	verdict({ what => $what, who => $who, unit => $unit, median => median(@v), min => (sort { $a <=> $b } @v)[0],
		max => (sort { $a <=> $b } @v)[-1], values => \@v }, $least, $aim);
}
push @EXPORT, 'goal';

sub note { row(note => $_[0]) }
sub skip { row(note => "SKIPPED: $_[0]") }

sub begin { $case = $_[0]; $dir = $_[1] }

sub number { my $v = shift; $v >= 1000 ? sprintf('%.0f', $v) : $v >= 100 ? sprintf('%.1f', $v) : sprintf('%.3f', $v) }

sub print_case {
	print "\n== $case\n";
	for my $r (grep { $_->{case} eq $case } @rows) {
		if ($r->{note}) { print "   $r->{note}\n"; next }
		printf "%-38s %-24s %10s  (%s to %s, %d) %s%s\n", $r->{what}, $r->{who}, number($r->{median}),
			number($r->{min}), number($r->{max}), scalar @{ $r->{values} }, $r->{unit},
			$r->{goal} ? "   $r->{goal}: at least $r->{least}, aim $r->{aim}" : '';
	}
}

sub write_json {
	my ($file, %about) = @_;
	open my $f, '>', $file or die "$file: $!\n";
	print $f JSON::PP->new->canonical->pretty->encode({ about => \%about, rows => \@rows });
	close $f;
}

1;
