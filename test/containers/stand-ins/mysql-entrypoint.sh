#!/bin/bash
# Stands in for the official mysql image's entrypoint: MYSQL_ROOT_PASSWORD or MYSQL_ROOT_PASSWORD_FILE, and a root that
# may come from anywhere. What is made here is not in the binlog, as in the official image.
set -euo pipefail
[ "${1:0:1}" != - ] || set -- mysqld "$@"
[ "$1" = mysqld ] || exec "$@"
if [ -n "${MYSQL_ROOT_PASSWORD_FILE:-}" ]; then
  MYSQL_ROOT_PASSWORD=$(cat "$MYSQL_ROOT_PASSWORD_FILE")
  unset MYSQL_ROOT_PASSWORD_FILE
  export MYSQL_ROOT_PASSWORD
fi
data=/var/lib/mysql
if [ "$(id -u)" = 0 ]; then
  chown mysql:mysql "$data" /var/run/mysqld
  exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
fi
common=(--no-defaults --datadir="$data" --socket=/var/run/mysqld/mysqld.sock)
if [ ! -d "$data/mysql" ]; then
  : "${MYSQL_ROOT_PASSWORD:?the database is not initialised, and no password is given}"
  mysqld "${common[@]}" --initialize-insecure
  mysqld "${common[@]}" --skip-networking --mysqlx=OFF --disable-log-bin &
  for _ in {1..600}; do
    mysqladmin --socket=/var/run/mysqld/mysqld.sock ping --silent && break
    sleep 0.1
  done
  mysql -uroot --socket=/var/run/mysqld/mysqld.sock <<SQL
CREATE USER root@'%' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
ALTER USER root@localhost IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
SQL
  MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysqladmin -uroot --socket=/var/run/mysqld/mysqld.sock shutdown
  wait
fi
shift
exec mysqld "${common[@]}" "$@"
