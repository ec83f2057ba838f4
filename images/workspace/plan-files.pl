# For plan-apply: which files change, what the project has there now, and what comes of both.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :mode O_NOFOLLOW O_DIRECTORY);
use Digest::SHA;

our ($project, $work, $fold, $root, $HAS_GIT, $begin, $end, $host);
our (%ask, %index, @left, %base, %theirs, %ours);

# What is to change: the difference of base and clone, less what was left out. Fills base and theirs.
sub select_changes {
    for my $change (tree_changes($begin, $end)) {
        my ($path, $before, $after) = @$change;
        next if !wanted($path);
        leave('left out', $path), next if $ask{except}{$path};
        if (grep { defined && $_->{mode} eq '160000' } $before, $after) {
            leave('repository', $path) if !committed($path, $after);
            next;
        }
        leave('name', $path), next if $after && !good_name($path);
        @base{$path} = $before if $before;
        @theirs{$path} = $after if $after;
        $ours{$path} = undef;
    }
    # A file and a folder of one name: where one was left out, the other has no place.
    for my $path (sort keys %theirs) {
        next if !grep { exists $base{$_} && !exists $ours{$_} } parents($path);
        leave('left out', $path);
        delete $_->{$path} for \%theirs, \%base, \%ours;
    }
    folded_names() if $fold eq 'fold' || ($fold eq 'look' && folds());
    return if !$HAS_GIT || $host eq '' || $ask{commit} eq '-' || $host eq $ask{commit} || !has($ask{commit});
    # What was moved by the host's own commits, so that git finds renames.
    for my $change (tree_changes($ask{commit}, $host)) {
        my ($path, $before) = @$change;
        next if exists $ours{$path} || !good_name($path) || grep { defined && $_->{mode} eq '160000' } @$change[1, 2];
        $ours{$path} = undef;
    }
    my @quiet = grep { !exists $base{$_} && !exists $theirs{$_} } keys %ours;
    my %in = @quiet ? entries($begin, @quiet) : ();
    for (keys %in) { $base{$_} = $theirs{$_} = $in{$_} if $in{$_}{mode} ne '160000' }
}

# A submodule moves with the commits that say so.
sub committed {
    my ($path, $after) = @_;
    return 0 if $ask{commits} ne 'yes' || $ask{head} eq '-';
    my %found = entries($ask{head}, $path);
    return same($found{$path}, $after);
}

sub wanted {
    my ($path) = @_;
    return 1 if !@{ $ask{only} };
    return scalar grep { $_ eq '' || $path eq $_ || index($path, "$_/") == 0 } @{ $ask{only} };
}

sub good_name {
    my ($path) = @_;
    my $copy = $path;
    utf8::decode($copy) or return 0;
    # As git counts it on Windows and macOS as well.
    for my $part (split m{/}, $path, -1) {
        (my $bare = $part) =~ s/\xe2\x80[\x8c-\x8f\xaa-\xae]|\xe2\x81[\xaa-\xaf]|\xef\xbb\xbf//g;
        $bare =~ s/[ .]+$//;
        return 0 if $bare eq '' || lc $bare eq '.git' || lc $bare eq 'git~1' || $bare =~ /^\.git(?::|\\)/i || $part eq '..';
    }
    return 1;
}

sub parents { my ($path) = @_; my @up; push @up, substr $path, 0, $-[0] while $path =~ m{/}g; return @up }

# Two names that are one to the host: the later would take the place of the first.
sub folded_names {
    my %first;
    for my $path (split /\0/, run('ls-tree', '-r', '-t', '-z', '--name-only', $end)) {
        my $name = $path;
        utf8::decode($name);
        push @{ $first{ CORE::fc($name) } }, $path;
    }
    for my $same (grep { @$_ > 1 } values %first) {
        for my $path (grep { my $path = $_; grep { $path eq $_ || index($path, "$_/") == 0 } @$same } keys %theirs) {
            leave('case', $path);
            delete $_->{$path} for \%theirs, \%base, \%ours;
        }
    }
}

# True where the project's file system does not tell upper case from lower.
sub folds {
    opendir my $list, $project or return 0;
    for my $name (grep { /[a-z]/i && !/^\.\.?$/ } readdir $list) {
        (my $other = $name) =~ tr/a-zA-Z/A-Za-z/;
        my @one = lstat "$project/$name" or next;
        my @two = lstat "$project/$other";
        return @two && $one[1] == $two[1] && $one[0] == $two[0] ? 1 : 0;
    }
    return 0;
}

