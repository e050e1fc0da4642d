-- An audit log that only grows: rows are chained by hashes, one chain a tenant, and lie in partitions by the month in which
-- they were recorded. The form of what is hashed is fixed in docs/adr/0013; what stands here for V1's rows is that form.

-- The end of each chain. The chain '' has what belongs to no tenant, and to names that are no tenant's.
create table audit_chain (
    chain        text collate "C" primary key,
    -- of the last row; 0: none yet
    sequence     bigint      not null default 0 check (sequence >= 0),
    hash         bytea       not null default decode(repeat('00', 32), 'hex') check (octet_length(hash) = 32),
    recorded_at  timestamptz not null default 'epoch'
);

-- What a gateway signed: up to here the chain has this hash; a cut says besides that retention removed all of that.
create table audit_checkpoint (
    chain      text collate "C" not null,
    sequence   bigint      not null check (sequence > 0),
    kind       text        not null check (kind in ('regular', 'cut')),
    hash       bytea       not null check (octet_length(hash) = 32),
    at         timestamptz not null,
    key_id     text        not null,
    signature  bytea       not null check (octet_length(signature) = 64),
    primary key (chain, sequence, kind, key_id)
);

alter table audit_event rename to audit_event_before;
drop index audit_event_of_tenant;
drop index audit_event_by_correlation;

create sequence audit_event_number;

create table audit_event (
    -- grows with every row, over all chains
    id              bigint      not null default nextval('audit_event_number'),
    chain           text collate "C" not null,
    sequence        bigint      not null check (sequence > 0),
    -- by the database's clock, never earlier than that of the row before: so partitions go from a chain's beginning
    recorded_at     timestamptz not null,
    hash            bytea       not null check (octet_length(hash) = 32),
    -- unique: who appends holds the chain's row and looks whether it is there
    uid             uuid        not null,
    at              timestamptz not null,
    tenant          text,
    account         text,
    -- who did it, when that is an admin and not the account itself
    actor           text,
    source          text,
    session_id      text,
    action          text        not null,
    outcome         text        not null constraint audit_event_outcome_check check (outcome in ('ok', 'refused', 'failed')),
    code            text,
    correlation_id  text,
    detail          jsonb       not null,
    constraint audit_event_key primary key (chain, sequence, recorded_at)
) partition by range (recorded_at);
create index audit_event_by_id on audit_event (id);
create index audit_event_by_uid on audit_event (uid);
create index audit_event_of_tenant on audit_event (tenant, id);
create index audit_event_by_correlation on audit_event (correlation_id) where correlation_id is not null;

-- Nobody changes or removes a row. Who owns the tables could take these triggers away; the hashes tell that.
create function audit_refuse() returns trigger language plpgsql as $$
begin
    raise exception '% of % is refused: the audit log only grows', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

create function audit_chain_grows() returns trigger language plpgsql as $$
begin
    if new.chain <> old.chain or new.sequence <= old.sequence or new.recorded_at < old.recorded_at then
        raise exception 'a chain of the audit log only grows' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create trigger audit_event_only_grows before update or delete on audit_event for each row execute function audit_refuse();
create trigger audit_event_stays before truncate on audit_event execute function audit_refuse();
create trigger audit_checkpoint_only_grows before update or delete on audit_checkpoint
    for each row execute function audit_refuse();
create trigger audit_checkpoint_stays before truncate on audit_checkpoint execute function audit_refuse();
create trigger audit_chain_grows before update on audit_chain for each row execute function audit_chain_grows();
create trigger audit_chain_is_not_deleted before delete on audit_chain for each row execute function audit_refuse();
create trigger audit_chain_stays before truncate on audit_chain execute function audit_refuse();

-- A tenant's chain begins with the tenant and outlives it; a later tenant of that name goes on with it.
create function audit_chain_begins() returns trigger language plpgsql security definer as $$
begin
    insert into audit_chain (chain) values (new.name) on conflict do nothing;
    return null;
end $$;
create trigger audit_chain_begins after insert on tenant for each row execute function audit_chain_begins();

-- Makes the partitions of all months from one moment to another that are missing. Months are UTC's.
create function audit_make_partitions(first timestamptz, last timestamptz) returns void
language plpgsql security definer as $$
declare
    month timestamp := date_trunc('month', first at time zone 'UTC');
    part  text;
