-- Row-level security, the second lock under the admin API's first (docs/adr/0017): a connection that is bound to a tenant
-- sees and changes nothing of others, whatever is asked of it. All other connections see everything, as before.
--
-- A connection is bound by the setting quaymaster.tenant, for example '42:acme': the tenant's id and its name. Anything
-- else there shows less or nothing, or fails every statement; nothing there binds to nobody.

-- Whether the connection is bound to no tenant. NOT LIKE and not '=', because the planner takes the one for nearly
-- always true and the other for nearly never: plans of unbound connections stay what they were.
create function tenant_scope_is_open() returns boolean stable parallel safe
return coalesce(current_setting('quaymaster.tenant', true), '') not like '_%';

-- Null where it is open: the planner asks even then, for its estimates.
create function tenant_scope_id() returns bigint stable parallel safe
return nullif(split_part(current_setting('quaymaster.tenant', true), ':', 1), '')::bigint;

create function tenant_scope_name() returns text stable parallel safe
return split_part(current_setting('quaymaster.tenant', true), ':', 2);

-- Rows that name their tenant.
create policy tenant_scope on tenant
    using (tenant_scope_is_open() or id = tenant_scope_id());
create policy tenant_scope on store
    using (tenant_scope_is_open() or tenant_id = tenant_scope_id());
create policy tenant_scope on api_token
    using (tenant_scope_is_open() or tenant_id = tenant_scope_id());
create policy tenant_scope on certificate_authority
    using (tenant_scope_is_open() or tenant_id = tenant_scope_id());

-- History and bans know tenants by name. What belongs to no tenant is no tenant's: names in bans that nobody has,
-- networks, and the chain ''.
create policy tenant_scope on transfer
    using (tenant_scope_is_open() or tenant = tenant_scope_name());
create policy tenant_scope on ban
    using (tenant_scope_is_open() or tenant = tenant_scope_name());
create policy tenant_scope on audit_chain
    using (tenant_scope_is_open() or chain = tenant_scope_name());
create policy tenant_scope on audit_event
    using (tenant_scope_is_open() or chain = tenant_scope_name());
create policy tenant_scope on audit_checkpoint
    using (tenant_scope_is_open() or chain = tenant_scope_name());

-- Foreign keys do not ask whose a store is: who may write such a row must see the store too.
create policy tenant_scope on account
    using (tenant_scope_is_open() or tenant_id = tenant_scope_id())
    with check (tenant_scope_is_open()
                or (tenant_id = tenant_scope_id() and exists (select from store s where s.id = home_store_id)));
create policy tenant_scope on quota_scope
    using (tenant_scope_is_open() or tenant_id = tenant_scope_id())
    with check (tenant_scope_is_open()
                or (tenant_id = tenant_scope_id()
                    and (store_id is null or exists (select from store s where s.id = store_id))));
create policy tenant_scope on account_mount
    using (tenant_scope_is_open() or exists (select from account a where a.id = account_id))
    with check (tenant_scope_is_open()
                or (exists (select from account a where a.id = account_id)
                    and exists (select from store s where s.id = store_id)));

-- Rows of rows: who sees the one sees the other, for the policy of the one holds in here too.
create policy tenant_scope on account_key
    using (tenant_scope_is_open() or exists (select from account a where a.id = account_id));
create policy tenant_scope on account_source
    using (tenant_scope_is_open() or exists (select from account a where a.id = account_id));
create policy tenant_scope on account_totp
    using (tenant_scope_is_open() or exists (select from account a where a.id = account_id));
create policy tenant_scope on account_recovery_code
    using (tenant_scope_is_open() or exists (select from account a where a.id = account_id));
create policy tenant_scope on certificate_revocation
    using (tenant_scope_is_open() or exists (select from certificate_authority c where c.id = authority_id));
create policy tenant_scope on quota_lease
    using (tenant_scope_is_open() or exists (select from quota_scope q where q.id = scope_id));
create policy tenant_scope on upload
    using (tenant_scope_is_open() or exists (select from store s where s.id = store_id));
create policy tenant_scope on upload_part
    using (tenant_scope_is_open() or exists (select from upload u where u.id = upload_id));
create policy tenant_scope on directory_move
    using (tenant_scope_is_open() or exists (select from store s where s.id = store_id));

-- No tenant's.
create policy tenant_scope on gateway_process using (tenant_scope_is_open());
create policy tenant_scope on negotiation_failure using (tenant_scope_is_open());

-- FORCE: the owner, who the gateway may be, is bound too. Only superusers and roles with BYPASSRLS are not.
do $$
declare
    bound regclass;
begin
    for bound in
        select polrelid from pg_policy where polname = 'tenant_scope'
    loop
        execute format('alter table %s enable row level security', bound);
        execute format('alter table %s force row level security', bound);
    end loop;
end $$;

-- A partition that is read by its own name has a policy of its own.
create function audit_bind_partition(part regclass) returns void language plpgsql as $$
begin
    execute format('create policy tenant_scope on %s using (tenant_scope_is_open() or chain = tenant_scope_name())', part);
    execute format('alter table %s enable row level security', part);
    execute format('alter table %s force row level security', part);
end $$;
select audit_bind_partition(inhrelid::regclass) from pg_inherits where inhparent = 'audit_event'::regclass;

-- As before (V5), and bound.
create or replace function audit_make_partitions(first timestamptz, last timestamptz) returns void
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
            perform audit_bind_partition(quote_ident(part)::regclass);
            execute format('alter table audit_event attach partition %I for values from (%L) to (%L)', part,
                           month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
        end if;
        month := month + interval '1 month';
    end loop;
end $$;

-- As before (V5), but not on a connection that is bound: it would not see the rows of other chains that have no cut.
create or replace function audit_drop_partitions(before timestamptz) returns integer
language plpgsql security definer as $$
declare
    part     text;
    uncut    text;
    dropped  integer := 0;
begin
    if not tenant_scope_is_open() then
        raise exception 'months of the audit log belong to no tenant' using errcode = 'insufficient_privilege';
    end if;
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

revoke execute on function audit_bind_partition(regclass) from public;

-- Replacing a function forgets where it looks for tables.
do $$
declare
    signature text;
begin
    foreach signature in array array['audit_make_partitions(timestamptz, timestamptz)',
                                     'audit_drop_partitions(timestamptz)'] loop
        execute format('alter function %s set search_path = %I, pg_temp', signature, current_schema());
    end loop;
end $$;