# What the project has at every path in question, and what stands in the way of it.
sub look_at_host {
    for my $path (keys %ours) {
        my ($way, $name) = enter($path);
        if (!defined $way) { $ours{$path} = look($name, $path) // undef }
        elsif ($way ne '' && !exists $ours{$way}) { $ours{$way} = look_at($way) }
    }
    chdir $root;
    for my $path (grep { !defined $ours{$_} } keys %ours) { delete $ours{$path} }
}

# Goes to the folder of a path, following no link. Gives undef and the last name, or what is in the way ('' for nothing there).
sub enter {
    my ($path) = @_;
    chdir $root or fail("cannot enter the project: $!");
    my @parts = split m{/}, $path;
    my $name = pop @parts;
    my $at = '';
    for my $part (@parts) {
        $at .= ($at eq '' ? '' : '/') . $part;
        my $here;
        if (!sysopen $here, $part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) { return (lstat $part ? $at : '') }
        chdir $here or fail("cannot enter $at: $!");
    }
    return (undef, $name);
}

sub look_at { my ($path) = @_; my ($way, $name) = enter($path); return defined $way ? undef : look($name, $path) }

# A file of the present folder as git would have it; a folder puts all that is in it among ours.
sub look {
    my ($name, $path) = @_;
    my @stat = lstat $name or return undef;
    my $mode = $stat[2];
    if (S_ISDIR($mode)) { look_in($name, $path); return undef }
    if (S_ISLNK($mode)) { return kept($path, '120000', readlink $name) }
    refuse('special', $path) if !S_ISREG($mode);
    sysopen my $in, $name, O_RDONLY | O_NOFOLLOW or refuse('unreadable', $path);
    my $hash = Digest::SHA->new($ask{format} eq 'sha256' ? 256 : 1);
    $hash->add("blob $stat[7]\0");
    $hash->addfile($in);
    my $id = $hash->hexdigest;
    return kept_id($path, $mode & 0100 ? '100755' : '100644', $id, $in);
}

sub look_in {
    my ($name, $path) = @_;
    sysopen my $here, $name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW or refuse('unreadable', $path);
    opendir my $list, "/proc/self/fd/" . fileno $here or refuse('unreadable', $path);
    my @names = grep { !/^\.\.?$/ } readdir $list;
    return if grep { $_ eq '.git' } @names;
    for my $inside (map { "$path/$_" } @names) {
        next if exists $ours{$inside};
        $ours{$inside} = look_at($inside);
    }
    my @up = split m{/}, $path;
    enter($path);
}

sub kept {
    my ($path, $mode, $text) = @_;
    my $id = Digest::SHA->new($ask{format} eq 'sha256' ? 256 : 1)->add('blob ' . length($text) . "\0$text")->hexdigest;
    return kept_id($path, $mode, $id, \$text);
}

# The content goes to our own objects where a merge may want it.
sub kept_id {
    my ($path, $mode, $id, $content) = @_;
    my $known = grep { defined && $_->{id} eq $id } $base{$path}, $theirs{$path};
    if (!$known && !has($id)) {
        if (!ref $content || ref $content ne 'SCALAR') { seek $content, 0, 0 }
        my ($code, $said) = try_git($content, 'hash-object', '-w', '--no-filters', '--stdin');
        fail("cannot keep $path: $said") if $code != 0 || $said !~ /^$id$/m;
    }
    return { mode => $mode, id => $id };
}

sub merge_files {
    my $base = tree_with(\%base);
    my $mine = tree_with(\%ours);
    my ($tree, @told) = merge($base, $mine, tree_with(\%theirs));
    return $tree if !@told;
    for (@told) {
        my ($type, $text, @paths) = @$_;
        my ($hidden) = grep { $ours{$_} && !$base{$_} && !($HAS_GIT && $index{$_}) } @paths;
        if (defined $hidden) { row('conflict', 'untracked', $hidden, '') }
        else { row('conflict', 'files', $paths[0] // '', $text) }
    }
    row('end');
    exit 0;
}

# A three-way merge of trees: the tree that comes of it, and what git has to say where it does not go together.
sub merge {
    my ($base, $mine, $theirs) = @_;
    return $theirs if $base eq $mine;
    return $mine if $base eq $theirs || $mine eq $theirs;
    my $root = one('commit-tree', '-m', 'base', $base);
    my ($one, $two) = map { one('commit-tree', '-p', $root, '-m', 'side', $_) } $mine, $theirs;
    my ($code, $said, $out) = try_git(\'', 'merge-tree', '--write-tree', '-z', $one, $two);
    fail("git cannot merge: $said") if $code > 1;
    my ($tree, @all) = split /\0/, $out, -1;
    return $tree if $code == 0;
    shift @all while @all && $all[0] ne '';
    shift @all;
    my @told;
    while (@all > 2) {
        my $count = shift @all;
        last if $count !~ /^\d+$/;
        my @paths = splice @all, 0, $count;
        my ($type, $text) = splice @all, 0, 2;
        push @told, [$type, $text, @paths] if $type =~ /CONFLICT/;
    }
    @told = (['CONFLICT', 'CONFLICT: git cannot merge this']) if !@told;
    return ($tree, @told);
}

sub tree_with {
    my ($files) = @_;
    local $ENV{GIT_INDEX_FILE} = "$work/merge-index";
    unlink "$work/merge-index";
    my $list = join '', map { "$files->{$_}{mode} $files->{$_}{id}\t$_\0" } grep { $files->{$_} } sort keys %$files;
    my ($code, $said) = try_git(\$list, 'update-index', '-z', '--index-info');
    fail("cannot make a tree: $said") if $code != 0;
    return one('write-tree', '--missing-ok');
}

sub steps_to {
    my ($tree) = @_;
    my %want = map { $_->[0] => $_->[2] } tree_changes(tree_with(\%ours), $tree);
    return map { [$_, $ours{$_}, $want{$_}] } sort keys %want;
}

sub leave { push @left, [@_] }

1;
