# copyable: which files of /source go into a clone, of those that stdin names, each ended by NUL.
# usage: copyable MASKED GITLINKS LIST; the first two are lists of that kind, the third is made.
# What is there goes, if it is no more than a file or a link, and lies behind no link. Prints what does not go as pairs of a
# reason and a name: nested, submodule, unreadable.
use strict;
use warnings;
use filetest 'access';

my ($masked, $gitlinks, $to) = @ARGV;
my %masked = map { $_ => 1 } slurp($masked);
my %gitlink = map { $_ => 1 } slurp($gitlinks);
my (%seen, %open);
open my $list, '>:raw', $to or die "cannot write $to: $!\n";
$/ = "\0";
while (defined(my $path = readline STDIN)) {
    chomp $path;
    next if $seen{$path}++;
    if ($path =~ s{/\z}{}) { leave(nested => $path); next }
    next if !reached($path) || !lstat "/source/$path";
    if ($gitlink{$path} && -d _) {
        if (-e "/source/$path/.git") { leave(submodule => $path); next }
    } elsif (-f _) {
        if (!-r "/source/$path") { leave(unreadable => $path); next }
    } elsif (!-l _) {
        next;
    }
    print $list "$path\0" or die "cannot write $to: $!\n";
}
close $list or die "cannot write $to: $!\n";

sub reached {
    my ($path) = @_;
    return 0 if $masked{$path};
    while ($path =~ m{/}g) {
        my $folder = substr $path, 0, $-[0];
        $open{$folder} //= !$masked{$folder} && !-l "/source/$folder" && -d _ ? 1 : 0;
        return 0 if !$open{$folder};
    }
    return 1;
}

sub leave { print "$_[0]\0$_[1]\0" }

sub slurp {
    my ($file) = @_;
    open my $in, '<:raw', $file or die "cannot read $file: $!\n";
    local $/ = "\0";
    chomp(my @names = readline $in);
    return @names;
}
