-- Stores in buckets: where they lie, who speaks to the server, and what outlives a process of uploads and moves there.
--
-- Names that clients sent are bytes here (bytea), exact and in their own order: they need not be UTF-8.

alter table store
    -- for an S3 store, all that follows; null for others
    add column bucket                text,
    -- what all its keys begin with: empty, or ending in a slash
    add column prefix                text check (prefix = '' or (prefix like '%/' and prefix not like '/%')),
    -- null: what the process's surroundings say
    add column region                text,
    -- null: Amazon's
    add column endpoint              text check (endpoint ~ '^https?://[^/?#@]+$'),
    add column path_style            boolean,
    -- surroundings: what the process is given (workload identity, instance role, environment)
    add column credentials           text check (credentials in ('surroundings', 'profile', 'keys', 'role')),
    add column profile               text,
    add column role_arn              text,
    add column external_id           text,
    -- 'keys' needs one; a role may be taken by one
    add column access_key_id         text,
    -- sealed with a key that is not in the database
    add column sealed_secret         bytea,
    add column encryption            text check (encryption in ('bucket', 'server', 'kms')),
    -- null with kms: the account's default key
    add column kms_key_id            text,
    -- null: the bucket's default
    add column storage_class         text,
    -- how the server behaves
    add column checksums             boolean,
    add column conditional_put       boolean,
    add column conditional_complete  boolean,
    add column conditional_copy      boolean,
    add column exact_listings        boolean,
    add constraint store_s3_check check (
        num_nonnulls(bucket, prefix, path_style, credentials, encryption, checksums, conditional_put,
                     conditional_complete, conditional_copy, exact_listings) = case type when 's3' then 10 else 0 end
        and (type = 's3' or num_nonnulls(region, endpoint, storage_class) = 0)),
    add constraint store_profile_check check ((profile is not null) = (credentials is not distinct from 'profile')),
    add constraint store_role_check check ((role_arn is not null) = (credentials is not distinct from 'role')),
    add constraint store_external_id_check check (external_id is null or role_arn is not null),
    add constraint store_access_key_check check (
        (access_key_id is not null or credentials is distinct from 'keys')
        and (access_key_id is null or credentials is not distinct from 'keys' or role_arn is not null)),
    add constraint store_secret_check check ((sealed_secret is null) = (access_key_id is null)),
    add constraint store_kms_check check (kms_key_id is null or encryption is not distinct from 'kms');
-- No two stores may overlap; who makes one looks at the others in its bucket.
create index store_of_bucket on store (bucket) where bucket is not null;

-- A file that is being uploaded to a bucket, or was when its connection broke. Whoever goes on with it raises the fence.
create table upload (
    id                uuid primary key,
    store_id          bigint      not null references store on delete cascade,
    -- the name by which it is known until it is complete, the directory of that name, and where its bytes will lie
    key               bytea       not null check (octet_length(key) between 1 and 2048),
    directory         bytea       not null,
    target            bytea       not null check (octet_length(target) between 1 and 2048),
    -- the server's id of the multipart upload; null: none was begun
    multipart_id      text        check (octet_length(multipart_id) between 1 and 2048),
    fence             bigint      not null default 0 check (fence >= 0),
    mode              integer     not null check (mode between 0 and 511),
    accessed_seconds  bigint,
    modified_seconds  bigint,
    -- parts from the first on without a gap, and the tail
    size_bytes        bigint      not null default 0 check (size_bytes >= 0),
    completing        boolean     not null default false,
    -- bytes behind the parts, fewer than the least part of S3 (5 MiB)
    tail              bytea       not null default '' check (octet_length(tail) < 5242880),
    changed_at        timestamptz not null default now(),
    constraint upload_times_check check ((accessed_seconds is null) = (modified_seconds is null)),
    unique (store_id, key)
);
-- Files are seldom worth compressing, and many are compressed already.
alter table upload alter column tail set storage external;
create index upload_in_directory on upload (store_id, directory, key);
create index upload_by_age on upload (store_id, changed_at);
create index upload_by_multipart on upload (store_id, multipart_id) where multipart_id is not null;

-- A part that the server has.
create table upload_part (
    upload_id   uuid    not null references upload on delete cascade,
    number      integer not null check (number between 1 and 10000),
    size_bytes  bigint  not null check (size_bytes >= 0),
    etag        text    not null,
    -- as the server must be told it again; null: none was sent
    checksum    text,
    primary key (upload_id, number)
);

-- A directory that is being renamed: its objects are copied and then removed. Without a process, its owner died, and any
-- other may go on.
create table directory_move (
    id          uuid primary key,
    store_id    bigint      not null references store on delete cascade,
    source      bytea       not null check (octet_length(source) between 1 and 2048),
    target      bytea       not null check (octet_length(target) between 1 and 2048),
    phase       text        not null check (phase in ('copying', 'removing', 'undoing')),
    process_id  uuid        references gateway_process on delete set null,
    begun_at    timestamptz not null default now()
);
create index directory_move_of_store on directory_move (store_id);
create index directory_move_of_process on directory_move (process_id);
