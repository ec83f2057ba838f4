/** What somebody looks for from inside a box. */
export interface Quarry {
  /** Words that only the client's own files and variables hold. */
  readonly words: readonly string[];
  /** Its name, as paths of the host have it. */
  readonly client: string;
  /** Its project on the host, with a file secret.txt in it. */
  readonly project: string;
  /** Its other directories on the host. */
  readonly directories: readonly string[];
}

const PORT = 7777;

/** Makes a box reachable for those in it: a listener on its loopback and one at an abstract socket, a file in its memory. */
export function openDoors({ client, words }: Quarry): string {
  const listen = [
    `my $tcp = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => ${PORT}, Listen => 5) or die`,
    `my $unix = IO::Socket::UNIX->new(Local => "\\0${client}", Listen => 5) or die`,
    'sleep 300',
  ];
  return `echo ${words[0]} > /dev/shm/mine
    perl -MIO::Socket::INET -MIO::Socket::UNIX -e '${listen.join('; ')}' & doors=$!; sleep 1`;
}

/** Every way to it that a shell can try; prints a line for each that succeeds. */
export function trespass({ words, client, project, directories }: Quarry): string {
  const pattern = words.map((word) => `-e ${word}`).join(' ');
  const visible = '/workspace /home /tmp /run /var /opt /srv /mnt /media /root /etc /dev/shm';
  const tries: Readonly<Record<string, string>> = {
    'reading every file': `grep -rqsIF ${pattern} ${visible} ${project} ${directories.join(' ')}`,
    'its environment': `env | grep -qF ${pattern}`,
    'the environment of processes': `cat /proc/[0-9]*/environ | grep -aqF ${pattern}`,
    'the list of mounts': `grep -q ${client} /proc/self/mountinfo`,
    'the path of its project': `cat ${project}/secret.txt`,
    'a link to its project': `ln -sfn ${project} /tmp/link && cat /tmp/link/secret.txt`,
    'the directories of processes': 'cat /proc/[0-9]*/cwd/secret.txt',
    'its memory': `grep -qrF ${pattern} /dev/shm`,
    'its loopback': `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${PORT}'`,
    'its abstract socket': `perl -MIO::Socket::UNIX -e 'exit !IO::Socket::UNIX->new(Peer => "\\0${client}")'`,
    ...Object.fromEntries(directories.map((path) => [`the path ${path}`, `ls ${path}`])),
    'the engine': 'ls /var/run/docker.sock /run/docker.sock /run/podman /run/user/*/podman',
  };
  return Object.entries(tries)
    .map(([way, command]) => `if (${command}) >/dev/null 2>&1; then echo 'found by ${way}'; fi`)
    .join('\n');
}
