# Load: what the scripts of this directory that print a row of the table share: the server, what it holds of the
# system, whether every record that was sent is in a file, and the row.
#
# The clients are those of test/bench: client I connects from an address of its own, and its records have the
# numbers I, I + CLIENTS, I + 2 * CLIENTS …, so that no two records are alike and each tells whose it is.
package Load;
use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter 'import';
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Time::HiRes qw(time sleep);
use lib dirname(abs_path(__FILE__)) . '/../bench';
use Bench qw(tool pki until_true children_of slurp server_log);

our @EXPORT = qw($here setting prepare configure start holds settled finish row clients captures record address wrong_clients
	spawn tool pki until_true children_of slurp server_log sleep time log_grows);
our $here = dirname(abs_path(__FILE__));

my ($server, $server_log_at);
my $header = pack 'VvvVVVV', 0xa1b2c3d4, 2, 4, 0, 0, 9000, 1;

# setting(NAME, default): a figure that the environment may change
sub setting { my ($name, $default) = @_; return $ENV{$name} // $default }

# ---- the server ----

# A working directory, and the programs.
sub prepare {
	$Bench::opt{source} = dirname(dirname($here));
	$Bench::opt{builddir} = $ENV{BUILDDIR} = abs_path($ENV{BUILDDIR} || 'build') or die "BUILDDIR: no such directory\n";
	system("$here/../bench/build") == 0 or die "the programs cannot be built\n";
	$Bench::dir = tempdir('osmo-pcap-load-XXXXXX', DIR => $ENV{LOAD_DIR} || '/dev/shm', CLEANUP => !$ENV{KEEP});
	STDOUT->autoflush(1);
	$SIG{INT} = $SIG{TERM} = sub { exit 1 };
	$SIG{PIPE} = 'IGNORE';
	return $Bench::dir;
}

sub spawn {
	my (@command) = @_;
	my $pid = fork // die "fork: $!\n";
	return $pid if $pid;
	exec @command or die "$command[0]: $!\n";
}

# Clients: "plain" is 127.1.0.0/16, "tls" is 127.2.0.0/16, and CLIENTS.
sub configure {
	my (%o) = (files => 'max-file-size = 0; rotate-localtime = "never";', port => 0, clients => '', @_);
	my ($dir, $p) = ($Bench::dir, pki('p256'));
	open my $f, '>', "$dir/cfg" or die "$dir/cfg: $!\n";
	print $f <<"EOT";
server: {
	ip = "127.0.0.1"; port = $o{port}; base-path = "$dir/rec"; completed-path = "$dir/done";
	$o{files}
	tls: { capath = "$p->{ca}"; server-cert = "$p->{cert}"; server-key = "$p->{key}"; };
	limits: { connections = 8000; unestablished = 8000; per-client = 50; handshake-timeout = 120; };
};
clients = (
	{ name = "plain"; address = "127.1.0.0/16"; }, { name = "tls"; address = "127.2.0.0/16"; tls = true; } $o{clients}
);
EOT
	close $f;
}

# Returns the process number and the port.
sub start {
	my $dir = $Bench::dir;
	mkdir "$dir/$_" for qw(rec done);
	configure(@_);
	$server = fork // die "fork: $!\n";
	if (!$server) {
		open STDERR, '>', "$dir/log" or die;
		exec "$Bench::opt{builddir}/osmo-pcap-server", '-c', "$dir/cfg" or die "osmo-pcap-server: $!\n";
	}
	my $port;
	until_true('the server', sub { ($port) = server_log() =~ /listening address=\S*:(\d+)\n/ }, 30);
	until_true('the keeper', sub { settled() }, 30);
	return ($server, $port);
}

# What it holds of the system: descriptors, children, those of them that are zombies, kilobytes of its own and of the
# pages that it shares with its children, one for every slot that was ever used.
sub holds {
	my @child = children_of($server);
	my $status = slurp("/proc/$server/status");
	my ($own) = $status =~ /^RssAnon:\s+(\d+)/m;
	my ($shared) = $status =~ /^RssShmem:\s+(\d+)/m;
	return { descriptors => scalar(() = glob "/proc/$server/fd/*"), children => scalar @child,
		zombies => scalar(grep { slurp("/proc/$_/stat") =~ /\) Z / } @child), own => $own, shared => $shared };
}

