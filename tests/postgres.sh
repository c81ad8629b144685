# A throw-away PostgreSQL for tests, from the server programs found here; on Debian they are installed
# if missing and possible. To be sourced; whoever does so removes `$dir` in the end, after `control …
# stop` of each cluster.

server_programs() {
    { command -v pg_config >/dev/null && pg_config --bindir
      ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin
    } 2>/dev/null | while read -r dir; do
        [ -x "$dir/initdb" ] && echo "$dir"
    done | sort -V | tail -n 1 || true
}

# Sets `bin` to the folder of the server programs; it is empty if there are none.
find_programs() {
    bin=$(server_programs)
    if [ -z "$bin" ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update -qq && apt-get install -y -qq postgresql >/dev/null || true
        bin=$(server_programs)
    fi
}

# Sets `dir` to a folder for clusters, `as_user` to what goes before commands that work on them, for
# PostgreSQL refuses to run as root, and `port` to the first of two that are hopefully free.
make_room() {
    dir=$(mktemp -d)
    as_user=()
    if [ "$(id -u)" = 0 ]; then
        chown postgres "$dir"
        as_user=(runuser -u postgres --)
    fi
    port=$(( 20000 + $$ % 20000 ))
}

# control CLUSTER …: calls pg_ctl.
control() {
    "${as_user[@]}" "$bin/pg_ctl" -D "$dir/$1" "${@:2}" >/dev/null
}

make_cluster() {
    "${as_user[@]}" "$bin/initdb" -D "$dir/$1" -U postgres -A trust -E UTF8 >/dev/null
}

# start_cluster CLUSTER PORT SETTING…
start_cluster() {
    local settings=${*:3}
    control "$1" -w -l "$dir/$1.log" -o "-p $2 -k $dir -c listen_addresses=127.0.0.1 \
        ${settings:+-c ${settings// / -c }}" start
}
