-- What the gateways of a cluster know of each other beside quotas and bans (docs/adr/0022): sessions, notices that nobody
-- may miss, and whose turn it is where a speed is shared. New tables, an index, and for paths another order,
-- which no statement of the release before asks for: it runs beside this one.

-- A session counts from the moment its row is committed until the row goes: with the session, or with its process, once
-- that is dead. What it has done so far is brought up to date from time to time.
create table live_session (
    id              text primary key,
    process_id      uuid        not null references gateway_process on delete cascade,
    tenant_id       bigint      not null references tenant on delete cascade,
    account_id      bigint      not null references account on delete cascade,
    source          text        not null,
    client_version  text        not null,
    credential      text        not null,
    key_ids         bigint[]    not null,
    authority_ids   bigint[]    not null,
    protocols       text[]      not null,
    started_at      timestamptz not null,
    last_active_at  timestamptz not null,
    bytes_received  bigint      not null check (bytes_received >= 0),
    bytes_sent      bigint      not null check (bytes_sent >= 0)
) with (fillfactor = 70);
create index live_session_by_start on live_session (started_at, id);
create index live_session_by_tenant on live_session (tenant_id);
create index live_session_by_account on live_session (account_id);
create index live_session_by_process on live_session (process_id);

-- NOTIFY tells who listens now; this tells who was away for a while.
create table cluster_notice (
    id          bigint generated always as identity primary key,
    -- whose admin published it; null: the gateway itself, or an admin of all tenants
    tenant_id   bigint      default tenant_scope_id(),
    kind        text        not null check (kind ~ '^[a-z][a-z_]{0,30}$'),
    payload     text        not null check (octet_length(payload) <= 7900),
    kept_until  timestamptz not null
);
create index cluster_notice_by_end on cluster_notice (kept_until);

-- A speed that sessions of several gateways share is a line in which each of them takes turns. Nothing here outlives a
-- second, so it need not survive a crash either.
create unlogged table bandwidth (
    id          bigint generated always as identity primary key,
    tenant_id   bigint      not null references tenant on delete cascade,
    -- null: the tenant's own
    account_id  bigint      references account on delete cascade,
    direction   text        not null check (direction in ('up', 'down')),
    -- until then all turns are given away
    free_at     timestamptz not null,
    -- how long the last one was, in seconds
    turn        float8      not null,
    -- gateways that took turns lately, and when, in seconds since 1970
    takers      jsonb       not null
);
create unique index bandwidth_of_tenant on bandwidth (tenant_id, direction) where account_id is null;
create unique index bandwidth_of_account on bandwidth (account_id, direction) where account_id is not null;

create policy tenant_scope on live_session
    using (tenant_scope_is_open() or tenant_id = tenant_scope_id());
create policy tenant_scope on cluster_notice
    using (tenant_scope_is_open() or tenant_id = tenant_scope_id());
create policy tenant_scope on bandwidth
    using (tenant_scope_is_open() or tenant_id = tenant_scope_id());

do $$
declare
    bound text;
begin
    foreach bound in array array['live_session', 'cluster_notice', 'bandwidth'] loop
        execute format('alter table %I enable row level security', bound);
        execute format('alter table %I force row level security', bound);
    end loop;
end $$;

-- A store can have a million places. Those beneath a path are a range of their bytes' order; those that nobody has counted
-- yet, which are looked for all the time, are few.
alter table quota_scope alter column path type text collate "C";
create index quota_scope_unmeasured on quota_scope (id) where measured_at is null and store_id is not null;
