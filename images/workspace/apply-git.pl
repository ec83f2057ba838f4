# What plan-apply and write-apply have in common: git, its answers, and files.
use strict;
use warnings;

our ($git, $work, $others);

# Where branches and objects are; elsewhere for a linked worktree.
sub common {
    my $text = -f "$git/commondir" ? slurp("$git/commondir") : '.';
    chomp $text;
    return $text =~ m{^/} ? $text : "$git/$text";
}

sub run {
    my ($code, $said, $out) = try_git(\'', @_);
    fail("git $_[0] failed: $said") if $code != 0;
    return $out;
}

sub one { my $text = run(@_); chomp $text; $text }

# The exit code, both outputs in one (for people), and what came on standard output.
sub try_git {
    my ($input, @args) = @_;
    my $from = $input;
    if (ref $input eq 'SCALAR') { spew("$work/input", $$input); $from = "$work/input" }
    my $child = fork // fail("cannot fork: $!");
    if (!$child) {
        if (ref $from) { open STDIN, '<&', $from or exit 127 } else { open STDIN, '<', $from or exit 127 }
        if (ref $from) { sysseek STDIN, 0, 0 }
        open STDOUT, '>', "$work/output" or exit 127;
        open STDERR, '>', "$work/errors" or exit 127;
        exec 'git', @args or exit 127;
    }
    waitpid $child, 0;
    my $code = $? >> 8 || $? & 127;
    my $out = slurp("$work/output");
    return ($code, slurp("$work/errors") . $out, $out);
}

sub has { my ($id) = @_; $id =~ /^[0-9a-f]{40,64}$/ && (try_git(\'', 'cat-file', '-e', $id))[0] == 0 }

sub has_in { my ($old, $new) = @_; (try_git(\'', 'merge-base', '--is-ancestor', $old, $new))[0] == 0 }

sub tree_of { one('rev-parse', '--verify', "$_[0]^{tree}") }

sub empty { my (undef, $said) = try_git(\'', 'mktree'); chomp $said; $said }

# Entries of a tree; of some paths, where any are given.
sub entries {
    my ($tree, @paths) = @_;
    my %wanted = map { $_ => 1 } @paths;
    my %found;
    for (split /\0/, run('ls-tree', '-r', '-z', $tree)) {
        my ($mode, $id, $path) = /^(\d+) \w+ (\w+)\t(.*)$/s or next;
        $found{$path} = { mode => $mode, id => $id } if !@paths || $wanted{$path};
    }
    return %found;
}

sub tree_changes {
    my ($from, $to) = @_;
    my @raw = split /\0/, run('diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', $from, $to);
    my @changes;
    while (my ($what, $path) = splice @raw, 0, 2) {
        my ($before, $after, $old, $new) = $what =~ /^:(\d+) (\d+) (\w+) (\w+) / or fail('cannot read a change');
        push @changes, [$path, $before eq '000000' ? undef : { mode => $before, id => $old }, $after eq '000000' ? undef : { mode => $after, id => $new }];
    }
    return @changes;
}

sub same { my ($one, $two) = @_; return defined $one == defined $two && (!defined $one || "$one->{mode} $one->{id}" eq "$two->{mode} $two->{id}") }

sub row { print map { "$_\0" } @_ or fail("cannot tell: $!") }

# Whole or not at all.
sub spew {
    my ($path, $text) = @_;
    open my $out, '>:raw', "$path.new" or die "cannot write $path: $!\n";
    whole($out, $text, $path);
    close $out or die "cannot write $path: $!\n";
    rename "$path.new", $path or die "cannot write $path: $!\n";
}

sub whole {
    my ($out, $text, $path) = @_;
    my $at = 0;
    while ($at < length $text) { $at += syswrite($out, $text, length($text) - $at, $at) // die "cannot write $path: $!\n" }
}

sub slurp {
    my ($path) = @_;
    open my $in, '<:raw', $path or return '';
    local $/;
    return <$in> // '';
}

sub fail { print STDERR "$_[0]\n"; exit 125 }

1;
