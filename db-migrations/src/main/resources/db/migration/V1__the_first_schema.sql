-- Quaymaster's first schema: who may come in, what they may do, how much they hold, and what they did.
--
-- Names of people and places are text; sizes are bytes in bigint; times are timestamptz. Paths that admins write (homes,
-- mounts) are UTF-8. Paths that clients sent (transfers, audit) are shown text: bytes that are not UTF-8 are escaped.

create table tenant (
    id                      bigint generated always as identity primary key,
    name                    text        not null unique check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    display_name            text        not null check (length(display_name) between 1 and 200),
    sessions_limit          bigint      check (sessions_limit >= 0),
    bytes_per_second_limit  bigint      check (bytes_per_second_limit > 0),
    created_at              timestamptz not null,
    updated_at              timestamptz not null,
    version                 bigint      not null
);

create table store (
    id          bigint generated always as identity primary key,
    tenant_id   bigint      not null references tenant,
    name        text        not null check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    type        text        not null check (type in ('local', 's3')),
    -- for a local store: the folder below one of the gateway's local roots
    path        text,
    created_at  timestamptz not null,
    version     bigint      not null,
    unique (tenant_id, name),
    check ((type = 'local') = (path is not null))
);

create table account (
    id                      bigint generated always as identity primary key,
    tenant_id               bigint      not null references tenant,
    username                text        not null check (username ~ '^[A-Za-z0-9_][A-Za-z0-9._@+-]{0,63}$'),
    status                  text        not null check (status in ('active', 'suspended')),
    home_store_id           bigint      not null references store,
    home_path               text        not null,
    permissions             text[]      not null,
    protocols               text[]      not null,
    sources                 text[]      not null,
    expires_at              timestamptz,
    publish                 text        not null check (publish in ('immediate', 'on-close')),
    sftp_read_only          boolean     not null,
    sftp_umask              integer     check (sftp_umask between 0 and 511),
    sftp_start_directory    text,
    sftp_allow_requests     text[],
    sftp_deny_requests      text[]      not null,
    max_file_bytes          bigint      check (max_file_bytes >= 0),
    sessions_limit          bigint      check (sessions_limit >= 0),
    bytes_per_second_limit  bigint      check (bytes_per_second_limit > 0),
    password_hash           text,
    password_changed_at     timestamptz,
    last_login_at           timestamptz,
    created_at              timestamptz not null,
    updated_at              timestamptz not null,
    version                 bigint      not null,
    unique (tenant_id, username)
);

create table account_mount (
    account_id   bigint  not null references account on delete cascade,
    position     integer not null,
    path         text    not null,
    store_id     bigint  not null references store,
    prefix       text    not null,
    permissions  text[]  not null,
    primary key (account_id, position),
    unique (account_id, path)
);

create table account_key (
    id            bigint generated always as identity primary key,
    account_id    bigint      not null references account on delete cascade,
    key_type      text        not null,
    public_key    text        not null,
    fingerprint   text        not null,
    label         text        not null,
    expires_at    timestamptz,
    sources       text[]      not null,
    created_at    timestamptz not null,
    last_used_at  timestamptz,
    unique (account_id, fingerprint)
);

create table api_token (
    id            bigint generated always as identity primary key,
    name          text        not null,
    -- SHA-256 of the token: it has 256 random bits, so a slow hash would add nothing
    token_hash    bytea       not null unique,
    role          text        not null check (role in ('platform-admin', 'tenant-admin')),
    tenant_id     bigint      references tenant,
    created_at    timestamptz not null,
    expires_at    timestamptz,
    revoked_at    timestamptz,
    last_used_at  timestamptz,
    check ((role = 'tenant-admin') = (tenant_id is not null))
);

-- The ledger. A scope is what a limit stands on: a tenant (store_id is null) or a place (a store and a path in it).
-- At every moment, in every row that has a limit and was not over it when the limit was set:
-- used + reserved <= limit. Every row is changed in the order of its id.
create table quota_scope (
    id              bigint generated always as identity primary key,
    tenant_id       bigint not null references tenant,
    store_id        bigint references store,
    path            text,
    bytes_used      bigint not null default 0 check (bytes_used >= 0),
    bytes_reserved  bigint not null default 0 check (bytes_reserved >= 0),
    bytes_limit     bigint check (bytes_limit >= 0),
    files_used      bigint not null default 0 check (files_used >= 0),
    files_reserved  bigint not null default 0 check (files_reserved >= 0),
    files_limit     bigint check (files_limit >= 0),
    measured_at     timestamptz,
    check ((store_id is null) = (path is null)),
    unique (store_id, path)
);
create unique index quota_scope_of_tenant on quota_scope (tenant_id) where store_id is null;

-- A running gateway. Its heartbeat says that its leases are alive; settled_batch is the last settlement that committed,
-- so that a process which lost the answer to a COMMIT can find out what became of it.
create table gateway_process (
    id             uuid primary key,
    started_at     timestamptz not null,
    heartbeat_at   timestamptz not null,
    settled_batch  bigint      not null default 0
);

-- What a process was granted and has not settled. The sum over processes is the scope's reserved.
create table quota_lease (
    scope_id    bigint not null references quota_scope on delete cascade,
    process_id  uuid   not null references gateway_process on delete cascade,
    bytes       bigint not null check (bytes >= 0),
    files       bigint not null check (files >= 0),
    primary key (scope_id, process_id)
);

-- History. No foreign keys: it outlives the things it speaks of.
create table transfer (
    id              bigint generated always as identity primary key,
    uid             uuid        not null unique,
    tenant          text        not null,
    account         text        not null,
    session_id      text        not null,
    source          text        not null,
    protocol        text        not null check (protocol in ('sftp', 'scp')),
    direction       text        not null check (direction in ('upload', 'download')),
    store           text        not null,
    path            text        not null,
    bytes           bigint      not null check (bytes >= 0),
    outcome         text        not null check (outcome in ('completed', 'aborted', 'failed')),
    code            text,
    correlation_id  text        not null,
    started_at      timestamptz not null,
    ended_at        timestamptz not null
);
create index transfer_of_tenant on transfer (tenant, id);
create index transfer_of_account on transfer (tenant, account, id);

create table audit_event (
    id              bigint generated always as identity primary key,
    uid             uuid        not null unique,
    at              timestamptz not null,
    tenant          text,
    account         text,
    -- who did it, when that is an admin and not the account itself
    actor           text,
    source          text,
    session_id      text,
    action          text        not null,
    outcome         text        not null check (outcome in ('ok', 'refused', 'failed')),
    code            text,
    correlation_id  text,
    detail          jsonb       not null
);
create index audit_event_of_tenant on audit_event (tenant, id);
create index audit_event_by_correlation on audit_event (correlation_id) where correlation_id is not null;