begin
    if last > now() + interval '1 year' then
        raise exception 'partitions are made a year ahead at most';
    end if;
    while month <= last at time zone 'UTC' loop
        part := 'audit_event_' || to_char(month, 'YYYY_MM');
        if to_regclass(quote_ident(part)) is null then
            -- "audp" in ASCII: one makes them, others wait and then find them.
            perform pg_advisory_xact_lock(1635083376);
        end if;
        if to_regclass(quote_ident(part)) is null then
            -- Attached, not made in place: that would keep readers and writers of all others out.
            execute format('create table %I (like audit_event including defaults including constraints)', part);
            execute format('create trigger audit_event_stays before truncate on %I execute function audit_refuse()', part);
            execute format('alter table audit_event attach partition %I for values from (%L) to (%L)', part,
                           month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
        end if;
        month := month + interval '1 month';
    end loop;
end $$;

-- Drops the partitions of months that ended before a moment, and the checkpoints that speak of them. Each chain that loses
-- rows must have a cut there, made in the same transaction or before. Returns how many partitions went.
create function audit_drop_partitions(before timestamptz) returns integer
language plpgsql security definer as $$
declare
    part     text;
    uncut    text;
    dropped  integer := 0;
begin
    if before > now() - interval '30 days' then
        raise exception 'audit rows are kept for 30 days at least' using errcode = 'insufficient_privilege';
    end if;
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'audit_event'::regclass
          and (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC' <= before
        order by c.relname
    loop
        execute format(
            'select chain from (select chain, max(sequence) as last from %I group by chain) p
             where not exists (select from audit_checkpoint c
                               where c.chain = p.chain and c.kind = ''cut'' and c.sequence >= p.last) limit 1', part)
            into uncut;
        if uncut is not null then
            raise exception 'the chain ''%'' has no cut behind %', uncut, part using errcode = 'insufficient_privilege';
        end if;
        execute format('drop table %I', part);
        dropped := dropped + 1;
    end loop;
    if dropped > 0 then
        alter table audit_checkpoint disable trigger audit_checkpoint_only_grows;
        delete from audit_checkpoint c
        using (select chain, max(sequence) as sequence from audit_checkpoint where kind = 'cut' group by chain) cut
        where c.chain = cut.chain and c.sequence < cut.sequence;
        alter table audit_checkpoint enable trigger audit_checkpoint_only_grows;
    end if;
    return dropped;
end $$;

-- Gives a role that does not own the tables what a gateway needs of the audit log, and no more.
create function audit_allow(gateway name) returns void language plpgsql as $$
begin
    execute format('revoke all on audit_event, audit_checkpoint, audit_chain from %I', gateway);
    execute format('grant select, insert on audit_event, audit_checkpoint to %I', gateway);
    execute format('grant select, update on audit_chain to %I', gateway);
    execute format('grant usage on sequence audit_event_number to %I', gateway);
    execute format('grant execute on function audit_drop_partitions(timestamptz) to %I', gateway);
end $$;

-- Making a partition harms nobody; all else is for whom audit_allow names.
revoke execute on function audit_drop_partitions(timestamptz), audit_allow(name), audit_chain_begins() from public;

-- What runs with its owner's rights finds our tables and nobody else's.
do $$
declare
    signature text;
begin
    foreach signature in array array['audit_make_partitions(timestamptz, timestamptz)',
                                     'audit_drop_partitions(timestamptz)', 'audit_chain_begins()'] loop
        execute format('alter function %s set search_path = %I, pg_temp', signature, current_schema());
    end loop;
end $$;

-- V1's rows go into the chains, in the order in which they were written.
create function pg_temp.field(value text) returns bytea language sql as $$
    select case when value is null then '\x00'::bytea
                else '\x01'::bytea || int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8') end
$$;
create function pg_temp.micros(value timestamptz) returns bytea language sql as $$
    select int8send((extract(epoch from value) * 1000000)::bigint)
$$;

insert into audit_chain (chain) select name from tenant union select '';
select audit_make_partitions(coalesce((select min(least(at, now())) from audit_event_before), now()),
                             now() + interval '2 months');
do $$
declare
    r         record;
    head      audit_chain;
    details   bytea;
    texts     jsonb;
begin
    for r in
        select e.*, coalesce(t.name, '') collate "C" as its_chain
        from audit_event_before e left join tenant t on t.name = e.tenant order by its_chain, e.id
    loop
        if head.chain is distinct from r.its_chain then
            update audit_chain set sequence = head.sequence, hash = head.hash, recorded_at = head.recorded_at
            where chain = head.chain;
            select * into head from audit_chain where chain = r.its_chain;
        end if;
        select coalesce(jsonb_object_agg(key, value), '{}'),
               int4send(count(*)::integer) || coalesce(string_agg(
                   pg_temp.field(key) || pg_temp.field(value), ''::bytea order by key collate "C"), '')
        into texts, details from jsonb_each_text(r.detail) where value is not null;
        head.sequence := head.sequence + 1;
        head.recorded_at := greatest(head.recorded_at, least(r.at, now()));
        head.hash := sha256(
            head.hash || '\x01' || pg_temp.field(head.chain) || int8send(head.sequence) || pg_temp.micros(head.recorded_at)
            || uuid_send(r.uid) || pg_temp.micros(r.at) || pg_temp.field(r.tenant) || pg_temp.field(r.account)
            || pg_temp.field(r.actor) || pg_temp.field(r.source) || pg_temp.field(r.session_id)
            || pg_temp.field(r.action) || pg_temp.field(r.outcome) || pg_temp.field(r.code)
            || pg_temp.field(r.correlation_id) || details);
        insert into audit_event (id, chain, sequence, recorded_at, hash, uid, at, tenant, account, actor, source, session_id,
                                 action, outcome, code, correlation_id, detail)
        values (r.id, head.chain, head.sequence, head.recorded_at, head.hash, r.uid, r.at, r.tenant, r.account, r.actor,
                r.source, r.session_id, r.action, r.outcome, r.code, r.correlation_id, texts);
    end loop;
    update audit_chain set sequence = head.sequence, hash = head.hash, recorded_at = head.recorded_at
    where chain = head.chain;
end $$;
select setval('audit_event_number', (select coalesce(max(id), 0) + 1 from audit_event_before), false);

-- Who could write the old table may append to the new one.
do $$
declare
    gateway name;
begin
    for gateway in
        select distinct r.rolname from pg_class c, aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
        where c.oid = 'audit_event_before'::regclass and a.privilege_type = 'INSERT' and a.grantee <> c.relowner
    loop
        perform audit_allow(gateway);
    end loop;
end $$;
drop table audit_event_before;
