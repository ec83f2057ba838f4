# For write-apply: files of the project, made beside it and renamed into their places, and back.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :mode O_NOFOLLOW O_DIRECTORY);
use Digest::SHA;

our ($git, $work, $others, $aside, $root, $HAS_GIT, $READY, @steps);
my ($stage, @done);

# What goes first, so that a file may take the place of a folder and the other way round.
sub put_files {
    my ($again) = @_;
    my @gone = grep { $steps[$_][3] eq '-' } reverse 0 .. $#steps;
    my @there = grep { $steps[$_][3] ne '-' } 0 .. $#steps;
    for my $part (\@gone, \@there) {
        for my $number (@$part) {
            my $trouble = step($number, $again);
            if (defined $trouble) {
                die "$trouble\n" if !$again;
                print STDERR "left as it is now: $trouble\n";
            }
            fault("step:$number");
        }
        drop_folders() if $part == \@gone;
    }
}

# One path; undef when it is as it is to be, else why not.
sub step {
    my ($number, $again) = @_;
    my ($path, $old_kind, $old, $kind, $id) = @{ $steps[$number] };
    my $name = enter($path, $kind ne '-');
    if (!defined $name) { return $kind eq '-' ? undef : "a folder of $path is something else now" }
    return undef if same_file($name, $kind, $id);
    my $fd = stage_path();
    # Where a file has but one name, an interrupted command had it in hand.
    my $in_hand = $again && !lstat $name && same_file("$fd/o$number", $old_kind, $old);
    if ($old_kind ne '-' && !$in_hand) {
        return "$path has changed meanwhile" if !same_file($name, $old_kind, $old);
        unlink "$fd/o$number";
        link $name, "$fd/o$number" or rename $name, "$fd/o$number" or return "$path: $!";
        # What was there is in our hands now; it is the file we were told of, or everything goes back.
        my $kept = same_file("$fd/o$number", $old_kind, $old);
        push @done, [$number, 'old'];
        return "$path has changed meanwhile" if !$kept;
    }
    elsif (!$in_hand && lstat $name) { return "$path has appeared meanwhile" }
    if ($kind eq '-') {
        lstat $name or return undef;
        unlink $name or return "$path: $!";
        return undef;
    }
    if ($old_kind ne '-') { rename "$fd/n$number", $name or return "$path: $!" }
    else {
        link "$fd/n$number", $name or !lstat $name && rename "$fd/n$number", $name or return "$path: $!";
        unlink "$fd/n$number";
        push @done, [$number, 'new'];
    }
    return undef;
}

# In the order reversed: each file that was is there again, each that was not is not.
sub undo {
    my ($why) = @_;
    my $fd = stage_path();
    for (reverse @done) {
        my ($number, $what) = @$_;
        my $path = $steps[$number][0];
        my $name = enter($path, $what eq 'old') // next;
        if ($what eq 'old') { rename "$fd/o$number", $name }
        else { unlink $name }
    }
    drop_folders(map { $steps[$_->[0]][0] } grep { $_->[1] eq 'new' } @done);
    unlink $READY;
    back();
    give_up($why);
}

sub open_stage {
    my ($make) = @_;
    chdir $root or die "cannot enter the project: $!\n";
    if ($make) { mkdir $aside, 0700 or die "cannot make a folder in the project: $!\n" }
    undef $stage;
    sysopen $stage, $aside, O_RDONLY | O_DIRECTORY | O_NOFOLLOW or $make && die "cannot open $aside: $!\n";
}

sub stage_path { defined $stage && fileno $stage ? '/proc/self/fd/' . fileno $stage : '/nonexistent' }

# On the disk before the first file of the project changes.
sub sync_stage { chdir $root and system 'sync', '-f', '.' }

sub close_stage {
    chdir $root;
    sysopen my $here, $aside, O_RDONLY | O_DIRECTORY | O_NOFOLLOW or return;
    opendir my $list, '/proc/self/fd/' . fileno $here or return;
    unlink map { '/proc/self/fd/' . fileno($here) . "/$_" } grep { /^[no]\d+$/ } readdir $list;
    rmdir $aside;
}

