-- Standard SQL only: the same statements make the store in an H2 file and on a PostgreSQL server.

create table users (
  name         varchar(63) not null primary key,
  enabled      boolean not null,
  valid_from   timestamp(6) with time zone,
  valid_until  timestamp(6) with time zone,
  max_sessions integer not null check (max_sessions >= 0),
  created_at   timestamp(6) with time zone not null,
  changed_at   timestamp(6) with time zone not null
);

create table user_databases (
  user_name     varchar(63) not null references users (name) on delete cascade,
  database_name varchar(63) not null,
  primary key (user_name, database_name)
);

-- The text holds at most a salt of 1024 bytes and two keys of 32, in base64.
create table verifiers (
  id          bigint generated always as identity primary key,
  user_name   varchar(63) not null references users (name) on delete cascade,
  verifier    varchar(1600) not null,
  valid_from  timestamp(6) with time zone,
  valid_until timestamp(6) with time zone,
  created_at  timestamp(6) with time zone not null
);

create index verifiers_by_user on verifiers (user_name);

-- No reference to users: a client may be known to another authenticator only. An empty route stands for every route.
create table backend_mappings (
  user_name  varchar(63) not null,
  route      varchar(200) not null,
  role       varchar(63) not null,
  password   bytea,
  changed_at timestamp(6) with time zone not null,
  primary key (user_name, route)
);

-- One row.
create table store_settings (
  id            integer not null primary key check (id = 1),
  server_secret bytea not null,
  iterations    integer not null check (iterations > 0)
);
