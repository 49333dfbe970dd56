# The servers that the tests talk to: PostgreSQL, Redis, a mail server, ChromeDriver. All private to one run, on free
# ports of 127.0.0.1, with their files in a folder that is removed at the end.
# Sourced; `services_start` and `services_stop` are what it offers.
# shellcheck shell=bash
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

services_folder=''
service_groups=()
postgres_started=''

# services_start SERVICE...: postgres, redis, smtp or chromedriver. Exports where to find each (TEST_…), and the
# Python with the packages of scripts/requirements.txt.
services_start() {
    export TEST_PYTHON="$tools/python/bin/python"
    services_folder=$(mktemp -d "${TMPDIR:-/tmp}/frontdesk-test.XXXXXX")
    chmod 711 "$services_folder"
    local service
    for service in "$@"; do "${service}_service"; done
}

services_stop() {
    local group
    if [ -n "$postgres_started" ]; then
        unprivileged "$(postgres_bin)/pg_ctl" --pgdata "$services_folder/postgres/data" --mode immediate \
            stop >/dev/null 2>&1 || true
        postgres_started=''
    fi
    for group in "${service_groups[@]}"; do kill -TERM -- "-$group" 2>/dev/null || true; done
    service_groups=()
    # What was just told to stop may still be writing there for a moment.
    [ -z "$services_folder" ] || rm -rf "$services_folder" 2>/dev/null || { sleep 1 && rm -rf "$services_folder"; }
    services_folder=''
}

# PostgreSQL refuses to run as root, so root hands it to the user that Debian's package made for it.
unprivileged() {
    if is_root; then
        (cd / && exec runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

free_port() {
    "$tools/python/bin/python" -c 'import socket
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    print(probe.getsockname()[1])'
}

postgres_service() {
    local home="$services_folder/postgres" bin port password
    bin=$(postgres_bin)
    ! is_root || id postgres >/dev/null 2>&1 ||
        stop "PostgreSQL does not run as root and there is no user 'postgres': please run the tests as another user."
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    mkdir -m 700 "$home"
    printf '%s' "$password" >"$home/password"
    ! is_root || chown -R postgres "$home"
    # md5 costs next to nothing per connection, and the password lives as long as this run.
    unprivileged "$bin/initdb" --pgdata "$home/data" --username frontdesk --auth md5 --pwfile "$home/password" \
        --encoding UTF8 --no-locale --no-sync >"$services_folder/initdb.log" 2>&1 ||
        stop "PostgreSQL could not be prepared: $(tail -n 3 "$services_folder/initdb.log")"
    local attempt
    for attempt in 1 2 3; do
        port=$(free_port)
        # Nothing here must survive a crash, so nothing waits for the disk.
        if unprivileged "$bin/pg_ctl" --pgdata "$home/data" --log "$home/log" --wait --timeout 60 --options \
            "-h 127.0.0.1 -p $port -k '' -F -c max_connections=400 -c synchronous_commit=off \
             -c full_page_writes=off -c autovacuum=off -c shared_buffers=64MB -c timezone=UTC" \
            start >/dev/null 2>&1; then
            postgres_started=yes
            export TEST_POSTGRES_URL="postgres://frontdesk:$password@127.0.0.1:$port/postgres"
            return
        fi
        say "PostgreSQL did not start on port $port (attempt $attempt)"
    done
    stop "PostgreSQL did not start: $(tail -n 3 "$home/log")"
}

redis_service() {
    local log="$services_folder/redis.log" attempt port
    for attempt in 1 2 3; do
        port=$(free_port)
        # Nothing is kept on the disk, and nothing but this run knows the port.
        setsid redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$services_folder" \
            >"$log" 2>&1 &
        service_groups+=("$!")
        if announced "$log" 's/.*\(Ready to accept connections\).*/\1/p' >/dev/null; then
            export TEST_REDIS_URL="redis://127.0.0.1:$port"
            return
        fi
        say "Redis did not start on port $port (attempt $attempt)"
    done
    stop "Redis did not start: $(tail -n 3 "$log")"
}

smtp_service() {
    local log="$services_folder/smtp.log" line
    # A session of its own, so that stopping it stops all that it started; the same below.
    setsid "$tools/python/bin/python" tests/support/smtp_server.py --port 0 >"$log" 2>&1 &
    service_groups+=("$!")
    line=$(announced "$log" 's/^ready port=\([0-9]*\) http=\([0-9]*\)$/\1 \2/p') ||
        stop "The mail server for tests did not start: $(tail -n 3 "$log")"
    export TEST_SMTP_PORT="${line% *}" TEST_SMTP_HTTP_PORT="${line#* }"
}

chromedriver_service() {
    local log="$services_folder/chromedriver.log" port
    mkdir "$services_folder/browsers"
    TMPDIR="$services_folder/browsers" setsid chromedriver --port=0 --log-level=SEVERE >"$log" 2>&1 &
    service_groups+=("$!")
    port=$(announced "$log" 's/^ChromeDriver was started successfully on port \([0-9]*\)\.$/\1/p') ||
        stop "ChromeDriver did not start: $(tail -n 3 "$log")"
    export TEST_CHROMEDRIVER_URL="http://127.0.0.1:$port"
    TEST_CHROMIUM=$(command -v chromium || command -v google-chrome)
    export TEST_CHROMIUM
}

# announced LOG SED-EXPRESSION: waits up to 30 s for the line with which a server says that it is ready.
announced() {
    local tick found
    for ((tick = 0; tick < 300; tick++)); do
        found=$(sed -n "$2" "$1" 2>/dev/null)
        [ -n "$found" ] && printf '%s' "$found" && return
        sleep 0.1
    done
    return 1
}