# settled([N]): it has no child but the keeper, and N more
sub settled { return holds()->{children} == 1 + ($_[0] // 0) }

# log_grows(REGEX): how many more lines match since the last question; the log may be long.
sub log_grows {
	my ($regex) = @_;
	open my $f, '<', "$Bench::dir/log" or return 0;
	seek $f, $server_log_at // 0, 0;
	my $n = 0;
	while (<$f>) {
		last unless /\n\z/;
		$server_log_at = tell $f;
		$n++ if /$regex/;
	}
	return $n;
}

# How many slots are taken, from the server itself.
sub slots {
	my @before = server_log() =~ /status connections=(\d+)/g;
	my @now;
	kill 'USR2', $server;
	until_true('the status', sub { (@now = server_log() =~ /status connections=(\d+)/g) > @before }, 30);
	return $now[-1];
}

# Ends the server, orderly; returns the row's words about what it held then and before.
sub finish {
	my ($before) = @_;
	until_true('all children to end', sub { settled() }, 120);
	my ($after, $slots) = (holds(), slots());
	kill 'TERM', $server;
	waitpid $server, 0;
	my $status = $?;
	$server = undef;
	my $unfinished = () = glob "$Bench::dir/rec/*";
	my $text = sprintf 'descriptors %+d, zombies %d, slots %d, memory %d to %d kB and of the slots %d to %d kB, exit %d, unfinished files %d',
		$after->{descriptors} - $before->{descriptors}, $after->{zombies}, $slots, $before->{own}, $after->{own},
		$before->{shared}, $after->{shared},
		$status >> 8, $unfinished;
	return ($text, $after->{descriptors} > $before->{descriptors} || $after->{zombies} || $slots || $status || $unfinished);
}

my $self = $$;
END {
	local $?;
	kill 'TERM', $server if $server && $$ == $self; # and not by a process of the script that ends
}

# row(what, figures, lost, @finished): prints it; the exit status is the script's.
sub row {
	my ($what, $figures, $lost, $left, $leaked) = @_;
	print "| $what | $figures | lost: $lost | $left |\n";
	exit($lost ne '0' || $leaked ? 1 : 0);
}

# ---- clients and what is left of them ----

# clients(OPTION…): test/bench/clients with a pipe to each of its ends; returns its number, output and input
sub clients {
	require IPC::Open2;
	my (@arg) = @_;
	my $pid = IPC::Open2::open2(my $out, my $in, tool('clients'), @arg);
	return ($pid, $out, $in);
}

sub record {
	my ($number) = @_;
	return pack('VVVV', 1700000000 + int($number / 1000000), $number % 1000000, 64, 64) . chr($number & 0x7f) x 64;
}

# address(FROM, I): of client I, as file names have it
sub address {
	my ($from, $i) = @_;
	return join '.', unpack 'C4', pack 'N', unpack('N', pack 'C4', split /\./, $from) + $i % 16384;
}

# captures(NAME): address => contents of all its files, put together in the order of their names, without the
# headers; dies of a file that is not whole.
sub captures {
	my ($name) = @_;
	my (%all, %files);
	for my $dir ('rec', 'done') {
		opendir my $d, "$Bench::dir/$dir" or die "$dir: $!\n";
		for my $file (readdir $d) {
			my ($address, $when, $k) = $file =~ /^trace-\Q$name\E-([0-9.]+)-(\d+_\d+)(?:_(\d+))?\.pcap$/ or next;
			push @{ $files{$address} }, [$when, $k // 0, "$dir/$file"];
		}
	}
	for my $address (keys %files) {
		for (sort { $a->[0] cmp $b->[0] || $a->[1] <=> $b->[1] } @{ $files{$address} }) {
			my $bytes = slurp("$Bench::dir/$_->[2]");
			die "$_->[2]: not a whole capture\n" if substr($bytes, 0, 24) ne $header || (length($bytes) - 24) % 80;
			$all{$address} .= substr $bytes, 24;
		}
	}
	return \%all;
}

# wrong_clients(NAME, FROM, CLIENTS, RECORDS): of how many clients something else is stored than the RECORDS records
# that each has sent, byte for byte
sub wrong_clients {
	my ($name, $from, $clients, $records) = @_;
	my ($all, $wrong) = (captures($name), 0);
	for my $i (0 .. $clients - 1) {
		my $want = join '', map { record($i + $_ * $clients) } 0 .. $records - 1;
		my $got = delete $all->{ address($from, $i) };
		$wrong++ unless defined $got && $got eq $want;
	}
	return $wrong + keys %$all;
}

1;