# A file as it is to be, with the permissions of the one whose place it takes.
sub stage_file {
    my ($number, $path, $kind, $text) = @_;
    my $name = enter($path, 0);
    my $old = defined $name ? (lstat $name)[2] : undef;
    my $at = '/proc/self/fd/' . fileno($stage) . "/n$number";
    if ($kind eq '120000') { symlink $$text, $at or die "cannot make $path: $!\n"; return }
    sysopen my $out, $at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, $kind eq '100755' ? 0777 : 0666 or die "cannot write $path: $!\n";
    whole($out, $$text, $path);
    if (defined $old && S_ISREG($old)) {
        my $bits = $old & 0777;
        $bits = $kind eq '100755' ? $bits | (($bits & 0444) >> 2) : $bits & ~0111;
        chmod $bits, $out;
    }
    close $out or die "cannot write $path: $!\n";
}

# Contents by id, from one git.
sub blobs {
    my @ids = map { $_->[4] } grep { $_->[3] ne '-' } @steps;
    return sub { } if !@ids;
    spew("$work/want", join '', map { "$_\n" } @ids);
    local @ENV{qw(GIT_DIR GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES)} =
        ("$work/git", "$work/git/objects", join ':', grep { $_ ne '' } ($HAS_GIT ? common() . '/objects' : ''), $others);
    open my $keep, '<&', \*STDIN;
    open STDIN, '<', "$work/want" or die "cannot read: $!\n";
    open my $in, '-|', 'git', 'cat-file', '--batch' or die "cannot start git: $!\n";
    open STDIN, '<&', $keep;
    binmode $in;
    return sub {
        my ($id) = @_;
        my $head = <$in> // '';
        my ($size) = $head =~ /^$id blob (\d+)$/ or die "a file is missing: $id\n";
        my $text = '';
        while (length $text < $size) { read($in, $text, $size - length $text, length $text) or die "a file ends early\n" }
        read $in, my $end, 1;
        return \$text;
    };
}

# Goes to the folder of a path, following no link, and gives the last name; undef when it is not there.
sub enter {
    my ($path, $make) = @_;
    chdir $root or fail("cannot enter the project: $!");
    my @parts = split m{/}, $path;
    my $name = pop @parts;
    for my $part (@parts) {
        mkdir $part, 0777 if $make;
        sysopen my $here, $part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW or return undef;
        chdir $here or fail("cannot enter a folder of $path: $!");
    }
    return $name;
}

sub same_file {
    my ($name, $kind, $id) = @_;
    my @stat = lstat $name;
    return $kind eq '-' ? !@stat : 0 if !@stat || $kind eq '-';
    my $hash = Digest::SHA->new(length $id == 64 ? 256 : 1);
    if ($kind eq '120000') {
        return 0 if !S_ISLNK($stat[2]);
        my $text = readlink $name;
        return $hash->add('blob ' . length($text) . "\0$text")->hexdigest eq $id;
    }
    return 0 if !S_ISREG($stat[2]) || ($stat[2] & 0100 ? '100755' : '100644') ne $kind;
    sysopen my $in, $name, O_RDONLY | O_NOFOLLOW or return 0;
    return $hash->add("blob $stat[7]\0")->addfile($in)->hexdigest eq $id;
}

# Folders that hold nothing any more, as git does it.
sub drop_folders {
    my %gone;
    for my $path (@_ ? @_ : map { $_->[0] } grep { $_->[3] eq '-' } @steps) {
        $gone{ substr $path, 0, $-[0] } = 1 while $path =~ m{/}g;
    }
    for my $path (sort { length $b <=> length $a } keys %gone) {
        my $name = enter($path, 0) // next;
        rmdir $name;
    }
}

sub read_steps {
    my @all = split /\0/, slurp("$work/steps"), -1;
    my @steps;
    while (@all > 4) { push @steps, [splice @all, 0, 5] }
    return @steps;
}

1;
